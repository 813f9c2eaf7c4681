/*
 * The canonical form of a plan, version 1: RFC 8785, with numbers kept exactly (jcs.h), of
 *
 *	{"format":"fixproof-plan/1","output_changes":{NAME:CHANGE…},"resource_changes":[…]}
 *
 * made from Terraform's plan representation.  A resource change keeps action_reason, address,
 *change (actions, before, after, after_unknown, before_sensitive, after_sensitive, replace_paths,
 *importing), deposed, index, mode, name, previous_address, provider_name and type; they are sorted
 *by address and deposed key.  A change of an output keeps actions, before, after, after_unknown and
 *both marks. Everything else (time stamps, versions, configuration, relevant attributes) is
 *volatile, or told elsewhere.
 */
#ifndef RUNNER_CANON_PLAN_H
#define RUNNER_CANON_PLAN_H

#include "runner/base/buf.h"
#include "runner/base/doc.h"
#include "runner/base/err.h"

#define CANON_PLAN_FORMAT "fixproof-plan/1"

/* plan is the object that `terraform show -json` prints, read by doc_read_json. */
FP_MUST_CHECK int canon_plan(const char *what, const struct doc *plan, struct buf *out,
			     struct err *e);

#endif
