/* Text as Go and JSON write it, and the words of the language. */
#ifndef RUNNER_PLAN_HCL_QUOTE_H
#define RUNNER_PLAN_HCL_QUOTE_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/buf.h"

/* As Go's %q: in double quotes, what is not printable escaped (strconv.Quote). */
void quote_go(struct buf *out, const char *text, size_t size);
const char *quote_go_text(struct arena *a, const char *text);

/* As a JSON string; html as Go's encoder escapes by default. */
void quote_json(struct buf *out, const char *text, size_t size, bool html);

/* A quoted string literal of the language, as hclwrite writes it. */
void quote_hcl(struct buf *out, const char *text, size_t size);

/* A whole identifier: letters, digits, "_", "-", not starting with a digit (UAX 31 and "-"). */
bool quote_is_identifier(const char *text, size_t size);
/* Bytes of the identifier at the start of text, 0 if there is none. */
size_t quote_identifier_size(const char *text, size_t size);

/* As Go's unicode.IsPrint and unicode.IsSpace. */
bool quote_is_print(uint32_t c);
bool quote_is_space(uint32_t c);

#endif
