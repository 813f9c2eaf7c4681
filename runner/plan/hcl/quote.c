#include "runner/plan/hcl/quote.h"

#include <string.h>
#include <unictype.h>

#include "runner/base/utf8.h"

bool quote_is_print(uint32_t c)
{
	if (c < 0x80)
		return c >= 0x20 && c < 0x7f;
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M |
							   UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_P |
							   UC_CATEGORY_MASK_S);
}

bool quote_is_space(uint32_t c)
{
	return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000;
}

static void quote_go_rune(struct buf *out, const char *bytes, size_t size, uint32_t c)
{
	static const char short_names[] = "abtnvfr";

	if (c == '"' || c == '\\') {
		buf_addch(out, '\\');
		buf_addch(out, (char)c);
	} else if (quote_is_print(c)) {
		buf_add(out, bytes, size);
	} else if (c >= 7 && c <= 13) {
		buf_addch(out, '\\');
		buf_addch(out, short_names[c - 7]);
	} else if (c < ' ' || c == 0x7f) {
		buf_addf(out, "\\x%02x", c);
	} else if (c < 0x10000) {
		buf_addf(out, "\\u%04x", c);
	} else {
		buf_addf(out, "\\U%08x", c);
	}
}

void quote_go(struct buf *out, const char *text, size_t size)
{
	buf_addch(out, '"');
	while (size > 0) {
		size_t n;
		uint32_t c = utf8_decode(text, size, &n);

		quote_go_rune(out, text, n, c);
		text += n;
		size -= n;
	}
	buf_addch(out, '"');
}

const char *quote_go_text(struct arena *a, const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)256 * 1024 * 1024);

	quote_go(&out, text, strlen(text));
	return arena_strdup(a, buf_text(&out));
}

static void quote_json_byte(struct buf *out, unsigned char c, bool html)
{
	switch (c) {
	case '"':
	case '\\':
		buf_addch(out, '\\');
		buf_addch(out, (char)c);
		return;
	case '\n':
		buf_addstr(out, "\\n");
		return;
	case '\r':
		buf_addstr(out, "\\r");
		return;
	case '\t':
		buf_addstr(out, "\\t");
		return;
	case '\b':
		buf_addstr(out, html ? "\\b" : "\\u0008");
		return;
	case '\f':
		buf_addstr(out, html ? "\\f" : "\\u000c");
		return;
	default:
		break;
	}
	if (c < 0x20 || (html && (c == '<' || c == '>' || c == '&')))
		buf_addf(out, "\\u%04x", c);
	else
		buf_addch(out, (char)c);
}

void quote_json(struct buf *out, const char *text, size_t size, bool html)
{
	buf_addch(out, '"');
	for (size_t i = 0; i < size; i++) {
		bool separator = size - i >= 3 && (uint8_t)text[i] == 0xe2 &&
				 (uint8_t)text[i + 1] == 0x80 && ((uint8_t)text[i + 2] | 1) == 0xa9;

		if (html && separator) {
			buf_addf(out, "\\u202%x", (uint8_t)text[i + 2] & 0xf);
			i += 2;
		} else {
			quote_json_byte(out, (unsigned char)text[i], html);
		}
	}
	buf_addch(out, '"');
}

static void quote_hcl_rune(struct buf *out, const char *bytes, size_t n, uint32_t c, char next)
{
	switch (c) {
	case '\n':
		buf_addstr(out, "\\n");
		return;
	case '\r':
		buf_addstr(out, "\\r");
		return;
	case '\t':
		buf_addstr(out, "\\t");
		return;
	case '"':
		buf_addstr(out, "\\\"");
		return;
	case '\\':
		buf_addstr(out, "\\\\");
		return;
	case '$':
	case '%':
		buf_addch(out, (char)c);
		if (next == '{')
			buf_addch(out, (char)c);
		return;
	default:
		break;
	}
	if (quote_is_print(c))
		buf_add(out, bytes, n);
	else if (c < 0x10000)
		buf_addf(out, "\\u%04x", c);
	else
		buf_addf(out, "\\U%08x", c);
}

void quote_hcl(struct buf *out, const char *text, size_t size)
{
	buf_addch(out, '"');
	while (size > 0) {
		size_t n;
		uint32_t c = utf8_decode(text, size, &n);

		quote_hcl_rune(out, text, n, c, size > n ? text[n] : '\0');
		text += n;
		size -= n;
	}
	buf_addch(out, '"');
}

static bool starts_identifier(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
	return uc_is_property_id_start(c);
}

static bool continues_identifier(uint32_t c)
{
	if (c < 0x80)
		return starts_identifier(c) || (c >= '0' && c <= '9') || c == '-';
	return uc_is_property_id_continue(c);
}

size_t quote_identifier_size(const char *text, size_t size)
{
	size_t at = 0, n;

	if (size == 0 || !starts_identifier(utf8_decode(text, size, &n)))
		return 0;
	at = n;
	while (at < size && continues_identifier(utf8_decode(text + at, size - at, &n)))
		at += n;
	return at;
}

bool quote_is_identifier(const char *text, size_t size)
{
	return size > 0 && quote_identifier_size(text, size) == size;
}
