/* count and for_each. */
#include <string.h>

#include "runner/plan/hcl/convert.h"
#include "runner/plan/walk.h"

#define COUNT "Invalid count argument"
#define FOR_EACH "Invalid for_each argument"

const char *expand_key_text(struct arena *a, const struct value *key)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1u << 20);
	int64_t i;

	if (!key)
		return "";
	if (key->type == &type_number)
		return number_to_int64(key->number, &i) ? arena_printf(a, "[%lld]", (long long)i)
							: "";
	buf_addstr(&out, "[\"");
	for (const char *p = key->text; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addch(&out, '\\');
		else if ((*p == '$' || *p == '%') && p[1] == '{')
			buf_addch(&out, *p);
		if (*p == '\n')
			buf_addstr(&out, "\\n");
		else if (*p == '\r')
			buf_addstr(&out, "\\r");
		else if (*p == '\t')
			buf_addstr(&out, "\\t");
		else
			buf_addch(&out, *p);
	}
	buf_addstr(&out, "\"]");
	return arena_strdup(a, buf_text(&out));
}

static bool refuse(struct walk *w, const struct expr *e, const char *summary, const char *detail)
{
	diag_error(w->diags, e->range, summary, "%s", detail);
	return false;
}

static bool check_size(struct walk *w, const struct expr *e, size_t count)
{
	if (count <= WALK_COUNT_MAX && w->instance_count + count <= WALK_INSTANCES_MAX) {
		w->instance_count += count;
		return true;
	}
	diag_add(w->diags, DIAG_LIMIT, e->range, "Too many instances",
		 "This would make more than %d instances, or more than %d in all.", WALK_COUNT_MAX,
		 WALK_INSTANCES_MAX);
	return false;
}

static bool expand_count(struct walk *w, const struct expr *e, const struct value *v,
			 const struct walk_key **ret_keys, size_t *ret_count)
{
	struct walk_key *keys;
	struct err err = ERR_INIT;
	int64_t count;

	if (value_marks_deep(v) & VALUE_SENSITIVE)
		return refuse(
			w, e, COUNT,
			"Sensitive values, or values derived from sensitive values, cannot be "
			"used as count arguments. If used, the sensitive value could be exposed "
			"as a resource instance key.");
	if (convert_value(w->arena, v, &type_number, &v, &err) < 0) {
		diag_error(w->diags, e->range, COUNT, "Invalid count argument value: %s.",
			   err.text);
		return false;
	}
	if (v->state == VALUE_NULL)
		return refuse(
			w, e, COUNT,
			"The given \"count\" argument value is null. An integer is required.");
	if (v->state == VALUE_UNKNOWN)
		return refuse(
			w, e, COUNT,
			"The \"count\" value depends on resource attributes that cannot be "
			"determined until apply, so Terraform cannot predict how many instances "
			"will be created. To work around this, use the -target argument to "
			"first apply only the resources that the count depends on.");
	if (!number_to_int64(v->number, &count))
		return refuse(w, e, COUNT,
			      "The given \"count\" argument value is unsuitable: a whole number is "
			      "required.");
	if (count < 0)
		return refuse(w, e, COUNT,
			      "The given \"count\" argument value is unsuitable: must be greater "
			      "than or equal to zero.");
	if (!check_size(w, e, (size_t)count))
		return false;
	keys = arena_array(w->arena, (size_t)count + 1, sizeof(*keys));
	for (int64_t i = 0; i < count; i++)
		keys[i] = (struct walk_key){value_int(w->arena, i), NULL, false};
	*ret_keys = keys;
	*ret_count = (size_t)count;
	return true;
}

static bool suitable(struct walk *w, const struct expr *e, const struct value *v)
{
	const struct type *t = v->type;

	if (value_marks_deep(v) & VALUE_EPHEMERAL)
		return refuse(w, e, FOR_EACH,
			      "The given \"for_each\" value is derived from an "
			      "ephemeral value.");
	if (v->state == VALUE_NULL)
		return refuse(w, e, FOR_EACH,
			      "The given \"for_each\" argument value is null. A map, or set of "
			      "strings is allowed.");
	if (t->kind == TYPE_DYNAMIC || (v->state == VALUE_UNKNOWN && t->kind != TYPE_SET))
		return refuse(w, e, FOR_EACH,
			      "The \"for_each\" map includes keys derived from resource attributes "
			      "that cannot be determined until apply, and so Terraform cannot "
			      "determine the full set of keys that will identify the instances of "
			      "this resource.");
	if (t->kind != TYPE_MAP && t->kind != TYPE_OBJECT && t->kind != TYPE_SET) {
		diag_error(
			w->diags, e->range, FOR_EACH,
			"The given \"for_each\" argument value is unsuitable: the \"for_each\" "
			"argument must be a map, or set of strings, and you have provided a value "
			"of type %s.",
			type_name(w->arena, t));
		return false;
	}
	if (t->kind == TYPE_SET && (v->state == VALUE_UNKNOWN || !value_wholly_known(v)))
		return refuse(
			w, e, FOR_EACH,
			"The \"for_each\" set includes values derived from resource attributes "
			"that cannot be determined until apply, and so Terraform cannot "
			"determine the full set of keys that will identify the instances of "
			"this resource.");
	if (t->kind == TYPE_SET && v->count > 0 && t->element != &type_string) {
		diag_error(w->diags, e->range, "Invalid for_each set argument",
			   "The given \"for_each\" argument value is unsuitable: \"for_each\" "
			   "supports maps and sets of strings, but you have provided a set "
			   "containing type %s.",
			   type_name(w->arena, t->element));
		return false;
	}
	return true;
}

static bool expand_for_each(struct walk *w, const struct expr *e, const struct value *v,
			    const struct walk_key **ret_keys, size_t *ret_count)
{
	struct walk_key *keys;
	bool set = v->type->kind == TYPE_SET;
	bool mocked = (set ? value_marks_deep(v) : v->marks) & WALK_MOCKED;

	if (v->marks & VALUE_SENSITIVE || (set && value_marks_deep(v) & VALUE_SENSITIVE))
		return refuse(
			w, e, FOR_EACH,
			"Sensitive values, or values derived from sensitive values, cannot be "
			"used as for_each arguments. If used, the sensitive value could be "
			"exposed as a resource instance key.");
	if (!suitable(w, e, v) || !check_size(w, e, v->count))
		return false;
	keys = arena_array(w->arena, v->count + 1, sizeof(*keys));
	for (size_t i = 0; i < v->count; i++) {
		if (set && value_is_null(v->items[i]))
			return refuse(w, e, "Invalid for_each set argument",
				      "The given \"for_each\" argument value is unsuitable: "
				      "\"for_each\" sets must not contain null values.");
		keys[i] = (struct walk_key){set ? v->items[i]
						: value_string(w->arena, value_key(v, i)),
					    v->items[i], mocked};
	}
	*ret_keys = keys;
	*ret_count = v->count;
	return true;
}

bool expand_keys(struct walk *w, struct module_instance *m, const struct expr *count,
		 const struct expr *for_each, enum repeat *ret_repeat,
		 const struct walk_key **ret_keys, size_t *ret_count, bool *ret_mocked)
{
	static const struct walk_key single = {NULL, NULL, false};
	const struct scope *scope;
	size_t failures = w->diags->failures;
	const struct value *v;

	*ret_repeat = count ? REPEAT_COUNT : for_each ? REPEAT_FOR_EACH : REPEAT_NONE;
	if (*ret_repeat == REPEAT_NONE) {
		w->instance_count++;
		*ret_keys = &single;
		*ret_mocked = false;
		*ret_count = 1;
		return true;
	}
	scope = walk_scope(w, m, REPEAT_NONE, single, NULL);
	v = eval_expr(&w->eval, scope, count ? count : for_each);
	if (w->diags->failures != failures)
		return false;
	*ret_mocked = (v->type->kind == TYPE_SET ? value_marks_deep(v) : v->marks) & WALK_MOCKED;
	return count ? expand_count(w, count, v, ret_keys, ret_count)
		     : expand_for_each(w, for_each, v, ret_keys, ret_count);
}
