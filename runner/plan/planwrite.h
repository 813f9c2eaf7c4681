/* JSON texts of values as Terraform's plan representation has them. */
#ifndef RUNNER_PLAN_PLANWRITE_H
#define RUNNER_PLAN_PLANWRITE_H

#include "runner/base/buf.h"
#include "runner/plan/hcl/diag.h"
#include "runner/plan/hcl/value.h"

/* A JSON string. */
void planwrite_string(struct buf *out, const char *text);

/* "key": — with a comma before it unless it is the first member of its object. */
void planwrite_key(struct buf *out, const char *key);
void planwrite_member(struct buf *out, const char *key, const char *text);
/* A comma unless an array or object was just opened. */
void planwrite_comma(struct buf *out);

/* v with what is unknown left out (null within lists); null when nothing is known. */
void planwrite_known(struct buf *out, const struct value *v);
/* The shape of v with true where it is unknown. */
void planwrite_unknown(struct buf *out, const struct value *v);
/* The shape of v with true where it is marked as sensitive. */
void planwrite_sensitive(struct buf *out, const struct value *v);

/* One diagnostic as an object. */
void planwrite_diag(struct buf *out, struct arena *a, const struct diag *d);

#endif
