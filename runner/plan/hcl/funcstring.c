#include <inttypes.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/func.h"
#include "runner/plan/hcl/grapheme.h"
#include "runner/plan/hcl/quote.h"

#define STR(i) (c->args[i]->text)
#define SIZE(i) (c->args[i]->count)

static const struct value *finish(struct call *c, struct buf *out)
{
	if (out->overflow)
		return call_limit(c, "the result is larger than %zu bytes", out->ceiling);
	return call_string(c, buf_text(out), out->size);
}

typedef uint32_t map_fn(uint32_t ch, uint32_t before);

static const struct value *map_text(struct call *c, map_fn *f)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
	const char *text = STR(0);
	size_t left = SIZE(0), n;
	uint32_t before = ' ';

	for (; left > 0; text += n, left -= n) {
		uint32_t ch = utf8_decode(text, left, &n);

		utf8_encode(&out, f(ch, before));
		before = ch;
	}
	return finish(c, &out);
}

static uint32_t to_lower(uint32_t ch, uint32_t before)
{
	(void)before;
	return uc_tolower(ch);
}

static uint32_t to_upper(uint32_t ch, uint32_t before)
{
	(void)before;
	return uc_toupper(ch);
}

/* Go's strings.Title: what is neither letter, digit nor underscore separates words. */
static bool separates(uint32_t ch)
{
	if (ch < 0x80)
		return !((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
			 (ch >= '0' && ch <= '9') || ch == '_');
	if (uc_is_general_category(ch, UC_CATEGORY_L) || uc_is_general_category(ch, UC_CATEGORY_Nd))
		return false;
	return quote_is_space(ch);
}

static uint32_t to_title(uint32_t ch, uint32_t before)
{
	return separates(before) ? uc_totitle(ch) : ch;
}

static const struct value *run_lower(struct call *c)
{
	return map_text(c, to_lower);
}

static const struct value *run_upper(struct call *c)
{
	return map_text(c, to_upper);
}

static const struct value *run_title(struct call *c)
{
	return map_text(c, to_title);
}

static const struct value *run_chomp(struct call *c)
{
	size_t n = SIZE(0);

	while (n > 0 && (STR(0)[n - 1] == '\n' || STR(0)[n - 1] == '\r'))
		n--;
	return value_string_n(c->arena, STR(0), n);
}

static const struct value *run_indent(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
	int64_t spaces;

	if (!call_int(c, 0, &spaces))
		return NULL;
	if (spaces < 0 || spaces > 1000000)
		return call_unsupported(c, "an indentation by %" PRId64 " spaces", spaces);
	for (const char *p = STR(1); *p != '\0'; p++) {
		buf_addch(&out, *p);
		for (int64_t i = 0; *p == '\n' && i < spaces && !out.overflow; i++)
			buf_addch(&out, ' ');
	}
	return finish(c, &out);
}

static const struct value *run_join(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
	bool first = true;

	for (size_t i = 1; i < c->count; i++)
		if (!value_wholly_known(c->args[i]))
			return value_not_null(c->arena, value_unknown(c->arena, &type_string));
	for (size_t i = 1; i < c->count; i++) {
		for (size_t j = 0; j < c->args[i]->count; j++) {
			const struct value *v = c->args[i]->items[j];

			if (v->state == VALUE_NULL)
				return call_fail_arg(c, i,
						     c->count > 2
							     ? "element %zu of list %zu is null; "
							       "cannot concatenate null values"
							     : "element %zu is null; cannot "
							       "concatenate null values",
						     j, i - 1);
			if (!first)
				buf_add(&out, STR(0), SIZE(0));
			buf_add(&out, v->text, v->count);
			first = false;
		}
	}
	return finish(c, &out);
}

/* The next character when there is no separator, otherwise up to the separator. */
static size_t piece_size(const char *at, size_t left, const char *separator, size_t size)
{
	const char *found;
	size_t n;

	if (size == 0) {
		(void)utf8_decode(at, left, &n);
		return n;
	}
	found = memmem(at, left, separator, size);
	return found ? (size_t)(found - at) : left;
}

static const struct value *run_split(struct call *c)
{
	const struct value **items = NULL;
	size_t count = 0, capacity = 0, left = SIZE(1);
	const char *at = STR(1);
	bool more = left > 0 || SIZE(0) > 0;

	while (more) {
		size_t n = piece_size(at, left, STR(0), SIZE(0));

		if (count >= FUNC_COUNT_MAX)
			return call_limit(c, "more than %zu elements", FUNC_COUNT_MAX);
		items = arena_grow(c->arena, items, count, &capacity, sizeof(*items));
		items[count++] = value_string_n(c->arena, at, n);
		more = n < left;
		if (more) {
			at += n + SIZE(0);
			left -= n + SIZE(0);
		}
	}
	return value_list(c->arena, &type_string, items, count);
}

static const struct value *run_startswith(struct call *c)
{
	const struct value *v = c->args[0];
	const char *known = value_refinement(v)->prefix;
	unsigned marks = v->marks | c->args[1]->marks;
	const struct value *result = NULL;
	size_t n = c->args[1]->count;

	if (v->state == VALUE_KNOWN)
		result = value_bool(v->count >= n && memcmp(v->text, STR(1), n) == 0);
	else if (known && strlen(known) >= n && memcmp(known, STR(1), n) == 0)
		result = &value_true;
	else if (known && memcmp(known, STR(1), FP_MIN(strlen(known), n)) != 0)
		result = &value_false;
	else
		result = value_not_null(c->arena, value_unknown(c->arena, &type_bool));
	return value_mark(c->arena, result, marks);
}

static const struct value *run_endswith(struct call *c)
{
	return value_bool(SIZE(0) >= SIZE(1) &&
			  memcmp(STR(0) + SIZE(0) - SIZE(1), STR(1), SIZE(1)) == 0);
}

static const struct value *run_strcontains(struct call *c)
{
	return value_bool(memmem(STR(0), SIZE(0), STR(1), SIZE(1)) != NULL);
}

static const struct value *run_strrev(struct call *c)
{
	char *out = arena_alloc(c->arena, SIZE(0) + 1);
	size_t size = SIZE(0);

	for (size_t at = 0; at < size;) {
		size_t n = grapheme_size(STR(0) + at, size - at);

		memcpy(out + size - at - n, STR(0) + at, n);
		at += n;
	}
	return call_string(c, out, size);
}

static const struct value *run_substr(struct call *c)
{
	size_t size = SIZE(0), start = 0, end, n = 0;
	int64_t offset, length;

	if (!call_int(c, 1, &offset) || !call_int(c, 2, &length))
		return NULL;
	if (offset < 0)
		offset += (int64_t)grapheme_count(STR(0), size);
	else if (length == 0)
		return value_string(c->arena, "");
	for (int64_t i = 0; i < offset && start < size; i++) {
		start += grapheme_size(STR(0) + start, size - start);
		if (start >= size)
			return value_string(c->arena, "");
	}
	end = start;
	while (end < size) {
		end += grapheme_size(STR(0) + end, size - end);
		if (length >= 0 && (int64_t)++n == length)
			break;
	}
	return value_string_n(c->arena, STR(0) + start, end - start);
}

static bool in_set(const char *set, size_t size, uint32_t ch)
{
	size_t n;

	for (; size > 0; set += n, size -= n)
		if (utf8_decode(set, size, &n) == ch)
			return true;
	return false;
}

/* Cuts characters of the set, or white space when set is NULL, from both ends. */
static const struct value *trim(struct call *c, const char *set, size_t set_size)
{
	const char *text = STR(0);
	size_t size = SIZE(0), start = size, end = 0, n;

	for (size_t at = 0; at < size; at += n) {
		uint32_t ch = utf8_decode(text + at, size - at, &n);
		bool cut = set ? in_set(set, set_size, ch) : quote_is_space(ch);

		if (cut)
			continue;
		if (start == size)
			start = at;
		end = at + n;
	}
	return value_string_n(c->arena, text + start, end > start ? end - start : 0);
}

static const struct value *run_trim(struct call *c)
{
	return trim(c, STR(1), SIZE(1));
}

static const struct value *run_trimspace(struct call *c)
{
	return trim(c, NULL, 0);
}

static const struct value *run_trimprefix(struct call *c)
{
	bool has = SIZE(0) >= SIZE(1) && memcmp(STR(0), STR(1), SIZE(1)) == 0;

	return has ? value_string_n(c->arena, STR(0) + SIZE(1), SIZE(0) - SIZE(1)) : c->args[0];
}

static const struct value *run_trimsuffix(struct call *c)
{
	bool has = SIZE(0) >= SIZE(1) && memcmp(STR(0) + SIZE(0) - SIZE(1), STR(1), SIZE(1)) == 0;

	return has ? value_string_n(c->arena, STR(0), SIZE(0) - SIZE(1)) : c->args[0];
}

#define TEXT_PARAM(name)              \
	{                             \
		name, &type_string, 0 \
	}

static const struct type list_of_string = {.kind = TYPE_LIST, .element = &type_string};

const struct function func_string[] = {
	{.name = "chomp",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_chomp},
	{.name = "endswith",
	 .params = {TEXT_PARAM("str"), TEXT_PARAM("suffix")},
	 .count = 2,
	 .returns = &type_bool,
	 .run = run_endswith},
	{.name = "indent",
	 .params = {{"spaces", &type_number, 0}, TEXT_PARAM("str")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_indent},
	{.name = "join",
	 .params = {TEXT_PARAM("separator")},
	 .count = 1,
	 .variadic = true,
	 .rest = {"lists", &list_of_string, 0},
	 .returns = &type_string,
	 .run = run_join},
	{.name = "lower",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_lower},
	{.name = "split",
	 .params = {TEXT_PARAM("separator"), TEXT_PARAM("str")},
	 .count = 2,
	 .returns = &list_of_string,
	 .run = run_split},
	{.name = "startswith",
	 .params = {{"str", &type_string, PARAM_UNKNOWN}, TEXT_PARAM("prefix")},
	 .count = 2,
	 .returns = &type_bool,
	 .run = run_startswith},
	{.name = "strcontains",
	 .params = {TEXT_PARAM("str"), TEXT_PARAM("substr")},
	 .count = 2,
	 .returns = &type_bool,
	 .run = run_strcontains},
	{.name = "strrev",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_strrev},
	{.name = "substr",
	 .params = {TEXT_PARAM("str"), {"offset", &type_number, 0}, {"length", &type_number, 0}},
	 .count = 3,
	 .returns = &type_string,
	 .run = run_substr},
	{.name = "title",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_title},
	{.name = "trim",
	 .params = {TEXT_PARAM("str"), TEXT_PARAM("cutset")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_trim},
	{.name = "trimprefix",
	 .params = {TEXT_PARAM("str"), TEXT_PARAM("prefix")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_trimprefix},
	{.name = "trimspace",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_trimspace},
	{.name = "trimsuffix",
	 .params = {TEXT_PARAM("str"), TEXT_PARAM("suffix")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_trimsuffix},
	{.name = "upper",
	 .params = {TEXT_PARAM("str")},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_upper},
	{.name = NULL},
};
