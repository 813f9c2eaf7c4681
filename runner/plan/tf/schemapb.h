/* Schemas as the plugin protocol has them: the same field numbers in versions 5 and 6. */
#ifndef RUNNER_PLAN_TF_SCHEMAPB_H
#define RUNNER_PLAN_TF_SCHEMAPB_H

#include "runner/base/buf.h"
#include "runner/plan/restype.h"

/* A Schema message.  Nested attributes are known to version 6 only. */
void schemapb_write(struct buf *out, const struct restype_block *b, uint64_t version, int protocol);

/* Whether the schema can only be told in version 6. */
bool schemapb_needs_6(const struct restype_block *b);

/*
 * A Schema message as a pack's document has it, {"block":…,"version":…}, sorted keys, without
 * prose; false when it is damaged.
 */
bool schemapb_to_json(struct buf *out, const uint8_t *data, size_t size, int protocol);

#endif
