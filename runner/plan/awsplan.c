#include "runner/plan/awsplan.h"

#include <string.h>

#include "runner/plan/provide.h"

static bool known_text(const struct value *v)
{
	return v && v->state == VALUE_KNOWN && v->type == &type_string;
}

/* The names of a certificate always include its domain name. */
static const struct value *certificate_names(struct arena *a, const struct value *planned)
{
	const struct value *domain = value_get(planned, "domain_name");
	const struct value *names = value_get(planned, "subject_alternative_names");
	const struct value **items;
	size_t count;

	if (!known_text(domain) || !names || names->type->kind != TYPE_SET || names->unknown_within)
		return NULL;
	count = names->state == VALUE_KNOWN ? names->count : 0;
	items = arena_array(a, count + 1, sizeof(*items));
	if (count)
		memcpy(items, names->items, count * sizeof(*items));
	items[count] = domain;
	return value_set(a, &type_string, items, count + 1);
}

/* One validation for each name, of which no more than the name is known. */
static const struct value *certificate_options(struct arena *a, const struct type *t,
					       const struct value *names)
{
	const struct value **items = arena_array(a, names->count + 1, sizeof(*items));

	for (size_t i = 0; i < names->count; i++) {
		const struct value **members = arena_array(a, t->element->count, sizeof(*members));

		for (size_t k = 0; k < t->element->count; k++)
			members[k] = strcmp(t->element->attrs[k].name, "domain_name") == 0
					     ? names->items[i]
					     : value_unknown(a, t->element->attrs[k].type);
		items[i] = value_object_of(a, t->element, members);
	}
	return value_set(a, t->element, items, names->count);
}

static const struct value *certificate(struct arena *a, const struct restype_block *b,
				       const struct value *prior, const struct value *planned)
{
	const struct value *method = value_get(planned, "validation_method");
	const struct restype_attr *options = restype_attr(b, "domain_validation_options");
	const struct value *given = value_get(planned, "subject_alternative_names"), *names;

	/* Without other names the provider leaves the set to be computed. */
	names = given && given->state == VALUE_UNKNOWN &&
				known_text(value_get(planned, "domain_name"))
			? certificate_names(a, provide_with(a, planned, "subject_alternative_names",
							    value_null(a, given->type)))
			: certificate_names(a, planned);
	if (!names)
		return planned;
	planned = provide_with(a, planned, "subject_alternative_names", names);
	if (!prior && known_text(method) && strcmp(method->text, "DNS") == 0 && options &&
	    options->type->kind == TYPE_SET && options->type->element->kind == TYPE_OBJECT)
		planned = provide_with(a, planned, options->name,
				       certificate_options(a, options->type, names));
	return planned;
}

static bool says_nothing(const struct value *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct value *v = filter->items[i];
		bool empty = v->state == VALUE_NULL ||
			     (v->state == VALUE_KNOWN && v->type->kind == TYPE_LIST && !v->count);

		if (!empty)
			return false;
	}
	return true;
}

/* A filter that says nothing is one of the empty prefix. */
static const struct value *lifecycle_rule(struct arena *a, const struct value *rule)
{
	const struct value *filters = value_get(rule, "filter"), **items;

	if (!filters || filters->state != VALUE_KNOWN || filters->count == 0)
		return rule;
	items = arena_array(a, filters->count, sizeof(*items));
	for (size_t i = 0; i < filters->count; i++) {
		const struct value *f = filters->items[i];

		items[i] = f->state == VALUE_KNOWN && says_nothing(f)
				   ? provide_with(a, f, "prefix", value_string(a, ""))
				   : f;
	}
	return provide_with(a, rule, "filter",
			    provide_collection(a, filters, items, filters->count));
}

static const struct value *lifecycle(struct arena *a, const struct value *planned)
{
	const struct value *rules = value_get(planned, "rule"), **items;

	if (!rules || rules->state != VALUE_KNOWN || rules->count == 0)
		return planned;
	items = arena_array(a, rules->count, sizeof(*items));
	for (size_t i = 0; i < rules->count; i++)
		items[i] = rules->items[i]->state == VALUE_KNOWN
				   ? lifecycle_rule(a, rules->items[i])
				   : rules->items[i];
	return provide_with(a, planned, "rule", provide_collection(a, rules, items, rules->count));
}

const struct value *awsplan_customize(struct walk *w, const struct resource_instance *r,
				      const struct value *prior, const struct value *planned)
{
	if (strcmp(r->provider, "registry.terraform.io/hashicorp/aws") != 0)
		return planned;
	if (strcmp(r->type_name, "aws_acm_certificate") == 0)
		return certificate(w->arena, r->type->block, prior, planned);
	if (strcmp(r->type_name, "aws_s3_bucket_lifecycle_configuration") == 0)
		return lifecycle(w->arena, planned);
	return planned;
}
