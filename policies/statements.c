/* What statements that deny hold of each other; see statements.h. */
#include "policies/statements.h"

#include "runner/base/json.h"

/* Beyond these nothing is compared; AWS takes no ARN of 2 KiB. */
#define COMBINATIONS_MAX 4096
#define COMPARISONS_MAX ((size_t)1 << 22)
#define PATTERN_MAX 2048

/* --- what statements say
 * ---------------------------------------------------------------------------------- */

enum facet_kind {
	FACET_ACTION,
	FACET_RESOURCE,
	FACET_PRINCIPAL,
};

/* The texts of Action or NotAction and so on; one that is not known is NULL. */
struct facet {
	enum facet_kind kind;
	bool inverted, unknown;
	const char **texts;
	size_t count, capacity;
};

const json_t *policy_statement_member(const json_t *object, const char *name)
{
	const char *key;
	json_t *m;

	json_object_foreach ((json_t *)(uintptr_t)object, key, m)
		if (strcasecmp(key, name) == 0)
			return m;
	return NULL;
}

static void add_text(struct policy_context *c, struct facet *f, const char *text)
{
	f->texts = arena_grow(c->arena, (void *)(uintptr_t)f->texts, f->count, &f->capacity,
			      sizeof(*f->texts));
	f->texts[f->count++] = text;
}

/* Accounts have two spellings, and everyone has several. */
static const char *principal_text(struct policy_context *c, const char *type, const char *text)
{
	if (strcasecmp(type, "AWS") == 0 && strcmp(text, "*") == 0)
		return "*";
	if (strspn(text, "0123456789") == 12 && text[12] == '\0')
		return arena_printf(c->arena, "AWS arn:aws:iam::%s:root", text);
	return arena_printf(c->arena, "%s %s", type, text);
}

static void add_texts(struct policy_context *c, struct facet *f, const char *type, const json_t *v,
		      const json_t *unknown)
{
	size_t count = json_is_array(v) ? json_array_size(v) : 1;

	if (json_is_true(unknown)) {
		f->unknown = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_is_array(v) ? json_array_get(v, i) : v;

		if (!json_is_string(one))
			f->unknown = true;
		else if (f->kind == FACET_PRINCIPAL)
			add_text(c, f, principal_text(c, type, json_string_value(one)));
		else
			add_text(c, f, json_string_value(one));
	}
}

static struct facet read_facet(struct policy_context *c, const struct denial *d,
			       enum facet_kind kind)
{
	static const char *const names[][2] = {{"Action", "NotAction"},
					       {"Resource", "NotResource"},
					       {"Principal", "NotPrincipal"}};
	struct facet f = {.kind = kind};
	const json_t *v = NULL, *unknown = NULL, *m;
	const char *type;

	for (size_t i = 0; i < 2 && !v && !unknown; i++) {
		v = policy_statement_member(d->json, names[kind][i]);
		unknown = policy_statement_member(d->unknown, names[kind][i]);
		f.inverted = i == 1;
	}
	if (!v && !unknown) {
		f.inverted = false;
		add_text(c, &f, "*");
	} else if (kind == FACET_PRINCIPAL && json_is_object(v)) {
		json_object_foreach ((json_t *)(uintptr_t)v, type, m)
			add_texts(c, &f, type, m, json_object_get(unknown, type));
		json_object_foreach ((json_t *)(uintptr_t)unknown, type, m)
			f.unknown = f.unknown || !json_object_get(v, type);
	} else {
		add_texts(c, &f, "AWS", v, unknown);
	}
	return f;
}

/* --- whether one text holds another
 * ----------------------------------------------------------------------- */

static char folded(char ch, bool fold)
{
	return fold && ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

/* Whether everything that `text`, a pattern itself, stands for is matched by the pattern. */
static bool pattern_holds(const char *pattern, const char *text, bool fold)
{
	const char *star = NULL, *resume = NULL;

	if (strlen(pattern) > PATTERN_MAX || strlen(text) > PATTERN_MAX)
		return strcmp(pattern, text) == 0;
	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern && *text != '*' &&
			   ((*pattern == '?') ||
			    (*text != '?' && folded(*pattern, fold) == folded(*text, fold)))) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* As far as the first wildcard of either: what differs there cannot both be matched. */
static bool patterns_may_meet(const char *one, const char *other, bool fold)
{
	while (*one && *other && *one != '*' && *other != '*') {
		if (*one != '?' && *other != '?' && folded(*one, fold) != folded(*other, fold))
			return false;
		one++;
		other++;
	}
	return *one == '*' || *other == '*' || (*one == '\0' && *other == '\0');
}

/* The root of an account stands for all that is in it. */
static bool principal_holds(const char *one, const char *other)
{
	static const char root[] = "AWS arn:aws:iam::";
	const size_t size = sizeof(root) - 1, account = 12;

	if (strcmp(one, "*") == 0 || strcmp(one, other) == 0)
		return true;
	return strncmp(one, root, size) == 0 && strlen(one) > size + account &&
	       strcmp(one + size + account, ":root") == 0 && strncmp(other, "AWS arn:", 8) == 0 &&
	       strstr(other, "::") &&
	       strncmp(strstr(other, "::") + 2, one + size, account + 1) == 0;
}

static bool text_holds(enum facet_kind kind, const char *one, const char *other)
{
	if (kind == FACET_PRINCIPAL)
		return principal_holds(one, other);
	return pattern_holds(one, other, kind == FACET_ACTION);
}

static bool may_meet(enum facet_kind kind, const char *one, const char *other)
{
	if (kind == FACET_PRINCIPAL)
		return principal_holds(one, other) || principal_holds(other, one);
	return patterns_may_meet(one, other, kind == FACET_ACTION);
}

static enum policy_result known(bool holds, bool otherwise_unknown)
{
	if (holds)
		return POLICY_PASS;
	return otherwise_unknown ? POLICY_UNKNOWN : POLICY_FAIL;
}

/* Whether `now` holds the one text of what was denied. */
static enum policy_result holds_text(const struct facet *now, const char *text)
{
	bool found = false;

	for (size_t i = 0; i < now->count; i++)
		found = found || (now->inverted ? may_meet(now->kind, now->texts[i], text)
						: text_holds(now->kind, now->texts[i], text));
	if (!now->inverted)
		return known(found, now->unknown);
	return found ? POLICY_FAIL : known(!now->unknown, true);
}

/* Whether `now` holds all that is not among the texts of `then`. */
static enum policy_result holds_inverted(const struct facet *now, const struct facet *then)
{
	bool all = true;

	if (!now->inverted)
		return holds_text(now, "*");
	for (size_t i = 0; i < now->count; i++) {
		bool found = false;

		for (size_t k = 0; k < then->count; k++)
			found = found ||
				(now->kind == FACET_PRINCIPAL
					 ? strcmp(then->texts[k], now->texts[i]) == 0
					 : text_holds(now->kind, then->texts[k], now->texts[i]));
		all = all && found;
	}
	return all ? known(!now->unknown, true) : POLICY_FAIL;
}

/* --- conditions
 * ------------------------------------------------------------------------------------------ */

struct test {
	const char *operator, * key;
	const json_t *values, *unknown;
};

static const char *value_text(struct policy_context *c, const json_t *v)
{
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	return json_is_integer(v) ? arena_printf(c->arena, "%lld", (long long)json_integer_value(v))
				  : NULL;
}

static bool has_word(const char *operator, const char * word)
{
	return strcasestr(operator, word) != NULL;
}

static bool range_holds(const char *one, const char *other)
{
	struct policy_range a, b;
	bool a_v6, b_v6;

	return policy_parse_cidr(one, &a, &a_v6) && policy_parse_cidr(other, &b, &b_v6) &&
	       a_v6 == b_v6 && memcmp(a.first, b.first, sizeof(a.first)) <= 0 &&
	       memcmp(a.last, b.last, sizeof(a.last)) >= 0;
}

static bool value_holds(const char *operator, const char * one, const char *other)
{
	if (has_word(operator, "IpAddress"))
		return strcmp(one, other) == 0 || range_holds(one, other);
	if (has_word(operator, "LessThan"))
		return strtod(other, NULL) <= strtod(one, NULL);
	if (has_word(operator, "GreaterThan"))
		return strtod(other, NULL) >= strtod(one, NULL);
	if (has_word(operator, "Like") || has_word(operator, "Arn"))
		return pattern_holds(one, other, false);
	if (has_word(operator, "Bool") || has_word(operator, "Null") ||
	    has_word(operator, "IgnoreCase"))
		return strcasecmp(one, other) == 0;
	return strcmp(one, other) == 0;
}

/* Every value of `inner` is held by one of `outer`. */
static enum policy_result values_hold(struct policy_context *c, const struct test *outer,
				      const struct test *inner)
{
	size_t count = json_is_array(inner->values) ? json_array_size(inner->values) : 1;
	size_t outer_count = json_is_array(outer->values) ? json_array_size(outer->values) : 1;

	if (outer->unknown || inner->unknown)
		return POLICY_UNKNOWN;
	for (size_t i = 0; i < count; i++) {
		bool found = false;
		const char *value = value_text(c, json_is_array(inner->values)
							  ? json_array_get(inner->values, i)
							  : inner->values);

		for (size_t k = 0; k < outer_count && value && !found; k++) {
			const char *one = value_text(c, json_is_array(outer->values)
								? json_array_get(outer->values, k)
								: outer->values);

			found = one && value_holds(outer->operator, one, value);
		}
		if (!found)
			return POLICY_FAIL;
	}
	return POLICY_PASS;
}

/* Negated operators hold for a key that is missing anyway. */
static bool same_operator(const char *now, const char *then)
{
	static const char suffix[] = "IfExists";
	size_t now_size = strlen(now), then_size = strlen(then), size = sizeof(suffix) - 1;
	bool now_if = now_size > size && strcasecmp(now + now_size - size, suffix) == 0;
	bool then_if = then_size > size && strcasecmp(then + then_size - size, suffix) == 0;

	if (now_if)
		now_size -= size;
	if (then_if)
		then_size -= size;
	return now_size == then_size && strncasecmp(now, then, now_size) == 0 &&
	       (now_if || !then_if || has_word(now, "Not"));
}

/* Whether the test holds whenever the statement's conditions before held. */
static enum policy_result follows(struct policy_context *c, const struct test *now,
				  const json_t *conditions)
{
	enum policy_result result = POLICY_FAIL;
	const char *operator, * key;
	json_t *tests, *values;

	json_object_foreach ((json_t *)(uintptr_t)conditions, operator, tests)
		json_object_foreach (tests, key, values) {
			const struct test then = {operator, key, values, NULL};

			if (!same_operator(now->operator, operator) ||
			    strcasecmp(now->key, key) != 0)
				continue;
			result = policy_or(result, has_word(operator, "Not")
							   ? values_hold(c, &then, now)
							   : values_hold(c, now, &then));
		}
	return result;
}

static enum policy_result conditions_follow(struct policy_context *c, const struct denial *now,
					    const struct denial *then)
{
	const json_t *conditions = policy_statement_member(now->json, "Condition"),
		     *unknown = policy_statement_member(now->unknown, "Condition"),
		     *before = policy_statement_member(then->json, "Condition");
	enum policy_result result = json_is_true(unknown) ? POLICY_UNKNOWN : POLICY_PASS;
	const char *operator, * key;
	json_t *tests, *values;

	json_object_foreach ((json_t *)(uintptr_t)conditions, operator, tests)
		json_object_foreach (tests, key, values) {
			const json_t *mask = json_object_get(unknown, operator);
			const struct test test = {operator, key, values,
						  json_is_true(mask) ? mask
								     : json_object_get(mask, key)};

			result = policy_and(result, follows(c, &test, before));
		}
	/* What is not known has no values, and no member where its values would be. */
	json_object_foreach ((json_t *)(uintptr_t)unknown, operator, tests)
		json_object_foreach (tests, key, values) {
			const struct test test = {operator, key, NULL, values};

			if (!json_object_get(json_object_get(conditions, operator), key))
				result = policy_and(result, follows(c, &test, before));
		}
	return result;
}

/* --- one statement against all
 * -------------------------------------------------------------------------- */

/* A statement after the change, or before it; texts counts all that it holds. */
struct product {
	const struct denial *denial;
	struct facet facets[3];
	size_t texts;
};

static struct product read_product(struct policy_context *c, const struct denial *d)
{
	struct product p = {.denial = d};

	for (size_t i = 0; i < FP_ARRAY_SIZE(p.facets); i++) {
		p.facets[i] = read_facet(c, d, (enum facet_kind)i);
		p.texts += p.facets[i].count;
	}
	return p;
}

struct products {
	struct product *rows;
	size_t count, texts;
	size_t left; /* comparisons that may still be made */
	bool unknown;
};

static struct products read_products(struct policy_context *c, const struct denials *d)
{
	struct products p = {arena_array(c->arena, d->count + 1, sizeof(*p.rows)), d->count, 0,
			     COMPARISONS_MAX, d->unknown};

	for (size_t i = 0; i < d->count; i++) {
		p.rows[i] = read_product(c, &d->rows[i]);
		p.texts += p.rows[i].texts;
	}
	return p;
}

static size_t choices(const struct facet *f)
{
	return f->inverted ? 1 : f->count;
}

/* 0 when they are too many, or not known. */
static size_t combinations_of(const struct product *p)
{
	size_t count = 1;

	for (size_t i = 0; i < FP_ARRAY_SIZE(p->facets); i++) {
		if (p->facets[i].unknown || choices(&p->facets[i]) > COMBINATIONS_MAX)
			return 0;
		count *= choices(&p->facets[i]);
		if (count > COMBINATIONS_MAX)
			return 0;
	}
	return count;
}

static enum policy_result holds_choice(const struct product *now, const struct product *then,
				       size_t number)
{
	enum policy_result result = POLICY_PASS;

	for (size_t i = 0; i < FP_ARRAY_SIZE(then->facets); i++) {
		const struct facet *f = &then->facets[i];
		size_t at = number % choices(f);

		number /= choices(f);
		result =
			policy_and(result, f->inverted ? holds_inverted(&now->facets[i], f)
						       : holds_text(&now->facets[i], f->texts[at]));
	}
	return result;
}

static enum policy_result is_kept(struct policy_context *c, const struct denial *then,
				  struct products *now)
{
	const struct product what = read_product(c, then);
	const size_t combinations = combinations_of(&what);
	enum policy_result result = POLICY_PASS;
	enum policy_result *conditions = arena_array(c->arena, now->count + 1, sizeof(*conditions));

	if (combinations == 0 || combinations * (now->texts + 1) > now->left)
		return POLICY_UNKNOWN;
	now->left -= combinations * (now->texts + 1);
	for (size_t i = 0; i < now->count; i++) {
		const struct denial *d = now->rows[i].denial;

		conditions[i] = policy_and(d->surely ? POLICY_PASS : POLICY_UNKNOWN,
					   conditions_follow(c, d, then));
	}
	for (size_t n = 0; n < combinations && result != POLICY_FAIL; n++) {
		enum policy_result best = now->unknown ? POLICY_UNKNOWN : POLICY_FAIL;

		for (size_t i = 0; i < now->count && best != POLICY_PASS; i++)
			best = policy_or(best, policy_and(conditions[i],
							  holds_choice(&now->rows[i], &what, n)));
		result = policy_and(result, best);
	}
	return result;
}

enum policy_result policy_statements_kept(struct policy_context *c, const struct denials *then,
					  const struct denials *now, const struct denial **ret_lost)
{
	enum policy_result result = then->unknown ? POLICY_UNKNOWN : POLICY_PASS;
	struct products products = read_products(c, now);

	*ret_lost = NULL;
	for (size_t i = 0; i < then->count && result != POLICY_FAIL; i++) {
		enum policy_result kept = is_kept(c, &then->rows[i], &products);

		if (policy_and(result, kept) != result)
			*ret_lost = &then->rows[i];
		result = policy_and(result, kept);
	}
	return result;
}
