#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <string.h>

#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/quote.h"
#include "runner/plan/hcl/regex.h"

#define MATCH_LIMIT 5000000

struct machine {
	struct regex_pattern pattern;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static void machine_release(struct machine *m)
{
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_code_free(m->code);
}

/* Reads and compiles the pattern that argument i is, or that the call has where it is none; false
 * after a fault. */
static bool prepare(struct call *c, int arg, const char *text, struct machine *m)
{
	int code;
	PCRE2_SIZE at;

	regex_translate(c->arena, text, &m->pattern);
	switch (m->pattern.fault) {
	case REGEX_FINE:
		break;
	case REGEX_INVALID:
		text = arena_printf(c->arena, "invalid regexp pattern: %s in %s", m->pattern.reason,
				    text);
		return arg < 0 ? call_fail(c, "%s", text)
			       : call_fail_arg(c, (size_t)arg, "%s", text);
	case REGEX_UNSUPPORTED:
		call_unsupported(c, "the regular expression %s: %s", text, m->pattern.reason);
		return false;
	case REGEX_LIMIT:
		call_limit(c, "the regular expression is %s", m->pattern.reason);
		return false;
	}
	m->code = pcre2_compile((PCRE2_SPTR)m->pattern.pcre, PCRE2_ZERO_TERMINATED,
				PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX |
					PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_POSSESS,
				&code, &at, NULL);
	if (!m->code) {
		call_unsupported(c, "the regular expression %s", text);
		return false;
	}
	m->data = pcre2_match_data_create_from_pattern(m->code, NULL);
	m->context = pcre2_match_context_create(NULL);
	(void)pcre2_set_match_limit(m->context, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(m->context, 100000);
	return true;
}

/* 1 a match from at on, 0 none, -1 after a fault. */
static int match(struct call *c, struct machine *m, const char *text, size_t size, size_t at)
{
	int code = pcre2_match(m->code, (PCRE2_SPTR)text, size, at, PCRE2_NO_UTF_CHECK, m->data,
			       m->context);

	if (code >= 0)
		return 1;
	if (code == PCRE2_ERROR_NOMATCH)
		return 0;
	call_limit(c, "the regular expression takes too long on this text");
	return -1;
}

static const struct value *capture(struct call *c, const struct machine *m, const char *text,
				   size_t group)
{
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(m->data);

	if (v[2 * group] == PCRE2_UNSET)
		return value_null(c->arena, &type_string);
	return value_string_n(c->arena, text + v[2 * group], v[2 * group + 1] - v[2 * group]);
}

static bool has_names(const struct machine *m)
{
	for (size_t i = 0; i < m->pattern.groups; i++)
		if (m->pattern.names[i])
			return true;
	return false;
}

static bool check_mix(struct call *c, const struct machine *m)
{
	for (size_t i = 0; i < m->pattern.groups; i++) {
		if (!has_names(m) || m->pattern.names[i])
			continue;
		call_fail_arg(c, 0,
			      "invalid regexp pattern: cannot mix both named and unnamed capture "
			      "groups");
		return false;
	}
	return true;
}

/* A string, or the groups as a tuple or an object. */
static const struct value *result(struct call *c, const struct machine *m, const char *text)
{
	size_t count = m->pattern.groups;
	const struct value **items = arena_array(c->arena, count, sizeof(*items));
	const char **keys;

	if (count == 0)
		return capture(c, m, text, 0);
	for (size_t i = 0; i < count; i++)
		items[i] = capture(c, m, text, i + 1);
	if (!has_names(m))
		return value_tuple(c->arena, items, count);
	keys = arena_memdup(c->arena, m->pattern.names, count * sizeof(*keys));
	return value_object(c->arena, keys, items, count);
}

static const struct type *result_type(struct call *c, const struct machine *m)
{
	size_t count = m->pattern.groups;
	const struct type **elements = arena_array(c->arena, count, sizeof(*elements));
	struct type_attr *attrs = arena_array(c->arena, count, sizeof(*attrs));

	if (count == 0)
		return &type_string;
	for (size_t i = 0; i < count; i++) {
		elements[i] = &type_string;
		attrs[i] = (struct type_attr){m->pattern.names[i], &type_string, false};
	}
	return has_names(m) ? type_object(c->arena, attrs, count)
			    : type_tuple(c->arena, elements, count);
}

static const struct type *regex_type(struct call *c)
{
	FP_CLEANUP(machine_release) struct machine m = {.code = NULL};

	if (c->args[0]->state == VALUE_UNKNOWN)
		return &type_dynamic;
	if (!prepare(c, 0, c->args[0]->text, &m) || !check_mix(c, &m))
		return NULL;
	return result_type(c, &m);
}

static const struct type *regexall_type(struct call *c)
{
	const struct type *t = regex_type(c);

	return t ? type_list(c->arena, t) : NULL;
}

static const struct value *run_regex(struct call *c)
{
	FP_CLEANUP(machine_release) struct machine m = {.code = NULL};
	int found;

	if (!prepare(c, 0, c->args[0]->text, &m) || !check_mix(c, &m))
		return NULL;
	found = match(c, &m, c->args[1]->text, c->args[1]->count, 0);
	if (found < 0)
		return NULL;
	if (found == 0)
		return call_fail(c, "pattern did not match any part of the given string");
	return result(c, &m, c->args[1]->text);
}

/* Where to look next: after an empty match one character on. */
static size_t step(const char *text, size_t size, size_t at)
{
	if (at < size)
		at++;
	while (at < size && ((unsigned char)text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/*
 * Calls f for each match as Go finds them all: an empty match right after another match is none.
 * False after a fault.
 */
static bool each_match(struct call *c, struct machine *m, const char *text, size_t size,
		       bool (*f)(void *context, const PCRE2_SIZE *v), void *context)
{
	size_t at = 0, last_end = SIZE_MAX;

	for (;;) {
		const PCRE2_SIZE *v;
		int found = match(c, m, text, size, at);

		if (found <= 0)
			return found == 0;
		v = pcre2_get_ovector_pointer(m->data);
		if (!(v[0] == v[1] && v[0] == last_end) && !f(context, v))
			return false;
		last_end = v[1];
		if (v[1] > v[0])
			at = v[1];
		else if (v[1] >= size)
			return true;
		else
			at = step(text, size, v[1]);
		if (v[1] > v[0] && at > size)
			return true;
	}
}

struct all {
	struct call *call;
	struct machine *machine;
	const struct value **items;
	size_t count, capacity;
};

static bool keep(void *context, const PCRE2_SIZE *v)
{
	struct all *all = context;

	(void)v;
	if (all->count >= FUNC_COUNT_MAX) {
		call_limit(all->call, "more than %zu matches", FUNC_COUNT_MAX);
		return false;
	}
	all->items = arena_grow(all->call->arena, all->items, all->count, &all->capacity,
				sizeof(*all->items));
	all->items[all->count++] = result(all->call, all->machine, all->call->args[1]->text);
	return true;
}

static const struct value *run_regexall(struct call *c)
{
	FP_CLEANUP(machine_release) struct machine m = {.code = NULL};
	struct all all = {.call = c, .machine = &m};

	if (!prepare(c, 0, c->args[0]->text, &m) || !check_mix(c, &m))
		return NULL;
	if (!each_match(c, &m, c->args[1]->text, c->args[1]->count, keep, &all))
		return NULL;
	return value_list(c->arena, result_type(c, &m), all.items, all.count);
}

/* --- replace
 * -------------------------------------------------------------------------------------- */

struct replacing {
	const struct machine *machine;
	const char *text, *template;
	size_t copied;
	struct buf out;
};

static void replacing_release(struct replacing *r)
{
	buf_release(&r->out);
}

static bool is_word(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	       ch == '_';
}

/* The number of the group that a name in a template means, or SIZE_MAX. */
static size_t group_number(const struct machine *m, const char *name, size_t size)
{
	size_t n = 0;
	bool digits = size > 0;

	for (size_t i = 0; i < size; i++)
		digits &= name[i] >= '0' && name[i] <= '9';
	for (size_t i = 0; digits && i < size && n < 100000; i++)
		n = n * 10 + (size_t)(name[i] - '0');
	if (digits && (size == 1 || name[0] != '0'))
		return n <= m->pattern.groups ? n : SIZE_MAX;
	for (size_t i = 0; i < m->pattern.groups; i++)
		if (m->pattern.names[i] && strlen(m->pattern.names[i]) == size &&
		    memcmp(m->pattern.names[i], name, size) == 0)
			return i + 1;
	return SIZE_MAX;
}

/* $1, $name, ${name}, $$ at p; the bytes used, 0 when it is just a dollar. */
static size_t expand_one(struct replacing *r, const char *p, const PCRE2_SIZE *v)
{
	bool braces = p[1] == '{';
	const char *name = p + 1 + braces;
	size_t size = 0, group;

	if (p[1] == '$') {
		buf_addch(&r->out, '$');
		return 2;
	}
	while (is_word(name[size]))
		size++;
	if (size == 0 || (braces && name[size] != '}'))
		return 0;
	group = group_number(r->machine, name, size);
	if (group != SIZE_MAX && v[2 * group] != PCRE2_UNSET)
		buf_add(&r->out, r->text + v[2 * group], v[2 * group + 1] - v[2 * group]);
	return 1 + size + 2 * (size_t)braces;
}

static bool put_replacement(void *context, const PCRE2_SIZE *v)
{
	struct replacing *r = context;
	const char *p = r->template;

	buf_add(&r->out, r->text + r->copied, v[0] - r->copied);
	r->copied = v[1];
	while (*p != '\0') {
		size_t used = *p == '$' ? expand_one(r, p, v) : 0;

		if (used == 0)
			buf_addch(&r->out, *p);
		p += used > 0 ? used : 1;
	}
	return true;
}

static const struct value *replace_pattern(struct call *c, const char *pattern)
{
	FP_CLEANUP(machine_release) struct machine m = {.code = NULL};
	FP_CLEANUP(replacing_release)
	struct replacing r = {
		.machine = &m,
		.text = c->args[0]->text,
		.template = c->args[2]->text,
		.out = BUF_INIT(FUNC_TEXT_MAX),
	};

	if (!prepare(c, -1, pattern, &m) ||
	    !each_match(c, &m, r.text, c->args[0]->count, put_replacement, &r))
		return NULL;
	buf_addstr(&r.out, r.text + r.copied);
	if (r.out.overflow)
		return call_limit(c, "the result is larger than %zu bytes", r.out.ceiling);
	return call_string(c, buf_text(&r.out), r.out.size);
}

static const struct value *replace_text(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
	const char *text = c->args[0]->text, *search = c->args[1]->text, *p = text;
	size_t size = c->args[1]->count;

	while (size > 0) {
		const char *found = strstr(p, search);

		if (!found)
			break;
		buf_add(&out, p, (size_t)(found - p));
		buf_addstr(&out, c->args[2]->text);
		p = found + size;
	}
	/* An empty text stands before each character and at the end. */
	while (size == 0) {
		size_t next = step(p, strlen(p), 0);

		buf_addstr(&out, c->args[2]->text);
		if (*p == '\0')
			break;
		buf_add(&out, p, next);
		p += next;
	}
	buf_addstr(&out, p);
	if (out.overflow)
		return call_limit(c, "the result is larger than %zu bytes", out.ceiling);
	return call_string(c, buf_text(&out), out.size);
}

static const struct value *run_replace(struct call *c)
{
	const char *search = c->args[1]->text;
	size_t n = c->args[1]->count;

	if (n > 1 && search[0] == '/' && search[n - 1] == '/')
		return replace_pattern(c, arena_strndup(c->arena, search + 1, n - 2));
	return replace_text(c);
}

#define TEXT_PARAM(name)              \
	{                             \
		name, &type_string, 0 \
	}

const struct function func_regex[] = {
	{.name = "regex",
	 .params = {TEXT_PARAM("pattern"), TEXT_PARAM("string")},
	 .count = 2,
	 .type = regex_type,
	 .run = run_regex},
	{.name = "regexall",
	 .params = {TEXT_PARAM("pattern"), TEXT_PARAM("string")},
	 .count = 2,
	 .type = regexall_type,
	 .run = run_regexall},
	{.name = "replace",
	 .params = {TEXT_PARAM("str"), TEXT_PARAM("substr"), TEXT_PARAM("replace")},
	 .count = 3,
	 .returns = &type_string,
	 .run = run_replace},
	{.name = NULL},
};
