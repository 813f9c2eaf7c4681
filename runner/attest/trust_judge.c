/* A judgement against the criteria of a trust policy; every one is told, also after a failed one.
 */
#include "runner/attest/trust.h"

#include <inttypes.h>

#include "runner/base/instant.h"

struct judging {
	const struct trust *t;
	const struct judgement *j;
	const struct evidence *ev;
	struct checks *checks;
};

/* "one, two or three", for what would be accepted. */
static const char *join(struct arena *a, const struct trust_names *names)
{
	const char *text = "";

	for (size_t i = 0; i < names->count; i++)
		text = arena_printf(a, "%s%s%s", text,
				    i == 0		    ? ""
				    : i + 1 == names->count ? " or "
							    : ", ",
				    names->items[i]);
	return *text ? text : "nothing";
}

static const char *join_pins(struct arena *a, const struct trust_pins *pins)
{
	const char **items = arena_array(a, pins->count + 1, sizeof(*items));

	for (size_t i = 0; i < pins->count; i++) {
		const struct trust_pin *p = &pins->items[i];
		char hex[SHA256_HEX_SIZE] = "";

		if (p->has_digest)
			sha256_hex(&p->digest, hex);
		items[i] =
			arena_printf(a, "%s%s%s%s%s", p->name, strcmp(p->version, "*") ? " " : "",
				     strcmp(p->version, "*") ? p->version : "",
				     p->has_digest ? " sha256:" : "", hex);
	}
	return join(a, &(struct trust_names){items, pins->count, true});
}

static bool is_one_of(const struct trust_names *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (trust_matches(names->items[i], text))
			return true;
	return false;
}

static bool is_pinned(const struct trust_pins *pins, const char *name, const char *version,
		      const struct sha256 *digest)
{
	for (size_t i = 0; i < pins->count; i++) {
		const struct trust_pin *p = &pins->items[i];

		if (trust_matches(p->name, name) && trust_matches(p->version, version) &&
		    (!p->has_digest || (digest && sha256_equal(&p->digest, digest))))
			return true;
	}
	return false;
}

static void judge_name(struct judging *g, const char *id, const char *what,
		       const struct trust_names *names, const char *found)
{
	if (!names->given)
		return;
	if (is_one_of(names, found))
		(void)check_add(g->checks, id, CHECK_PASSED, "%s %s is accepted", what, found);
	else
		(void)check_add(g->checks, id, CHECK_FAILED, "%s is %s; accepted: %s", what, found,
				join(g->checks->arena, names));
}

static const struct judged_verdict *find_row(const struct judgement *j, const char *id)
{
	for (size_t i = 0; i < j->count; i++)
		if (strcmp(j->rows[i].verifier->id, id) == 0)
			return &j->rows[i];
	return NULL;
}

static void judge_verifiers(struct judging *g)
{
	const struct trust_names *names = &g->t->verifiers;

	for (size_t i = 0; i < names->count; i++) {
		const struct judged_verdict *row = find_row(g->j, names->items[i]);
		const char *state = !row	  ? "not judged"
				    : row->waiver ? "waived"
						  : verdict_kind_name(row->verdict.kind);

		if (!row || row->waiver || row->verdict.kind != VERDICT_PASS) {
			(void)check_add(g->checks, "verifiers", CHECK_FAILED,
					"%s: %s; accepted: pass, not waived", names->items[i],
					state);
			return;
		}
	}
	if (names->given)
		(void)check_add(g->checks, "verifiers", CHECK_PASSED,
				"all %zu that are asked for have passed", names->count);
}

static const struct policy *find_policy(const struct judgement *j, const char *id)
{
	for (size_t i = 0; i < j->input.policy_count; i++)
		if (strcmp(j->input.policies[i]->id, id) == 0)
			return j->input.policies[i];
	return NULL;
}

/* The bound ones: what the proof is about. */
static void judge_policies(struct judging *g)
{
	const struct evidence_strings *bound = &g->ev->claims.policies;
	struct arena *a = g->checks->arena;
	char hex[SHA256_HEX_SIZE] = "none";

	if (!g->t->policies.given)
		return;
	for (size_t i = 0; i < bound->count; i++) {
		const struct policy *p = find_policy(g->j, bound->items[i]);

		if (is_pinned(&g->t->policies, bound->items[i], "", p ? &p->digest : NULL))
			continue;
		if (p)
			sha256_hex(&p->digest, hex);
		(void)check_add(g->checks, "policies", CHECK_FAILED,
				"%s sha256:%s is bound; accepted: %s", bound->items[i], hex,
				join_pins(a, &g->t->policies));
		return;
	}
	if (bound->count == 0)
		(void)check_add(g->checks, "policies", CHECK_FAILED,
				"no policy is bound; accepted: %s", join_pins(a, &g->t->policies));
	else
		(void)check_add(g->checks, "policies", CHECK_PASSED,
				"all %zu bound policies are accepted", bound->count);
}

static void judge_standards(struct judging *g)
{
	const struct evidence_claims *c = &g->ev->claims;
	struct arena *a = g->checks->arena;

	if (!g->t->standards.given)
		return;
	for (size_t i = 0; i < c->control_count; i++) {
		const struct evidence_control *k = &c->controls[i];

		if (is_pinned(&g->t->standards, k->standard, k->version, NULL))
			continue;
		(void)check_add(g->checks, "standards", CHECK_FAILED,
				"%s %s is claimed; accepted: %s", k->standard, k->version,
				join_pins(a, &g->t->standards));
		return;
	}
	if (c->control_count == 0)
		(void)check_add(g->checks, "standards", CHECK_FAILED,
				"no control is claimed; accepted: %s",
				join_pins(a, &g->t->standards));
	else
		(void)check_add(g->checks, "standards", CHECK_PASSED,
				"all %zu controls are of accepted standards", c->control_count);
}

static void judge_packs(struct judging *g)
{
	char hex[SHA256_HEX_SIZE];

	if (!g->t->packs.given)
		return;
	for (size_t i = 0; i < g->ev->pack_count; i++) {
		const struct evidence_pack *p = &g->ev->packs[i];

		if (is_pinned(&g->t->packs, p->provider, p->version, &p->digest))
			continue;
		sha256_hex(&p->digest, hex);
		(void)check_add(g->checks, "packs", CHECK_FAILED,
				"%s %s sha256:%s was used; accepted: %s", p->provider, p->version,
				hex, join_pins(g->checks->arena, &g->t->packs));
		return;
	}
	(void)check_add(g->checks, "packs", CHECK_PASSED, "all %zu packs are accepted",
			g->ev->pack_count);
}

static void judge_image(struct judging *g)
{
	const struct evidence *ev = g->ev;
	struct err ignored = ERR_INIT;
	struct sha256 digest;
	bool pinned = ev->image_sha256 && sha256_parse(ev->image_sha256, &digest, &ignored) == 0;

	if (!g->t->images.given)
		return;
	if (is_pinned(&g->t->images, ev->image, "", pinned ? &digest : NULL))
		(void)check_add(g->checks, "image", CHECK_PASSED, "the image %s is accepted",
				ev->image);
	else
		(void)check_add(g->checks, "image", CHECK_FAILED,
				"the image is %s%s%s; accepted: %s", ev->image,
				pinned ? " sha256:" : "", pinned ? ev->image_sha256 : "",
				join_pins(g->checks->arena, &g->t->images));
}

static void judge_age(struct judging *g, const struct trust_times *times)
{
	int64_t made = 0;
	char text[INSTANT_SIZE];

	if (g->t->max_age_seconds == 0)
		return;
	if (times->has_stamp)
		made = times->stamped;
	else if (!g->ev->time || !instant_parse(g->ev->time, false, &made))
		made = 0;
	instant_format(made, text);
	(void)check_add(g->checks, "age",
			made <= times->now + 300 && times->now - made <= g->t->max_age_seconds
				? CHECK_PASSED
				: CHECK_FAILED,
			"made at %s (%s); accepted: at most %" PRId64 " days", text,
			times->has_stamp ? "by its timestamp" : "by the signer's word",
			g->t->max_age_seconds / 86400);
}

static size_t waived(const struct judgement *j)
{
	size_t count = 0;

	for (size_t i = 0; i < j->count; i++)
		count += j->rows[i].waiver != NULL;
	for (size_t i = 0; i < j->input.ev->claims.waiver_count; i++)
		count += j->input.ev->claims.waivers[i].policy != NULL;
	return count;
}

/* What weakens a proof: allowed or not, and said either way. */
static void judge_weakness(struct judging *g, const char *id, const char *what, size_t count,
			   bool allowed)
{
	if (count > 0)
		(void)check_add(g->checks, id, allowed ? CHECK_NOTE : CHECK_FAILED, "%zu %s%s",
				count, what, allowed ? "" : "; accepted: none");
	else if (!allowed)
		(void)check_add(g->checks, id, CHECK_PASSED, "no %s", what);
}

void trust_judge(const struct trust *t, const struct judgement *j, size_t redaction_count,
		 const struct trust_times *times, struct checks *checks)
{
	struct judging g = {t, j, j->input.ev, checks};

	judge_name(&g, "decision", "the decision", &t->decisions, decision_name(j->decision));
	judge_verifiers(&g);
	judge_policies(&g);
	judge_standards(&g);
	judge_name(&g, "planner", "the planner", &t->planners, g.ev->planner);
	judge_packs(&g);
	judge_image(&g);
	judge_name(&g, "version", "the version of fixproof", &t->versions, g.ev->version);
	judge_age(&g, times);
	judge_weakness(&g, "inferred", "types inferred from the workspace", g.ev->inferred.count,
		       t->allow_inferred);
	judge_weakness(&g, "derived", "types of packs that were derived, not recorded",
		       evidence_derived(g.ev), t->allow_derived);
	judge_weakness(&g, "waivers", "waivers that count", waived(j), t->allow_waivers);
	judge_weakness(&g, "redactions",
		       "secrets redacted: the digests of the originals stand on "
		       "the signer's word",
		       redaction_count, t->allow_redactions);
}
