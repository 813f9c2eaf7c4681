/*
 * conformance_compare EVENTS RUN RECORD: whether the plan that `terraform test -json -verbose`
 * showed for a run is the plan of our record, in canonical form.  Prints one line that begins with
 * "same", "refused" or "different"; exits with 0, 3 or 1.
 */
#include <fcntl.h>
#include <string.h>

#include "runner/base/doc.h"
#include "runner/base/fd.h"
#include "runner/canon/plan.h"
#include "runner/plan/jscan.h"

#define MAX_BYTES (1024u * 1024 * 1024)

enum {
	SAME = 0,
	DIFFERENT = 1,
	BROKEN = 2,
	REFUSED = 3
};

static bool is_run(struct arena *a, struct jscan_text event, const char *run)
{
	struct jscan_text name = jscan_member(a, event, "@testrun");

	return name.size == strlen(run) + 2 && memcmp(name.data + 1, run, strlen(run)) == 0;
}

/*
 * The plan in the event of that run; *ret_plan is NULL when Terraform showed none.  An event
 * carries the whole schema of the provider, so only the two members that matter are read.
 */
static int find_plan(const struct buf *events, const char *run, struct arena *a,
		     const struct doc **ret_plan, struct err *e)
{
	static const char *const members[] = {"resource_changes", "output_changes"};

	*ret_plan = NULL;
	for (const char *at = events->data; at && *at;) {
		const char *end = strchrnul(at, '\n');
		const struct jscan_text event = {at, (size_t)(end - at)};
		struct jscan_text plan = jscan_member(a, event, "test_plan");

		if (plan.size && is_run(a, event, run)) {
			struct buf *text = arena_alloc(a, sizeof(*text));

			*text = (struct buf)BUF_INIT(MAX_BYTES);
			for (size_t i = 0; i < FP_ARRAY_SIZE(members); i++) {
				struct jscan_text v = jscan_member(a, plan, members[i]);

				if (v.size)
					buf_addf(text, "%s\"%s\":%.*s", text->size ? "," : "{",
						 members[i], (int)v.size, v.data);
			}
			buf_addstr(text, text->size ? "}" : "{}");
			return doc_read_json("event", text->data, text->size, a, ret_plan, e);
		}
		at = *end ? end + 1 : end;
	}
	return 0;
}

static const char *first_refusal(const struct doc *record)
{
	const struct doc *list = doc_get(record, "diagnostics");
	const struct doc *one = list ? list->first : NULL;
	const struct doc *summary = one ? doc_get(one, "summary") : NULL;

	return summary ? summary->text : "no reason given";
}

static int report(const struct buf *theirs, const struct buf *ours)
{
	size_t at = 0, start;

	if (theirs->size == ours->size && memcmp(theirs->data, ours->data, ours->size) == 0) {
		(void)printf("same\n");
		return SAME;
	}
	while (at < theirs->size && at < ours->size && theirs->data[at] == ours->data[at])
		at++;
	start = at > 80 ? at - 80 : 0;
	(void)printf("different\n  terraform: %.160s\n  ours:      %.160s\n", theirs->data + start,
		     ours->data + start);
	return DIFFERENT;
}

static int compare(char **argv, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf events = BUF_INIT(MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf theirs = BUF_INIT(MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf ours = BUF_INIT(MAX_BYTES);
	const struct doc *plan, *record, *own;

	if (fd_read_file(AT_FDCWD, argv[1], true, &events, e) < 0 ||
	    fd_read_file(AT_FDCWD, argv[3], true, &text, e) < 0 ||
	    find_plan(&events, argv[2], a, &plan, e) < 0 ||
	    doc_read_json(argv[3], text.data, text.size, a, &record, e) < 0)
		return -1;
	own = doc_get(record, "plan");
	if (!own || own->kind != DOC_OBJECT) {
		if (plan) {
			(void)printf("refused: %s\n", first_refusal(record));
			return REFUSED;
		}
		(void)printf("same: both refuse\n");
		return SAME;
	}
	if (!plan) {
		(void)printf("different: terraform shows no plan\n");
		return DIFFERENT;
	}
	if (canon_plan("terraform", plan, &theirs, e) < 0 || canon_plan("ours", own, &ours, e) < 0)
		return -1;
	return report(&theirs, &ours);
}

int main(int argc, char **argv)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct err e = ERR_INIT;
	int status;

	if (argc != 4) {
		(void)fprintf(stderr, "usage: conformance_compare EVENTS RUN RECORD\n");
		return BROKEN;
	}
	status = compare(argv, &a, &e);
	if (status < 0) {
		(void)fprintf(stderr, "conformance_compare: %s\n", e.text);
		status = BROKEN;
	}
	arena_release(&a);
	return status;
}
