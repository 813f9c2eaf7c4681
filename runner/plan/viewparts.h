/* What the parts of the view (planview.h) share; docs/view.md tells its members. */
#ifndef RUNNER_PLAN_VIEWPARTS_H
#define RUNNER_PLAN_VIEWPARTS_H

#include "runner/plan/walk.h"

struct view_comment {
	const char *file, *text;
	uint32_t line, end_line;
};

struct view {
	struct walk *walk;
	struct buf *out;
	CONFIG_LIST(struct view_comment) comments;
};

/* --- viewtext.c ------------------------------------------------------------------------------ */

void viewtext_put_count(struct buf *out, const char *key, size_t n);
void viewtext_put_bool(struct buf *out, const char *key, bool b);
/* null for NULL. */
void viewtext_put_optional(struct buf *out, const char *key, const char *text);
/* Members "file" and "line". */
void viewtext_put_place(struct buf *out, struct range r);

/* Adds the comments of a file. */
void viewtext_read_comments(struct view *v, const struct source *s);
void viewtext_write_comment(struct buf *out, const struct view_comment *c, bool with_file);
/* Member "comments": those within a block, and directly above it. */
void viewtext_write_block_comments(struct view *v, const char *file, uint32_t line,
				   uint32_t end_line);

/* Elements of a list: each name that is referred to, once. */
void viewtext_write_names(struct view *v, const struct references *refs);
/* Whether a block is `dynamic`, and the type of what it is or makes. */
bool viewtext_is_dynamic(const struct block *b);
const char *viewtext_block_name(const struct block *b);
/* Member "config". */
void viewtext_write_config(struct view *v, const struct body *body);

/* --- viewblocks.c ---------------------------------------------------------------------------- */

const char *viewblocks_mode_name(enum config_mode mode);
const char *viewblocks_address(struct arena *a, const struct config_module *m,
			       const struct config_resource *r);
/* Where the block of an instance stands in "blocks". */
size_t viewblocks_index(const struct walk *w, const struct resource_instance *r);
/* Member "blocks". */
void viewblocks_write(struct view *v);

/* --- viewinstances.c ------------------------------------------------------------------------- */

/* Members "instances" and "references". */
void viewinstances_write(struct view *v);
/* Member "instances" of a workspace that is not planned. */
void viewinstances_write_static(struct view *v);

#endif
