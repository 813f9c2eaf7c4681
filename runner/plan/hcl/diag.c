#include "runner/plan/hcl/diag.h"

#include <stdio.h>
#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/grapheme.h"

const struct source *diag_source(struct arena *a, const char *name, const char *text, size_t size)
{
	struct source *s = arena_alloc(a, sizeof(*s));

	s->name = name;
	s->text = text;
	s->size = size;
	return s;
}

struct range diag_range_between(struct range first, struct range last)
{
	struct range r = first;

	if (!first.source)
		return last;
	if (last.source == first.source && last.end > r.end)
		r.end = last.end;
	return r;
}

static struct position position_at(const struct source *s, uint32_t offset)
{
	const uint8_t *text = (const uint8_t *)s->text, *line = text;
	const uint8_t *at = text + FP_MIN((size_t)offset, s->size);
	struct position p = {1, 1};

	for (const uint8_t *c = text; c < at; c++) {
		if (*c == '\n') {
			p.line++;
			line = c + 1;
		}
	}
	/* A byte order mark is no column. */
	if (line == text && s->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	if (line < at)
		p.column += (uint32_t)grapheme_count((const char *)line, (size_t)(at - line));
	return p;
}

struct position diag_start(struct range r)
{
	return r.source ? position_at(r.source, r.start) : (struct position){0, 0};
}

struct position diag_end(struct range r)
{
	return r.source ? position_at(r.source, r.end) : (struct position){0, 0};
}

const char *diag_range_text(struct arena *a, struct range r)
{
	struct position s = diag_start(r), e = diag_end(r);

	if (!r.source)
		return "";
	if (s.line == e.line)
		return arena_printf(a, "%s:%u,%u-%u", r.source->name, s.line, s.column, e.column);
	return arena_printf(a, "%s:%u,%u-%u,%u", r.source->name, s.line, s.column, e.line,
			    e.column);
}

const char *diag_severity_name(enum diag_severity severity)
{
	switch (severity) {
	case DIAG_ERROR:
		return "error";
	case DIAG_UNSUPPORTED:
		return "unsupported";
	case DIAG_LIMIT:
		return "limit";
	case DIAG_WARNING:
		return "warning";
	}
	return "error";
}

void diag_append(struct diags *d, const struct diag *one)
{
	if (one->severity != DIAG_WARNING)
		d->failures++;
	if (d->count >= DIAG_MAX) {
		d->dropped++;
		return;
	}
	d->list = arena_grow(d->arena, d->list, d->count, &d->capacity, sizeof(*d->list));
	d->list[d->count++] = *one;
}

FP_PRINTF(2, 0)
static const char *detail_text(struct diags *d, const char *format, va_list ap)
{
	char small[1024];
	va_list again;
	char *text;
	int n;

	if (!format)
		return "";
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), format, again);
	va_end(again);
	if (n < 0)
		return "";
	if ((size_t)n < sizeof(small))
		return arena_strdup(d->arena, small);
	text = arena_alloc(d->arena, (size_t)n + 1);
	(void)vsnprintf(text, (size_t)n + 1, format, ap);
	return text;
}

FP_PRINTF(5, 0)
static void add(struct diags *d, enum diag_severity severity, struct range subject,
		const char *summary, const char *format, va_list ap)
{
	struct diag one = {
		.severity = severity, .summary = summary, .detail = "", .subject = subject};

	if (d->count < DIAG_MAX)
		one.detail = detail_text(d, format, ap);
	diag_append(d, &one);
}

void diag_add(struct diags *d, enum diag_severity severity, struct range subject,
	      const char *summary, const char *detail_format, ...)
{
	va_list ap;

	va_start(ap, detail_format);
	add(d, severity, subject, summary, detail_format, ap);
	va_end(ap);
}

void diag_error(struct diags *d, struct range subject, const char *summary,
		const char *detail_format, ...)
{
	va_list ap;

	va_start(ap, detail_format);
	add(d, DIAG_ERROR, subject, summary, detail_format, ap);
	va_end(ap);
}

void diag_unsupported(struct diags *d, struct range subject, const char *summary,
		      const char *detail_format, ...)
{
	va_list ap;

	va_start(ap, detail_format);
	add(d, DIAG_UNSUPPORTED, subject, summary, detail_format, ap);
	va_end(ap);
}

struct diag_mark diag_mark(const struct diags *d)
{
	return (struct diag_mark){d->count, d->dropped, d->failures};
}

void diag_rewind(struct diags *d, struct diag_mark mark)
{
	d->count = mark.count;
	d->dropped = mark.dropped;
	d->failures = mark.failures;
}

const char *diag_source_line(struct arena *a, struct range r)
{
	const char *text, *start, *end;

	if (!r.source || r.start > r.source->size)
		return NULL;
	text = r.source->text;
	start = text + r.start;
	while (start > text && start[-1] != '\n')
		start--;
	end = memchr(start, '\n', r.source->size - (size_t)(start - text));
	if (!end)
		end = text + r.source->size;
	if (end > start && end[-1] == '\r')
		end--;
	return arena_strndup(a, start, (size_t)(end - start));
}

void diag_write(struct buf *out, const struct diag *one)
{
	struct position p = diag_start(one->subject);

	if (one->subject.source) {
		utf8_add_visible(out, one->subject.source->name, strlen(one->subject.source->name),
				 false);
		buf_addf(out, ":%u:%u: ", p.line, p.column);
	}
	buf_addf(out, "%s: ", diag_severity_name(one->severity));
	utf8_add_visible(out, one->summary, strlen(one->summary), false);
	if (one->detail[0] != '\0') {
		buf_addstr(out, ": ");
		utf8_add_visible(out, one->detail, strlen(one->detail), false);
	}
	buf_addch(out, '\n');
	if (one->subject.source) {
		struct arena scratch = ARENA_INIT((size_t)64 * 1024 * 1024);
		const char *line = diag_source_line(&scratch, one->subject);

		if (line) {
			buf_addf(out, "  %u: ", p.line);
			utf8_add_visible(out, line, FP_MIN(strlen(line), (size_t)400), false);
			buf_addch(out, '\n');
		}
		arena_release(&scratch);
	}
}

static enum err_kind kind_of(enum diag_severity severity)
{
	switch (severity) {
	case DIAG_UNSUPPORTED:
		return ERR_UNSUPPORTED;
	case DIAG_LIMIT:
		return ERR_LIMIT;
	case DIAG_ERROR:
	case DIAG_WARNING:
		return ERR_INPUT;
	}
	return ERR_INPUT;
}

int diag_to_err(const struct diags *d, struct err *e)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct diag *one = &d->list[i];
		struct position p = diag_start(one->subject);
		char more[64] = "";

		if (one->severity == DIAG_WARNING)
			continue;
		if (d->failures > 1)
			(void)snprintf(more, sizeof(more), " (and %zu more)", d->failures - 1);
		return err_set(e, kind_of(one->severity), "%s:%u:%u: %s%s%s%s",
			       one->subject.source ? one->subject.source->name : "", p.line,
			       p.column, one->summary, one->detail[0] ? ": " : "", one->detail,
			       more);
	}
	return err_set(e, ERR_INPUT, "no diagnostic was kept");
}
