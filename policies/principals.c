/*
 * Whether a change lets an account of AWS in that nothing named before: by a statement of a policy
 * that allows, or by an argument that holds the account itself.  A statement that allows everyone
 * lets in whom its conditions leave.
 */
#include "policies/statements.h"

#include "runner/base/json.h"

#define ACCOUNT_DIGITS 12

/* The next run of exactly twelve digits, or NULL. */
static const char *next_account(const char *text)
{
	while (*text) {
		size_t digits = strspn(text, "0123456789");

		if (digits == ACCOUNT_DIGITS)
			return text;
		text += digits > 0 ? digits : 1;
	}
	return NULL;
}

static bool mentions(const json_t *value, const char *account)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		return strstr(json_string_value(value), account) != NULL;
	json_array_foreach (value, i, member)
		if (mentions(member, account))
			return true;
	json_object_foreach ((json_t *)(uintptr_t)value, key, member)
		if (mentions(member, account))
			return true;
	return false;
}

static bool is_mentioned(const struct policy_index *x, const char *type, const char *account)
{
	for (size_t i = 0; i < x->count; i++) {
		const struct policy_instance *one = &x->instances[i];

		if (type && strcmp(one->type, type) != 0)
			continue;
		if (mentions(one->values, account) || (!type && mentions(one->config, account)))
			return true;
		for (const struct policy_document *m = one->documents; m && !type; m = m->next)
			if (mentions(m->document, account))
				return true;
	}
	return false;
}

/* Named somewhere before the change, or the one that all is made in. */
static bool is_known_account(const struct policy_context *c, const char *account)
{
	/* What was made up is our own where nobody wrote it. */
	if (strcmp(c->views->now->mocked_account, account) == 0 &&
	    !mentions(c->instance->config, account))
		return true;
	return strcmp(c->views->now->account, account) == 0 ||
	       mentions(c->views->before->providers, account) ||
	       mentions(c->views->before->variables, account) ||
	       is_mentioned(c->views->before, NULL, account) ||
	       is_mentioned(c->views->now, "aws_caller_identity", account);
}

static const char *stranger_in_text(struct policy_context *c, const char *text)
{
	for (const char *at = next_account(text); at; at = next_account(at + ACCOUNT_DIGITS)) {
		const char *account = arena_strndup(c->arena, at, ACCOUNT_DIGITS);

		if (!is_known_account(c, account))
			return account;
	}
	return NULL;
}

static const char *stranger_in(struct policy_context *c, const json_t *value)
{
	const char *key, *found = NULL;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		return stranger_in_text(c, json_string_value(value));
	json_array_foreach (value, i, member)
		if (!found)
			found = stranger_in(c, member);
	json_object_foreach ((json_t *)(uintptr_t)value, key, member)
		if (!found)
			found = stranger_in(c, member);
	return found;
}

/* --- statements
 * ------------------------------------------------------------------------------------------ */

struct verdict {
	enum policy_result result;
	const char *reason;
};

static void add_verdict(struct verdict *v, enum policy_result result, const char *reason)
{
	if (policy_and(v->result, result) != v->result)
		*v = (struct verdict){result, reason};
}

/* Organisations are not accounts: who belongs to one is not told. */
static bool is_organization(const char *key)
{
	static const char *const keys[] = {"aws:PrincipalOrgID", "aws:PrincipalOrgPaths",
					   "aws:SourceOrgID", "aws:SourceOrgPaths"};

	for (size_t i = 0; i < FP_ARRAY_SIZE(keys); i++)
		if (strcasecmp(keys[i], key) == 0)
			return true;
	return false;
}

/* Whom one key of a condition lets in. */
static void judge_key(struct policy_context *c, const char *key, const json_t *values,
		      struct verdict *v)
{
	const json_t *one = json_is_array(values) ? json_array_get(values, 0) : values;
	const char *stranger = stranger_in(c, values);

	if (stranger)
		add_verdict(v, POLICY_FAIL,
			    arena_printf(c->arena,
					 "%s names the account %s, which nothing named before", key,
					 stranger));
	if (is_organization(key) && json_is_string(one) &&
	    !is_mentioned(c->views->before, NULL, json_string_value(one)))
		add_verdict(v, POLICY_UNKNOWN,
			    arena_printf(c->arena, "which accounts %s lets in is not told", key));
}

/* Whether the condition narrows everyone down, and what is wrong with whom it lets in. */
static bool is_limited(struct policy_context *c, const json_t *statement, const json_t *unknown,
		       struct verdict *v)
{
	const json_t *condition = policy_statement_member(statement, "Condition"),
		     *mask = policy_statement_member(unknown, "Condition");
	const struct policy_value found = {
		.value = condition, .unknown = mask, .is_unknown = json_is_true(mask)};
	enum policy_result narrow = policy_judge_callers(&found, NULL);
	const char *name, *key;
	json_t *tests, *values;

	json_object_foreach ((json_t *)(uintptr_t)condition, name, tests)
		json_object_foreach (tests, key, values)
			if (policy_names_callers(name, key))
				judge_key(c, key, values, v);
	if (narrow == POLICY_UNKNOWN)
		add_verdict(v, narrow,
			    "whom the condition of a statement for everyone lets in is not known");
	return narrow != POLICY_FAIL;
}

/* Whether what the argument refers to are resources of the workspace, or data about the own
 * account. */
static bool is_ours(const struct policy_context *c, const struct policy_path *path)
{
	const struct policy_edges *out = &c->instance->out;
	bool found = false;

	for (size_t i = 0; i < out->count; i++) {
		const struct policy_instance *other = &c->views->now->instances[out->rows[i].other];

		if (strcmp(out->rows[i].path, path->steps[0].name) != 0)
			continue;
		found = true;
		if (!other->managed && strncmp(other->type, "aws_iam_", 8) != 0 &&
		    strcmp(other->type, "aws_caller_identity") != 0 &&
		    strcmp(other->type, "aws_partition") != 0 &&
		    strcmp(other->type, "aws_canonical_user_id") != 0 &&
		    strcmp(other->type, "aws_region") != 0)
			return false;
	}
	return found;
}

static bool is_service_principal(const char *text)
{
	return strncmp(text, "arn:aws:iam::cloudfront:", 24) == 0 ||
	       strncmp(text, "arn:aws:iam::aws:", 17) == 0;
}

/* One principal; NULL: it is not known. */
static void judge_principal(struct policy_context *c, const struct policy_path *path,
			    const char *type, const char *text, bool *everyone, struct verdict *v)
{
	bool canonical = strcasecmp(type, "CanonicalUser") == 0;
	const char *stranger;

	if (strcasecmp(type, "Service") == 0 || strcasecmp(type, "Federated") == 0)
		return;
	if (text && strcmp(text, "*") == 0) {
		*everyone = true;
		return;
	}
	stranger = text && !canonical ? stranger_in_text(c, text) : NULL;
	if (stranger)
		add_verdict(v, POLICY_FAIL,
			    arena_printf(c->arena,
					 "%s.Principal names the account %s, which nothing named "
					 "before",
					 path->text, stranger));
	if ((text && (next_account(text) || is_service_principal(text))) ||
	    (is_ours(c, path) && !(text && mentions(c->instance->config, text))) ||
	    (text && is_mentioned(c->views->before, NULL, text)))
		return;
	if (canonical && text)
		add_verdict(v, POLICY_FAIL,
			    arena_printf(c->arena,
					 "%s.Principal names a canonical user whom nothing named "
					 "before",
					 path->text));
	else
		add_verdict(v, POLICY_UNKNOWN,
			    arena_printf(c->arena,
					 "which account %s.Principal lets in is not known",
					 path->text));
}

static void judge_principals(struct policy_context *c, const struct policy_path *path,
			     const char *type, const json_t *v, const json_t *unknown,
			     bool *everyone, struct verdict *verdict)
{
	size_t count = json_is_array(v) ? json_array_size(v) : 1;

	/* Nobody writes a list of none: it was made of what is not told. */
	if (count == 0)
		judge_principal(c, path, type, NULL, everyone, verdict);
	for (size_t i = 0; i < count; i++)
		judge_principal(
			c, path, type,
			json_is_true(unknown)
				? NULL
				: json_string_value(json_is_array(v) ? json_array_get(v, i) : v),
			everyone, verdict);
}

/* What a statement lets in by itself; *ret_everyone when it is everyone, without a limit. */
static struct verdict judge_statement(struct policy_context *c, const struct policy_path *path,
				      const struct policy_value *s, bool *ret_everyone)
{
	const json_t *effect = policy_statement_member(s->value, "Effect"),
		     *who = policy_statement_member(s->value, "Principal"),
		     *unknown = policy_statement_member(s->unknown, "Principal");
	struct verdict v = {POLICY_PASS, ""};
	const char *type;
	json_t *m;

	*ret_everyone = false;
	if (json_is_string(effect) && strcmp(json_string_value(effect), "Deny") == 0)
		return v;
	if (policy_statement_member(s->value, "NotPrincipal") ||
	    policy_statement_member(s->unknown, "NotPrincipal"))
		*ret_everyone = true;
	if (!json_is_object(who) && (who || unknown))
		judge_principals(c, path, "AWS", who, unknown, ret_everyone, &v);
	json_object_foreach ((json_t *)(uintptr_t)who, type, m)
		judge_principals(c, path, type, m, json_object_get(unknown, type), ret_everyone,
				 &v);
	json_object_foreach ((json_t *)(uintptr_t)unknown, type, m)
		if (!json_object_get(who, type))
			judge_principals(c, path, type, NULL, json_true(), ret_everyone, &v);
	if (*ret_everyone && is_limited(c, s->value, s->unknown, &v))
		*ret_everyone = false;
	return v;
}

static bool is_statement(const struct policy_value *v)
{
	return policy_statement_member(v->value, "Effect") ||
	       policy_statement_member(v->unknown, "Effect");
}

static bool was_for_everyone(struct policy_context *c, const struct policy_condition *d)
{
	const struct policy_instance *before = policy_before_of(c, c->instance->address);
	struct policy_found f = {.count = 0};
	struct policy_value root;
	bool everyone = false;

	if (!before)
		return false;
	root = policy_instance_root(before);
	policy_path_walk(c, &root, &d->path, &f);
	for (size_t i = 0; i < f.count && !everyone; i++)
		if (is_statement(&f.rows[i]))
			(void)judge_statement(c, &d->path, &f.rows[i], &everyone);
	return everyone;
}

/* What is new is judged too: it may let in whom nobody spoke of. */
enum policy_result policy_judge_accounts(struct policy_context *c, const struct policy_condition *d)
{
	const struct policy_value root = policy_instance_root(c->instance);
	const json_t *row = policy_change_of(c->views, c->instance->address);
	struct policy_found f = {.count = 0};
	struct verdict all = {POLICY_PASS, ""};
	bool open_before = was_for_everyone(c, d);

	/* What the change leaves alone, or takes away, lets nobody in. */
	if (!row || !policy_change_does(row, "no-op"))
		policy_path_walk(c, &root, &d->path, &f);
	for (size_t i = 0; i < f.count; i++) {
		bool everyone = false;
		struct verdict one = {POLICY_PASS, ""};
		const char *stranger;

		if (is_statement(&f.rows[i])) {
			one = judge_statement(c, &d->path, &f.rows[i], &everyone);
			if (everyone && !open_before)
				add_verdict(&one, POLICY_FAIL,
					    arena_printf(c->arena,
							 "%s lets everyone in, and did not before",
							 d->path.text));
			/* Whoever it is, nobody is new where everyone was let in. */
			if (one.result == POLICY_UNKNOWN && open_before)
				one = (struct verdict){POLICY_PASS, ""};
		} else {
			stranger = stranger_in(c, f.rows[i].value);
			if (stranger)
				one = (struct verdict){
					POLICY_FAIL,
					arena_printf(c->arena,
						     "%s names the account %s, which nothing named "
						     "before",
						     d->path.text, stranger)};
		}
		add_verdict(&all, one.result, one.reason);
	}
	policy_note(c, POLICY_VIEW_CHANGE, all.result, "%s", all.reason);
	return all.result;
}
