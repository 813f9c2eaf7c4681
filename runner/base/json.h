/*
 * jansson, strictly: duplicate keys are refused, nothing may follow the value, U+0000 is allowed
 * only where the reader asks for it, and every reader has a limit.
 */
#ifndef RUNNER_BASE_JSON_H
#define RUNNER_BASE_JSON_H

#include <jansson.h>

#include "runner/base/base.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"

void json_cleanup(json_t **json);
#define JSON_AUTO FP_CLEANUP(json_cleanup) json_t

/* Any value; an error names what, with line and column.  NUL inside strings is refused. */
FP_MUST_CHECK int json_parse(const char *what, const void *data, size_t size, json_t **ret_json,
			     struct err *e);

/* Reads the file path beneath dir_fd, at most max_bytes. */
FP_MUST_CHECK int json_read_file(int dir_fd, const char *path, size_t max_bytes, json_t **ret_json,
				 struct err *e);

/* Every key of object is in the NULL-terminated list, or the error names it. */
FP_MUST_CHECK int json_only_keys(const json_t *object, const char *what, const char *const *keys,
				 struct err *e);

/*
 * The member key of object, of that type.  A missing one is an error if required, otherwise
 * *ret_member is NULL.  The reference stays the object's.
 */
FP_MUST_CHECK int json_member(const json_t *object, const char *what, const char *key,
			      json_type type, bool required, json_t **ret_member, struct err *e);
FP_MUST_CHECK int json_string_member(const json_t *object, const char *what, const char *key,
				     bool required, const char **ret_text, struct err *e);

/* What a member says, for readers to whom an absent one is an empty one: "" and 0. */
const char *json_text_of(const json_t *object, const char *key);
size_t json_number_of(const json_t *object, const char *key);

/* The first object of list whose member key is that text; NULL when there is none. */
const json_t *json_find_row(const json_t *list, const char *key, const char *text);
/* Whether a value of list is equal to that one. */
bool json_holds(const json_t *list, const json_t *value);
/* Whether text is in the NULL-terminated list. */
bool json_is_listed(const char *text, const char *const *list);

/* Builders that end the process when out of memory, so that their callers stay short. */
json_t *json_new_object(void);
json_t *json_new_array(void);
json_t *json_new_string(const char *text); /* NULL gives null */
json_t *json_new_int(int64_t value);
void json_put(json_t *object, const char *key, json_t *stolen);
void json_push(json_t *array, json_t *stolen);

/* Keys sorted by byte, compact or indented by two; with a final newline. */
void json_dump_compact(struct buf *out, const json_t *json);
void json_dump_pretty(struct buf *out, const json_t *json);

#endif
