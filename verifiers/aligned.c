#include "policies/catalogue.h"
#include "verifiers/helpers.h"
#include "verifiers/table.h"

static bool same_version(const struct policy_control *one, const struct evidence_control *c)
{
	return strcmp(one->standard, c->standard) == 0 && strcmp(one->version, c->version) == 0;
}

static bool maps_to(const struct policy *p, const struct evidence_control *c)
{
	for (size_t i = 0; i < p->control_count; i++)
		if (same_version(&p->controls[i], c) && strcmp(p->controls[i].id, c->id) == 0)
			return true;
	return false;
}

/* The id that the policy has in that very standard and version, for the message. */
static const char *right_one(const struct policy *p, const struct evidence_control *c)
{
	for (size_t i = 0; i < p->control_count; i++)
		if (same_version(&p->controls[i], c))
			return p->controls[i].id;
	return NULL;
}

/* A policy that the control is about; NULL when there is none. */
static const char *owner_of(const struct verifier_input *in, const struct evidence_control *c)
{
	for (size_t i = 0; i < in->policy_count; i++)
		if (maps_to(in->policies[i], c))
			return in->policies[i]->id;
	return NULL;
}

static bool is_recorded(const struct evidence *ev, const struct catalogue *c)
{
	for (size_t i = 0; i < ev->catalogue_count; i++)
		if (strcmp(ev->catalogues[i].standard, c->standard) == 0 &&
		    strcmp(ev->catalogues[i].version, c->version) == 0)
			return sha256_equal(&ev->catalogues[i].digest, &c->digest);
	return false;
}

static struct verdict judge_asked(const struct evidence_control *c, enum catalogue_answer answer,
				  struct arena *a)
{
	switch (answer) {
	case CATALOGUE_HAS:
		return verdict_fail(arena_printf(a, "no bound policy maps to %s %s %s", c->standard,
						 c->version, c->id),
				    "case/");
	case CATALOGUE_HAS_NOT:
		return verdict_fail(
			arena_printf(a, "%s %s has no control %s", c->standard, c->version, c->id),
			"case/");
	case CATALOGUE_WITHDRAWN:
		return verdict_fail(
			arena_printf(a, "%s %s has withdrawn %s", c->standard, c->version, c->id),
			"case/");
	case CATALOGUE_OPEN:
		return verdict_inconclusive(arena_printf(a,
							 "our catalogue of %s %s does not know %s",
							 c->standard, c->version, c->id),
					    "case/");
	}
	abort();
}

/* No bound policy says anything about the standard: what does its catalogue say of the id? */
static struct verdict judge_unmapped(const struct verifier_input *in,
				     const struct evidence_control *c, struct arena *a)
{
	const struct catalogue *catalogue;
	const char *owner = owner_of(in, c);
	struct err e = ERR_INIT;

	if (owner)
		return verdict_fail(arena_printf(a,
						 "%s %s %s belongs to another subject: it is what "
						 "%s is about",
						 c->standard, c->version, c->id, owner),
				    "case/");
	if (catalogue_read(c->standard, c->version, a, &catalogue, &e) < 0)
		return verdict_inconclusive(arena_strdup(a, e.text), "case/");
	if (!catalogue)
		return verdict_inconclusive(
			arena_printf(a, "there is no catalogue of %s %s", c->standard, c->version),
			"case/");
	if (!is_recorded(in->ev, catalogue))
		return verdict_inconclusive(
			arena_printf(a, "the evidence names another catalogue of %s %s",
				     c->standard, c->version),
			"evidence/evidence.json");
	return judge_asked(c, catalogue_ask(catalogue, c->id, a), a);
}

static struct verdict judge_control(const struct verifier_input *in,
				    const struct evidence_control *c, struct arena *a)
{
	const struct evidence_strings *bound = &in->ev->claims.policies;
	const char *right = NULL, *owner;

	for (size_t i = 0; i < in->policy_count; i++) {
		const struct policy *p = in->policies[i];

		if (!verdict_matches_any(bound, p->id, verdict_matches_path))
			continue;
		if (maps_to(p, c))
			return verdict_pass("", "");
		if (!right)
			right = right_one(p, c);
	}
	if (!right)
		return judge_unmapped(in, c, a);
	owner = owner_of(in, c);
	return verdict_fail(
		arena_printf(a, "%s %s %s is not about this%s%s: the policy's control there is %s",
			     c->standard, c->version, c->id, owner ? " but about " : "",
			     owner ? owner : "", right),
		"case/");
}

static struct verdict judge(const struct verifier_input *in, struct arena *a)
{
	const struct evidence_claims *c = &in->ev->claims;
	struct verdict open = {.kind = VERDICT_PASS};

	if (c->control_count == 0)
		return verdict_not_applicable("the case claims no control of a standard");
	for (size_t i = 0; i < c->control_count; i++) {
		struct verdict v = judge_control(in, &c->controls[i], a);

		if (v.kind == VERDICT_FAIL)
			return v;
		if (v.kind != VERDICT_PASS)
			open = v;
	}
	if (open.kind != VERDICT_PASS)
		return open;
	return verdict_pass(
		arena_printf(a, "every control that is claimed (%zu) is one of the policy's",
			     c->control_count),
		"case/");
}

const struct verifier verifier_aligned = {
	.id = "aligned",
	.claim = "Each control that the case claims is one that its policy maps to, exactly.",
	.version = 2,
	.judge = judge,
};
