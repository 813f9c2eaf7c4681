/* The operators of conditions on attributes, with the names that Checkov's custom policies use. */
#include "policies/internal.h"

#include <math.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static enum policy_result truth(bool b)
{
	return b ? POLICY_PASS : POLICY_FAIL;
}

/* Scalars compare by what they say: Terraform converts "true" and true, "1" and 1 freely. */
static void scalar_text(const json_t *v, char text[static 64], const char **ret_text)
{
	*ret_text = text;
	if (json_is_string(v))
		*ret_text = json_string_value(v);
	else if (json_is_boolean(v))
		(void)snprintf(text, 64, "%s", json_is_true(v) ? "true" : "false");
	else if (json_is_integer(v))
		(void)snprintf(text, 64, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		(void)snprintf(text, 64, "%.17g", json_real_value(v));
	else
		*ret_text = NULL;
}

bool policy_operator_same(const json_t *v, const struct doc *d)
{
	char room[64];
	const char *text;

	switch (d->kind) {
	case DOC_NULL:
		return !v || json_is_null(v);
	case DOC_TRUE:
	case DOC_FALSE:
		scalar_text(v, room, &text);
		return text && strcasecmp(text, d->kind == DOC_TRUE ? "true" : "false") == 0;
	case DOC_NUMBER:
		scalar_text(v, room, &text);
		return text &&
		       (strcmp(text, d->text) == 0 ||
			(json_is_number(v) && json_number_value(v) == strtod(d->text, NULL)));
	case DOC_STRING:
		scalar_text(v, room, &text);
		return text && strcmp(text, d->text) == 0;
	case DOC_ARRAY:
	case DOC_OBJECT:
		break;
	}
	{
		json_t *other = doc_to_json(d);
		bool same = json_equal(v, other);

		json_decref(other);
		return same;
	}
}

static bool any_unknown(const json_t *mask)
{
	const char *key;
	json_t *m;
	size_t i;

	if (json_is_true(mask))
		return true;
	json_array_foreach (mask, i, m)
		if (any_unknown(m))
			return true;
	json_object_foreach ((json_t *)(uintptr_t)mask, key, m)
		if (any_unknown(m))
			return true;
	return false;
}

static enum policy_result judge_equals(const struct policy_value *f, const struct doc *value)
{
	if (value->kind >= DOC_ARRAY && any_unknown(f->unknown))
		return POLICY_UNKNOWN;
	return truth(policy_operator_same(f->value, value));
}

static enum policy_result judge_equals_caseless(const struct policy_value *f,
						const struct doc *value)
{
	return truth(json_is_string(f->value) &&
		     strcasecmp(json_string_value(f->value), value->text) == 0);
}

static enum policy_result judge_exists(const struct policy_value *f,
				       const struct doc *value FP_UNUSED)
{
	if (f->is_unknown)
		return f->surely_set ? POLICY_PASS : POLICY_UNKNOWN;
	return truth(f->value && !json_is_null(f->value));
}

bool policy_operator_empty(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0) ||
	       (json_is_array(v) && json_array_size(v) == 0) ||
	       (json_is_object(v) && json_object_size(v) == 0);
}

static enum policy_result judge_empty(const struct policy_value *f,
				      const struct doc *value FP_UNUSED)
{
	if (f->is_unknown)
		return f->surely_set ? POLICY_FAIL : POLICY_UNKNOWN;
	return truth(policy_operator_empty(f->value));
}

static const char *check_array(const struct doc *value)
{
	return value->kind == DOC_ARRAY ? NULL : "must be a list";
}

static enum policy_result judge_within(const struct policy_value *f, const struct doc *value)
{
	for (const struct doc *m = value->first; m; m = m->next)
		if (policy_operator_same(f->value, m))
			return POLICY_PASS;
	return POLICY_FAIL;
}

/* How a list compares with an operand, element by element; an element that is not known is a doubt
 * unless a known one decides. */
static enum policy_result any_element(const struct policy_value *f, const struct doc *value,
				      enum policy_result (*judge)(const struct policy_value *,
								  const struct doc *),
				      bool negate)
{
	size_t count = FP_MAX(json_array_size(f->value), json_array_size(f->unknown));
	enum policy_result result = POLICY_FAIL;

	for (size_t i = 0; i < count; i++) {
		const struct policy_value one = {.value = json_array_get(f->value, i)};
		enum policy_result next = POLICY_UNKNOWN;

		if (!json_is_true(json_array_get(f->unknown, i)))
			next = judge(&one, value);
		result = policy_or(result, negate ? policy_not(next) : next);
	}
	return result;
}

static enum policy_result judge_contains(const struct policy_value *f, const struct doc *value)
{
	if (json_is_string(f->value))
		return truth(value->text && strstr(json_string_value(f->value), value->text));
	if (json_is_object(f->value))
		return truth(value->text && json_object_get(f->value, value->text));
	return any_element(f, value, judge_equals, false);
}

static const char *check_text(const struct doc *value)
{
	return value->kind == DOC_STRING ? NULL : "must be a string";
}

static enum policy_result judge_starting(const struct policy_value *f, const struct doc *value)
{
	return truth(json_is_string(f->value) &&
		     strncmp(json_string_value(f->value), value->text, value->size) == 0);
}

static enum policy_result judge_ending(const struct policy_value *f, const struct doc *value)
{
	size_t size = json_string_length(f->value);

	return truth(json_is_string(f->value) && size >= value->size &&
		     strcmp(json_string_value(f->value) + size - value->size, value->text) == 0);
}

static pcre2_code *compile(const char *pattern)
{
	PCRE2_SIZE offset;
	int code;

	return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
			     PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
}

static const char *check_regex(const struct doc *value)
{
	pcre2_code *code;

	if (value->kind != DOC_STRING)
		return "must be a string";
	code = compile(value->text);
	if (!code)
		return "is no regular expression";
	pcre2_code_free(code);
	return NULL;
}

/* A pattern that takes too long has not been decided. */
static enum policy_result judge_regex(const struct policy_value *f, const struct doc *value)
{
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_code *code;
	int found;

	if (!json_is_string(f->value))
		return POLICY_FAIL;
	code = compile(value->text);
	match = pcre2_match_data_create_from_pattern(code, NULL);
	context = pcre2_match_context_create(NULL);
	if (!match || !context)
		abort();
	(void)pcre2_set_match_limit(context, 100000);
	found = pcre2_match(code, (PCRE2_SPTR)json_string_value(f->value),
			    json_string_length(f->value), 0, 0, match, context);
	pcre2_match_context_free(context);
	pcre2_match_data_free(match);
	pcre2_code_free(code);
	if (found == PCRE2_ERROR_NOMATCH)
		return POLICY_FAIL;
	return found >= 0 ? POLICY_PASS : POLICY_UNKNOWN;
}

static const char *check_number(const struct doc *value)
{
	return value->kind == DOC_NUMBER ? NULL : "must be a number";
}

/* NaN for what is no number: every comparison with it is false. */
static double number_of(const json_t *v)
{
	char *end;
	double n;

	if (json_is_number(v))
		return json_number_value(v);
	if (!json_is_string(v) || json_string_length(v) == 0)
		return NAN;
	n = strtod(json_string_value(v), &end);
	return *end == '\0' ? n : (double)NAN;
}

static enum policy_result judge_greater(const struct policy_value *f, const struct doc *value)
{
	return truth(number_of(f->value) > strtod(value->text, NULL));
}

static enum policy_result judge_greater_equal(const struct policy_value *f, const struct doc *value)
{
	return truth(number_of(f->value) >= strtod(value->text, NULL));
}

static enum policy_result judge_less(const struct policy_value *f, const struct doc *value)
{
	return truth(number_of(f->value) < strtod(value->text, NULL));
}

static enum policy_result judge_less_equal(const struct policy_value *f, const struct doc *value)
{
	return truth(number_of(f->value) <= strtod(value->text, NULL));
}

/* Lists of which elements are not known still have a length. */
static double length_of(const json_t *v)
{
	if (json_is_string(v))
		return (double)json_string_length(v);
	if (json_is_array(v))
		return (double)json_array_size(v);
	return json_is_object(v) ? (double)json_object_size(v) : (double)NAN;
}

static enum policy_result judge_length_equals(const struct policy_value *f, const struct doc *value)
{
	return truth(length_of(f->value) == strtod(value->text, NULL));
}

static enum policy_result judge_length_greater(const struct policy_value *f,
					       const struct doc *value)
{
	return truth(length_of(f->value) > strtod(value->text, NULL));
}

static enum policy_result judge_length_greater_equal(const struct policy_value *f,
						     const struct doc *value)
{
	return truth(length_of(f->value) >= strtod(value->text, NULL));
}

static enum policy_result judge_length_less_equal(const struct policy_value *f,
						  const struct doc *value)
{
	return truth(length_of(f->value) <= strtod(value->text, NULL));
}

static enum policy_result judge_length_less(const struct policy_value *f, const struct doc *value)
{
	return truth(length_of(f->value) < strtod(value->text, NULL));
}

static enum policy_result judge_true(const struct policy_value *f,
				     const struct doc *value FP_UNUSED)
{
	char room[64];
	const char *text;

	scalar_text(f->value, room, &text);
	return truth(text && strcasecmp(text, "true") == 0);
}

static enum policy_result judge_false(const struct policy_value *f,
				      const struct doc *value FP_UNUSED)
{
	char room[64];
	const char *text;

	scalar_text(f->value, room, &text);
	return truth(text && strcasecmp(text, "false") == 0);
}

/* Every element of the attribute is one of the values. */
static enum policy_result judge_subset(const struct policy_value *f, const struct doc *value)
{
	if (!json_is_array(f->value))
		return judge_within(f, value);
	return policy_not(any_element(f, value, judge_within, true));
}

static enum policy_result judge_intersects(const struct policy_value *f, const struct doc *value)
{
	if (!json_is_array(f->value))
		return judge_within(f, value);
	return any_element(f, value, judge_within, false);
}

/* --- ranges and words
 * ----------------------------------------------------------------------------- */

static bool range_holds(const json_t *v, double wanted)
{
	const char *text = json_string_value(v);
	double from, to;
	char *end;

	if (!text)
		return number_of(v) == wanted;
	from = strtod(text, &end);
	if (end == text)
		return strcmp(text, "*") == 0;
	to = *end == '-' ? strtod(end + 1, &end) : from;
	return *end == '\0' && from <= wanted && wanted <= to;
}

static enum policy_result judge_range(const struct policy_value *f, const struct doc *value)
{
	if (value->kind == DOC_ARRAY) {
		enum policy_result result = POLICY_FAIL;

		for (const struct doc *m = value->first; m; m = m->next)
			result = policy_or(result, judge_range(f, m));
		return result;
	}
	if (json_is_array(f->value))
		return any_element(f, value, judge_range, false);
	return truth(range_holds(f->value, strtod(value->text, NULL)));
}

static const char *check_numbers(const struct doc *value)
{
	for (const struct doc *m = value->kind == DOC_ARRAY ? value->first : NULL; m; m = m->next)
		if (check_number(m))
			return "must be numbers";
	return value->kind == DOC_ARRAY ? NULL : check_number(value);
}

static double words_of(const json_t *v)
{
	const char *p = json_string_value(v);
	double count = 0;

	while (p && *p) {
		p += strspn(p, " \t\n");
		count += *p != '\0';
		p += strcspn(p, " \t\n");
	}
	return p ? count : (double)NAN;
}

static enum policy_result judge_words_equals(const struct policy_value *f, const struct doc *value)
{
	return truth(words_of(f->value) == strtod(value->text, NULL));
}

static enum policy_result judge_words_greater(const struct policy_value *f, const struct doc *value)
{
	return truth(words_of(f->value) > strtod(value->text, NULL));
}

static enum policy_result judge_words_less(const struct policy_value *f, const struct doc *value)
{
	return truth(words_of(f->value) < strtod(value->text, NULL));
}

static bool cidr_holds(const char *outer, const char *inner)
{
	struct policy_range a, b;
	bool a_v6, b_v6;

	return policy_parse_cidr(outer, &a, &a_v6) && policy_parse_cidr(inner, &b, &b_v6) &&
	       a_v6 == b_v6 && memcmp(a.first, b.first, sizeof(a.first)) <= 0 &&
	       memcmp(a.last, b.last, sizeof(a.last)) >= 0;
}

static enum policy_result judge_cidr(const struct policy_value *f, const struct doc *value)
{
	if (json_is_array(f->value))
		return policy_not(any_element(f, value, judge_cidr, true));
	if (!json_is_string(f->value))
		return POLICY_FAIL;
	for (const struct doc *m = value->kind == DOC_ARRAY ? value->first : value; m;
	     m = value->kind == DOC_ARRAY ? m->next : NULL)
		if (cidr_holds(m->text, json_string_value(f->value)))
			return POLICY_PASS;
	return POLICY_FAIL;
}

static const char *check_cidr(const struct doc *value)
{
	struct policy_range range;
	bool v6;

	for (const struct doc *m = value->kind == DOC_ARRAY ? value->first : value; m;
	     m = value->kind == DOC_ARRAY ? m->next : NULL)
		if (m->kind != DOC_STRING || !policy_parse_cidr(m->text, &range, &v6))
			return "must be an address range, or a list of them";
	return NULL;
}

static const char *check_text_or_scalar(const struct doc *value)
{
	return value->kind == DOC_ARRAY || value->kind == DOC_OBJECT ? "must be a single value"
								     : NULL;
}

/* For the "not_" form of an operator the evaluator asks this one and turns the answer round. */
static const struct policy_operator operators[] = {
	{"equals", true, false, NULL, judge_equals},
	{"equals_ignore_case", true, false, check_text, judge_equals_caseless},
	{"exists", false, true, NULL, judge_exists},
	{"is_empty", false, true, NULL, judge_empty},
	{"within", true, false, check_array, judge_within},
	{"contains", true, false, check_text_or_scalar, judge_contains},
	{"starting_with", true, false, check_text, judge_starting},
	{"ending_with", true, false, check_text, judge_ending},
	{"regex_match", true, false, check_regex, judge_regex},
	{"greater_than", true, false, check_number, judge_greater},
	{"greater_than_or_equal", true, false, check_number, judge_greater_equal},
	{"less_than", true, false, check_number, judge_less},
	{"less_than_or_equal", true, false, check_number, judge_less_equal},
	{"length_equals", true, false, check_number, judge_length_equals},
	{"length_greater_than", true, false, check_number, judge_length_greater},
	{"length_greater_than_or_equal", true, false, check_number, judge_length_greater_equal},
	{"length_less_than", true, false, check_number, judge_length_less},
	{"length_less_than_or_equal", true, false, check_number, judge_length_less_equal},
	{"number_of_words_equals", true, false, check_number, judge_words_equals},
	{"number_of_words_greater_than", true, false, check_number, judge_words_greater},
	{"number_of_words_less_than", true, false, check_number, judge_words_less},
	{"range_includes", true, false, check_numbers, judge_range},
	{"cidr_range_subset", true, false, check_cidr, judge_cidr},
	{"is_true", false, false, NULL, judge_true},
	{"is_false", false, false, NULL, judge_false},
	{"subset", true, false, check_array, judge_subset},
	{"intersects", true, false, check_array, judge_intersects},
	{"names_callers", false, true, NULL, policy_judge_callers},
};

static const struct policy_operator *find(const char *name)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(operators); i++)
		if (strcmp(operators[i].name, name) == 0)
			return &operators[i];
	return NULL;
}

/* Checkov writes the "not_" in front or before the last words: length_not_equals. */
const struct policy_operator *policy_operator_find(const char *name, bool *ret_negative)
{
	char plain[64];
	const char *not = strstr(name, "not_");
	size_t before;

	*ret_negative = not != NULL;
	if (!not )
		return find(name);
	before = (size_t)(not -name);
	if (strlen(name) >= sizeof(plain))
		return NULL;
	(void)snprintf(plain, sizeof(plain), "%.*s%s", (int)before, name, not +4);
	return find(plain);
}
