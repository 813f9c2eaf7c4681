#include "runner/report/report.h"

#include <ctype.h>

#include "runner/base/json.h"
#include "runner/base/utf8.h"

#define DIFF_LINES_MAX 60

enum tone {
	TONE_PLAIN,
	TONE_GOOD,
	TONE_BAD,
	TONE_OPEN,
	TONE_DIM,
	TONE_STRONG
};

static const char *const tones[] = {"", "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[1m"};

static void add_toned(struct buf *out, bool colour, enum tone tone, const char *text)
{
	bool on = colour && tone != TONE_PLAIN;

	if (on)
		buf_addstr(out, tones[tone]);
	utf8_add_visible(out, text, strlen(text), false);
	if (on)
		buf_addstr(out, "\x1b[0m");
}

static enum tone decision_tone(enum decision d)
{
	switch (d) {
	case DECISION_VERIFIED:
		return TONE_GOOD;
	case DECISION_REFUSED:
		return TONE_BAD;
	case DECISION_INCONCLUSIVE:
		return TONE_OPEN;
	}
	return TONE_PLAIN;
}

static enum tone verdict_tone(enum verdict_kind k)
{
	switch (k) {
	case VERDICT_PASS:
		return TONE_GOOD;
	case VERDICT_FAIL:
		return TONE_BAD;
	case VERDICT_INCONCLUSIVE:
		return TONE_OPEN;
	case VERDICT_NOT_APPLICABLE:
		return TONE_DIM;
	}
	return TONE_PLAIN;
}

static const char *verdict_word(const struct judged_verdict *row)
{
	static const char *const words[] = {"pass", "FAIL", "open", "n/a"};

	return row->waiver ? "waived" : words[row->verdict.kind];
}

static void add_verdict(struct buf *out, bool colour, const struct judged_verdict *row)
{
	char left[32];

	buf_addstr(out, "  ");
	(void)snprintf(left, sizeof(left), "%-6s", verdict_word(row));
	add_toned(out, colour, verdict_tone(row->verdict.kind), left);
	buf_addf(out, " %-13s ", row->verifier->id);
	add_toned(out, colour, TONE_PLAIN, row->verdict.reason);
	buf_addch(out, '\n');
}

static void add_diff(struct buf *out, bool colour, const char *diff)
{
	size_t lines = 0;

	for (const char *p = diff; *p; lines++) {
		size_t size = strcspn(p, "\n");
		enum tone tone = *p == '+'   ? TONE_GOOD
				 : *p == '-' ? TONE_BAD
				 : *p == '@' ? TONE_DIM
					     : TONE_PLAIN;
		FP_CLEANUP(buf_release) struct buf line = BUF_INIT((size_t)8 << 20);

		if (lines == DIFF_LINES_MAX) {
			buf_addstr(out, "    …\n");
			return;
		}
		buf_addstr(out, "    ");
		buf_add(&line, p, size);
		add_toned(out, colour, tone, buf_text(&line));
		buf_addch(out, '\n');
		p += size + (p[size] == '\n');
	}
}

static void add_head(const struct judgement *j, bool colour, struct buf *out)
{
	const struct evidence_claims *c = &j->input.ev->claims;
	char word[16];
	size_t i = 0;

	for (const char *p = decision_name(j->decision); *p && i < sizeof(word) - 1; p++)
		word[i++] = (char)toupper((unsigned char)*p);
	word[i] = '\0';
	add_toned(out, colour, TONE_STRONG, c->id);
	buf_addstr(out, ": ");
	add_toned(out, colour, decision_tone(j->decision), word);
	if (c->title) {
		buf_addstr(out, "  ");
		add_toned(out, colour, TONE_PLAIN, c->title);
	}
	buf_addch(out, '\n');
}

void report_text(const struct judgement *j, const struct report_options *options, struct buf *out)
{
	add_head(j, options->colour, out);
	for (size_t i = 0; i < j->count; i++)
		add_verdict(out, options->colour, &j->rows[i]);
	if (j->decisive) {
		buf_addf(out, "  %s by %s: ", decision_name(j->decision),
			 j->decisive->verifier->id);
		add_toned(out, options->colour, TONE_PLAIN, j->decisive->verdict.reason);
		buf_addch(out, '\n');
	}
	if (options->again_diff && *options->again_diff) {
		buf_addstr(out, "  what the second application changed:\n");
		add_diff(out, options->colour, options->again_diff);
	}
}

json_t *report_json(const struct judgement *j)
{
	json_t *root = json_new_object(), *verdicts = json_new_array();

	for (size_t i = 0; i < j->count; i++) {
		const struct judged_verdict *row = &j->rows[i];
		json_t *v = json_new_object();

		json_put(v, "verifier", json_new_string(row->verifier->id));
		json_put(v, "verdict", json_new_string(verdict_kind_name(row->verdict.kind)));
		json_put(v, "reason", json_new_string(row->verdict.reason));
		json_put(v, "evidence", json_new_string(row->verdict.evidence));
		json_put(v, "waived", json_boolean(row->waiver != NULL));
		json_push(verdicts, v);
	}
	json_put(root, "case", json_new_string(j->input.ev->claims.id));
	json_put(root, "decision", json_new_string(decision_name(j->decision)));
	json_put(root, "decided_by",
		 j->decisive ? json_new_string(j->decisive->verifier->id) : json_null());
	json_put(root, "reason",
		 j->decisive ? json_new_string(j->decisive->verdict.reason) : json_null());
	json_put(root, "verdicts", verdicts);
	return root;
}
