/*
 * Whether a change leaves everything denied that policies of AWS denied before: in the document
 * where it stood, or in another one of the same owner, to which it may have been moved.
 *
 * Both sides are read from the plan of the change: values made up for what exists are the same in
 * both of them.
 */
#include "policies/statements.h"

#include "runner/base/json.h"

/* AWS takes no policy that is larger. */
#define DOCUMENTS_MAX_BYTES ((size_t)64 << 10)

enum family {
	FAMILY_S3,
	FAMILY_KMS,
	FAMILY_SQS,
	FAMILY_SNS,
	FAMILY_SECRET,
	FAMILY_ECR,
	FAMILY_BACKUP,
	FAMILY_EFS,
	FAMILY_ENDPOINT,
	FAMILY_TRUST,
	FAMILY_ROLE,
	FAMILY_USER,
	FAMILY_GROUP,
	FAMILY_MANAGED, /* attached to roles, users and groups by resources of their own */
	FAMILY_ORGANIZATION,
};

/* Where documents stand, and the attributes by which their owner is told. */
static const struct place {
	const char *type, *attribute, *inner;
	enum family family;
	const char *owners[2];
} places[] = {
	{"aws_s3_bucket", "policy", NULL, FAMILY_S3, {"id", "bucket"}},
	{"aws_s3_bucket_policy", "policy", NULL, FAMILY_S3, {"bucket", NULL}},
	{"aws_kms_key", "policy", NULL, FAMILY_KMS, {"key_id", "arn"}},
	{"aws_kms_key_policy", "policy", NULL, FAMILY_KMS, {"key_id", NULL}},
	{"aws_sqs_queue", "policy", NULL, FAMILY_SQS, {"id", "url"}},
	{"aws_sqs_queue_policy", "policy", NULL, FAMILY_SQS, {"queue_url", NULL}},
	{"aws_sns_topic", "policy", NULL, FAMILY_SNS, {"arn", "id"}},
	{"aws_sns_topic_policy", "policy", NULL, FAMILY_SNS, {"arn", NULL}},
	{"aws_secretsmanager_secret", "policy", NULL, FAMILY_SECRET, {"arn", "id"}},
	{"aws_secretsmanager_secret_policy", "policy", NULL, FAMILY_SECRET, {"secret_arn", NULL}},
	{"aws_ecr_repository", NULL, NULL, FAMILY_ECR, {"name", "id"}},
	{"aws_ecr_repository_policy", "policy", NULL, FAMILY_ECR, {"repository", NULL}},
	{"aws_backup_vault", NULL, NULL, FAMILY_BACKUP, {"name", "id"}},
	{"aws_backup_vault_policy", "policy", NULL, FAMILY_BACKUP, {"backup_vault_name", NULL}},
	{"aws_efs_file_system", NULL, NULL, FAMILY_EFS, {"id", NULL}},
	{"aws_efs_file_system_policy", "policy", NULL, FAMILY_EFS, {"file_system_id", NULL}},
	{"aws_vpc_endpoint", "policy", NULL, FAMILY_ENDPOINT, {"id", NULL}},
	{"aws_vpc_endpoint_policy", "policy", NULL, FAMILY_ENDPOINT, {"vpc_endpoint_id", NULL}},
	{"aws_iam_role", "assume_role_policy", NULL, FAMILY_TRUST, {"name", "id"}},
	{"aws_iam_role", "inline_policy", "policy", FAMILY_ROLE, {"name", "id"}},
	{"aws_iam_role_policy", "policy", NULL, FAMILY_ROLE, {"role", NULL}},
	{"aws_iam_user", NULL, NULL, FAMILY_USER, {"name", "id"}},
	{"aws_iam_user_policy", "policy", NULL, FAMILY_USER, {"user", NULL}},
	{"aws_iam_group", NULL, NULL, FAMILY_GROUP, {"name", "id"}},
	{"aws_iam_group_policy", "policy", NULL, FAMILY_GROUP, {"group", NULL}},
	{"aws_iam_policy", "policy", NULL, FAMILY_MANAGED, {NULL, NULL}},
	{"aws_organizations_policy", "content", NULL, FAMILY_ORGANIZATION, {NULL, NULL}},
};

/* --- documents
 * ------------------------------------------------------------------------------------------ */

static void add_statement(struct policy_context *c, struct denials *d, const json_t *statement,
			  const json_t *unknown)
{
	const json_t *effect = policy_statement_member(statement, "Effect");
	bool surely = effect != NULL;

	if (json_is_true(unknown)) {
		d->unknown = true;
		return;
	}
	if (surely && (!json_is_string(effect) || strcmp(json_string_value(effect), "Deny") != 0))
		return;
	if (!surely && !policy_statement_member(unknown, "Effect"))
		return;
	d->rows = arena_grow(c->arena, d->rows, d->count, &d->capacity, sizeof(*d->rows));
	d->rows[d->count++] = (struct denial){statement, unknown, surely};
}

static void add_document(struct policy_context *c, struct denials *d, const json_t *document,
			 const json_t *unknown)
{
	const json_t *list = policy_statement_member(document, "Statement"),
		     *mask = policy_statement_member(unknown, "Statement");

	if (json_is_true(unknown) || json_is_true(mask)) {
		d->unknown = true;
		return;
	}
	if (!json_is_array(list)) {
		if (list)
			add_statement(c, d, list, mask);
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++)
		add_statement(c, d, json_array_get(list, i), json_array_get(mask, i));
}

/* A text that is no document: nobody knows what stands there. */
static void add_text_document(struct policy_context *c, struct denials *d, const json_t *text)
{
	json_t *document = NULL;
	struct err e = ERR_INIT;

	if (!json_is_string(text) || *json_string_value(text) == '\0')
		return;
	d->bytes += json_string_length(text);
	if (d->bytes > DOCUMENTS_MAX_BYTES ||
	    json_parse("", json_string_value(text), json_string_length(text), &document, &e) < 0 ||
	    !json_is_object(document)) {
		json_decref(document);
		d->unknown = true;
		return;
	}
	json_push(d->documents, document);
	add_document(c, d, document, NULL);
}

/* Where the text is not known, parts of the document may be. */
static void add_unknown_document(struct policy_context *c, struct denials *d, const char *address,
				 const char *path)
{
	const struct policy_instance *i = policy_index_find(c->views->now, address);
	const struct policy_document *m = i ? i->documents : NULL;

	while (m && strcmp(m->path, path) != 0)
		m = m->next;
	if (m)
		add_document(c, d, m->document, m->unknown);
	else
		d->unknown = true;
}

/* What is left to the provider says nothing of ours. */
static bool is_written(const struct policy_instance *i, const struct place *p)
{
	return i && json_object_get(i->config, p->attribute);
}

/* What the resource says at the place, before or after the change. */
static void add_place(struct policy_context *c, struct denials *d, const struct place *p,
		      const json_t *row, const char *side)
{
	const json_t *change = json_object_get(row, "change"),
		     *v = json_object_get(json_object_get(change, side), p->attribute),
		     *unknown = strcmp(side, "after") == 0
					? json_object_get(json_object_get(change, "after_unknown"),
							  p->attribute)
					: NULL;
	json_t *block;
	size_t i;

	if (!p->inner && json_is_true(unknown))
		add_unknown_document(c, d, json_text_of(row, "address"), p->attribute);
	else if (!p->inner)
		add_text_document(c, d, v);
	json_array_foreach (p->inner ? v : NULL, i, block)
		add_text_document(c, d, json_object_get(block, p->inner));
	if (p->inner && unknown && json_is_true(unknown))
		d->unknown = true;
	json_array_foreach (p->inner ? unknown : NULL, i, block)
		if (json_object_get(block, p->inner))
			add_unknown_document(
				c, d, json_text_of(row, "address"),
				arena_printf(c->arena, "%s[%zu].%s", p->attribute, i, p->inner));
}

/* --- owners
 * --------------------------------------------------------------------------------------------- */

static bool is_owned_alike(const struct place *p, const json_t *before, const struct place *other,
			   const json_t *after)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(p->owners) && p->owners[i]; i++)
		for (size_t k = 0; k < FP_ARRAY_SIZE(other->owners) && other->owners[k]; k++) {
			const char *one = json_text_of(before, p->owners[i]);

			if (*one && strcmp(one, json_text_of(after, other->owners[k])) == 0)
				return true;
		}
	return false;
}

/* What is attached by resources of its own has no owner here: it counts where it is new. */
static bool is_elsewhere(const struct place *p, const json_t *before, const struct place *other,
			 const json_t *row)
{
	bool identity = p->family == FAMILY_ROLE || p->family == FAMILY_USER ||
			p->family == FAMILY_GROUP || p->family == FAMILY_MANAGED;
	const json_t *after = json_object_get(json_object_get(row, "change"), "after");

	if (other->family == p->family && is_owned_alike(p, before, other, after))
		return true;
	if (other->family == FAMILY_MANAGED ? identity : other->family == p->family)
		return !other->owners[0] && policy_change_does(row, "create");
	return false;
}

/* All that denies after the change in place of what `row` denied before; whether the owner, if
 * another resource is one, is there still. */
static bool add_after(struct policy_context *c, struct denials *d, const struct place *p,
		      const json_t *row)
{
	const json_t *before = json_object_get(json_object_get(row, "change"), "before");
	bool owned = !p->owners[0] || !policy_change_does(row, "delete") ||
		     policy_change_does(row, "create");
	json_t *other;
	size_t i;

	json_array_foreach (json_object_get(c->views->change, "resource_changes"), i, other)
		for (size_t k = 0; k < FP_ARRAY_SIZE(places); k++) {
			const struct place *q = &places[k];

			if (strcmp(q->type, json_text_of(other, "type")) != 0 ||
			    !json_is_object(
				    json_object_get(json_object_get(other, "change"), "after")))
				continue;
			if (other == row ? q != p : !is_elsewhere(p, before, q, other))
				continue;
			owned = owned || q->owners[0];
			if (q->attribute &&
			    is_written(policy_index_find(c->views->now,
							 json_text_of(other, "address")),
				       q))
				add_place(c, d, q, other, "after");
		}
	return owned;
}

static enum policy_result judge_place(struct policy_context *c, const struct place *p,
				      const json_t *row, const char **ret_why)
{
	JSON_AUTO *documents = json_new_array();
	struct denials then = {.documents = documents}, now = {.documents = documents};
	const json_t *change = json_object_get(row, "change");
	const struct denial *lost;
	enum policy_result result;

	if (!is_written(policy_before_of(c, c->instance->address), p))
		return POLICY_PASS;
	if (json_equal(json_object_get(json_object_get(change, "before"), p->attribute),
		       json_object_get(json_object_get(change, "after"), p->attribute)) &&
	    !json_object_get(json_object_get(change, "after_unknown"), p->attribute))
		return POLICY_PASS;
	add_place(c, &then, p, row, "before");
	if ((then.count == 0 && !then.unknown) || !add_after(c, &now, p, row))
		return POLICY_PASS;
	result = policy_statements_kept(c, &then, &now, &lost);
	if (result != POLICY_PASS) {
		const struct policy_value v = {.value = lost ? lost->json : NULL};

		*ret_why = arena_printf(
			c->arena,
			result == POLICY_UNKNOWN ? "whether %s is still in %s.Statement is not "
						   "known before apply"
						 : "%s is gone from %s.Statement",
			lost ? policy_describe(c, &v) : "what it denied", p->attribute);
	}
	return result;
}

enum policy_result policy_judge_denials(struct policy_context *c)
{
	const json_t *row = policy_change_of(c->views, c->instance->address);
	enum policy_result result = POLICY_PASS;
	const char *why = "";

	if (!c->views->change) {
		policy_note(c, POLICY_VIEW_CHANGE, POLICY_UNKNOWN,
			    "there is no plan of the change");
		return POLICY_UNKNOWN;
	}
	for (size_t i = 0; row && i < FP_ARRAY_SIZE(places) && result != POLICY_FAIL; i++)
		if (places[i].attribute && strcmp(places[i].type, c->instance->type) == 0)
			result = policy_and(result, judge_place(c, &places[i], row, &why));
	policy_note(c, POLICY_VIEW_CHANGE, result, "%s", why);
	return result;
}
