/* data "aws_iam_policy_document": the very JSON that the AWS provider gives. */
#ifndef RUNNER_PLAN_IAMPOLICY_H
#define RUNNER_PLAN_IAMPOLICY_H

#include "runner/plan/walk.h"

/* config with json, minified_json and id filled in; as it was after a diagnostic at where. */
const struct value *iampolicy_read(struct walk *w, const struct value *config, struct range where);

#endif
