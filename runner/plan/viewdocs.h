/* Documents inside strings of which parts are not known before apply, for the view. */
#ifndef RUNNER_PLAN_VIEWDOCS_H
#define RUNNER_PLAN_VIEWDOCS_H

#include "runner/plan/walk.h"

/*
 * Appends {path, document, unknown} for each unknown string argument of r that is made by
 * jsonencode(), a template of JSON or an aws_iam_policy_document, with what is known of it.  shown:
 * its values, with what rests on mocked ones unknown.
 */
void viewdocs_write(struct walk *w, struct buf *out, const struct resource_instance *r,
		    const struct value *shown);

#endif
