/* What the readers of blocks share: configblocks.c and configmoves.c. */
#ifndef RUNNER_PLAN_CONFIGPARTS_H
#define RUNNER_PLAN_CONFIGPARTS_H

#include <string.h>

#include "runner/plan/config.h"

#define CONFIG_APPEND(c, items)                                                      \
	({                                                                           \
		(items).list = arena_grow((c)->arena, (items).list, (items).count,   \
					  &(items).capacity, sizeof(*(items).list)); \
		memset(&(items).list[(items).count], 0, sizeof(*(items).list));      \
		&(items).list[(items).count++];                                      \
	})

/* The content of a block by arrays of attributes and of blocks. */
#define CONFIG_CONTENT(c, block, attrs, blocks)                                         \
	syntax_content((c)->arena, (block)->body,                                       \
		       &(const struct body_schema){attrs, FP_ARRAY_SIZE(attrs), blocks, \
						   FP_ARRAY_SIZE(blocks)},              \
		       (c)->diags)

static const struct schema_block config_no_blocks[0];

bool config_constant_bool(struct config *c, const struct content *content, const char *name,
			  bool otherwise);

void config_decode_moved(struct config *c, struct config_module *m, const struct block *b);
void config_decode_removed(struct config *c, struct config_module *m, const struct block *b);
void config_decode_import(struct config *c, struct config_module *m, const struct block *b);

#endif
