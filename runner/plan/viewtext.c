/* Comments, and the configuration as it is written. */
#include "runner/plan/viewparts.h"

#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/lexer.h"
#include "runner/plan/planwrite.h"

void viewtext_put_count(struct buf *out, const char *key, size_t n)
{
	planwrite_key(out, key);
	buf_addf(out, "%zu", n);
}

void viewtext_put_bool(struct buf *out, const char *key, bool b)
{
	planwrite_key(out, key);
	buf_addstr(out, b ? "true" : "false");
}

void viewtext_put_optional(struct buf *out, const char *key, const char *text)
{
	planwrite_key(out, key);
	if (text)
		planwrite_string(out, text);
	else
		buf_addstr(out, "null");
}

void viewtext_put_place(struct buf *out, struct range r)
{
	planwrite_member(out, "file", r.source ? r.source->name : "");
	viewtext_put_count(out, "line", r.source ? diag_start(r).line : 0);
}

/* --- comments ------------------------------------------------------------------------------------
 */

/* Without the comment's marks and the white space around it. */
static const char *comment_text(struct arena *a, const char *text, size_t size)
{
	if (size >= 2 && text[0] == '/' && text[1] == '*') {
		text += 2;
		size -= size >= 4 ? 4 : 2;
	} else if (size >= 2 && text[0] == '/' && text[1] == '/') {
		text += 2;
		size -= 2;
	} else if (size > 0) {
		text++;
		size--;
	}
	while (size > 0 && strchr(" \t\r\n", text[size - 1]))
		size--;
	while (size > 0 && strchr(" \t\r\n", *text)) {
		text++;
		size--;
	}
	return arena_strndup(a, text, size);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);

	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

void viewtext_read_comments(struct view *v, const struct source *s)
{
	struct arena *a = v->walk->arena;
	struct tokens tokens;

	if (ends_with(s->name, ".json") || !utf8_valid(s->text, s->size))
		return;
	tokens = lexer_scan(a, s->text, (uint32_t)s->size, false);
	for (size_t i = 0; i < tokens.count; i++) {
		const struct token *t = &tokens.list[i];
		const struct range r = {s, t->start, t->end};
		struct view_comment *c;

		if (t->kind != TOKEN_COMMENT)
			continue;
		v->comments.list = arena_grow(a, v->comments.list, v->comments.count,
					      &v->comments.capacity, sizeof(*v->comments.list));
		c = &v->comments.list[v->comments.count++];
		c->file = s->name;
		c->text = comment_text(a, s->text + t->start, t->end - t->start);
		c->line = diag_start(r).line;
		c->end_line = c->line;
		for (const char *p = s->text + t->start; p + 1 < s->text + t->end; p++)
			c->end_line += *p == '\n';
	}
}

void viewtext_write_comment(struct buf *out, const struct view_comment *c, bool with_file)
{
	planwrite_comma(out);
	buf_addch(out, '{');
	if (with_file)
		planwrite_member(out, "file", c->file);
	viewtext_put_count(out, "line", c->line);
	planwrite_member(out, "text", c->text);
	buf_addch(out, '}');
}

/* Those between the lines, and those that end on the line before what they stand above. */
void viewtext_write_block_comments(struct view *v, const char *file, uint32_t line,
				   uint32_t end_line)
{
	size_t first = 0, last;

	while (first < v->comments.count && (strcmp(v->comments.list[first].file, file) != 0 ||
					     v->comments.list[first].line < line))
		first++;
	last = first;
	while (first > 0 && strcmp(v->comments.list[first - 1].file, file) == 0 &&
	       v->comments.list[first - 1].end_line + 1 == line) {
		first--;
		line = v->comments.list[first].line;
	}
	while (last < v->comments.count && strcmp(v->comments.list[last].file, file) == 0 &&
	       v->comments.list[last].line <= end_line)
		last++;
	planwrite_key(v->out, "comments");
	buf_addch(v->out, '[');
	for (; first < last; first++)
		viewtext_write_comment(v->out, &v->comments.list[first], false);
	buf_addch(v->out, ']');
}

/* --- configuration as written
 * --------------------------------------------------------------------- */

void viewtext_write_names(struct view *v, const struct references *refs)
{
	buf_addch(v->out, '[');
	for (size_t i = 0; i < refs->count; i++) {
		const char *text = syntax_traversal_text(v->walk->arena, refs->list[i]);
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(syntax_traversal_text(v->walk->arena, refs->list[k]), text) ==
			       0;
		if (seen)
			continue;
		planwrite_comma(v->out);
		planwrite_string(v->out, text);
	}
	buf_addch(v->out, ']');
}

static const char *source_text(struct arena *a, struct range r)
{
	return r.source ? arena_strndup(a, r.source->text + r.start, r.end - r.start) : "";
}

static void write_expr(struct view *v, const struct expr *e)
{
	struct walk *w = v->walk;
	struct references refs = REFERENCES_INIT(w->arena);
	struct diag_mark mark = diag_mark(w->diags);
	size_t failures = w->diags->failures;
	const struct value *value = NULL;

	eval_references(&refs, e);
	if (refs.count == 0)
		value = eval_expr(&w->eval, NULL, e);
	if (value && w->diags->failures == failures && value_wholly_known(value)) {
		planwrite_known(v->out, value);
	} else {
		buf_addch(v->out, '{');
		if (refs.count) {
			planwrite_key(v->out, "$ref");
			viewtext_write_names(v, &refs);
		}
		planwrite_member(v->out, "$expr", source_text(w->arena, e->range));
		buf_addch(v->out, '}');
	}
	diag_rewind(w->diags, mark);
}

static void write_members(struct view *v, const struct body *body);

bool viewtext_is_dynamic(const struct block *b)
{
	return strcmp(b->type, "dynamic") == 0 && b->label_count == 1;
}

const char *viewtext_block_name(const struct block *b)
{
	return viewtext_is_dynamic(b) ? b->labels[0] : b->type;
}

/* The content of a dynamic block, with what it repeats over as "$for_each". */
static void write_dynamic(struct view *v, const struct block *b)
{
	struct content guess = syntax_guess(v->walk->arena, b->body);
	const struct attribute *for_each = syntax_find(&guess, "for_each");

	buf_addch(v->out, '{');
	if (for_each) {
		planwrite_key(v->out, "$for_each");
		write_expr(v, for_each->expr);
	}
	for (size_t i = 0; i < guess.block_count; i++)
		if (strcmp(guess.blocks[i]->type, "content") == 0)
			write_members(v, guess.blocks[i]->body);
	buf_addch(v->out, '}');
}

static void write_members(struct view *v, const struct body *body)
{
	struct content guess = syntax_guess(v->walk->arena, body);

	for (size_t i = 0; i < guess.attr_count; i++) {
		planwrite_key(v->out, guess.attrs[i]->name);
		write_expr(v, guess.attrs[i]->expr);
	}
	for (size_t i = 0; i < guess.block_count; i++) {
		const char *name = viewtext_block_name(guess.blocks[i]);
		bool earlier = false;

		for (size_t k = 0; k < i; k++)
			earlier |= strcmp(viewtext_block_name(guess.blocks[k]), name) == 0;
		if (earlier)
			continue;
		planwrite_key(v->out, name);
		buf_addch(v->out, '[');
		for (size_t k = i; k < guess.block_count; k++) {
			if (strcmp(viewtext_block_name(guess.blocks[k]), name) != 0)
				continue;
			planwrite_comma(v->out);
			if (viewtext_is_dynamic(guess.blocks[k])) {
				write_dynamic(v, guess.blocks[k]);
				continue;
			}
			buf_addch(v->out, '{');
			write_members(v, guess.blocks[k]->body);
			buf_addch(v->out, '}');
		}
		buf_addch(v->out, ']');
	}
}

void viewtext_write_config(struct view *v, const struct body *body)
{
	planwrite_key(v->out, "config");
	buf_addch(v->out, '{');
	write_members(v, body);
	buf_addch(v->out, '}');
}
