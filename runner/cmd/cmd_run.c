/*
 * One process per case, at most --jobs at a time.  A child writes its report to a file in memory,
 * and the parent prints them in the order of the command line.
 */
#include "runner/cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "runner/attest/bundle.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/cmd/signopt.h"
#include "runner/pipeline.h"
#include "runner/redact.h"
#include "runner/report/report.h"
#include "sandbox/sandbox.h"

#define CASE_ARENA_BYTES ((size_t)2 << 30)
#define REPORT_MAX_BYTES ((size_t)64 << 20)
#define CASES_MAX 10000

struct run_values {
	struct signopt_values with;
	const char *output, *format, *git, *repository, *redaction_key;
	const char *planner, *planner_program;
	struct opt_texts policies;
	bool is_unsigned, force, pack;
	long jobs;
};

static const struct opt options[] = {
	SIGNOPT_ROWS(run_values, with, "key"),
	{"unsigned", OPT_FLAG, offsetof(struct run_values, is_unsigned), NULL,
	 "write bundles without signatures"},
	{"output", OPT_TEXT, offsetof(struct run_values, output), "DIR",
	 "where bundles go [fixproof-out]"},
	{"force", OPT_FLAG, offsetof(struct run_values, force), NULL, "replace bundles that exist"},
	{"pack", OPT_FLAG, offsetof(struct run_values, pack), NULL,
	 "write each bundle as one file"},
	{"redaction-key", OPT_TEXT, offsetof(struct run_values, redaction_key), "FILE",
	 "key for the digests in place of secrets [random]"},
	{"git", OPT_TEXT, offsetof(struct run_values, git), "BASE...HEAD",
	 "the fix is what HEAD changes since then"},
	{"repository", OPT_TEXT, offsetof(struct run_values, repository), "DIR", "where it is [.]"},
	{"policies", OPT_TEXTS, offsetof(struct run_values, policies), "PATH",
	 "more policies: a file or a directory"},
	{"planner", OPT_WORD, offsetof(struct run_values, planner),
	 "auto|embedded|terraform|tofu|both", "what plans, instead of the case's choice"},
	{"planner-program", OPT_TEXT, offsetof(struct run_values, planner_program), "FILE",
	 "Terraform or OpenTofu [from PATH]"},
	{"jobs", OPT_NUMBER, offsetof(struct run_values, jobs), "N",
	 "cases at a time [number of CPUs]"},
	{"format", OPT_WORD, offsetof(struct run_values, format), "text|json",
	 "how to report [text]"},
	OPT_END,
};

struct job {
	const char *path;
	pid_t pid;
	int report;
	int status;
};

struct batch {
	const struct run_values *values;
	struct pipeline_options pipeline;
	struct job *jobs;
	int count, started, running;
};

static int status_of(enum decision d)
{
	switch (d) {
	case DECISION_VERIFIED:
		return CMD_VERIFIED;
	case DECISION_REFUSED:
		return CMD_REFUSED;
	case DECISION_INCONCLUSIVE:
		return CMD_INCONCLUSIVE;
	}
	return CMD_ERROR;
}

static void describe(const struct batch *b, const struct pipeline_result *r, struct buf *out)
{
	struct report_options o = {.colour = cmd_colour(STDOUT_FILENO),
				   .again_diff = r->again_diff};

	if (strcmp(b->values->format, "json") == 0) {
		JSON_AUTO *json = report_json(&r->judgement);

		json_put(json, "bundle", json_new_string(r->bundle));
		json_dump_compact(out, json);
		return;
	}
	report_text(&r->judgement, &o, out);
	buf_addf(out, "  bundle: %s/%s\n", b->values->output, r->bundle);
}

static void describe_error(const struct batch *b, const struct job *job, const struct err *e,
			   struct buf *out)
{
	if (strcmp(b->values->format, "json") == 0) {
		JSON_AUTO *json = json_new_object();

		json_put(json, "case", json_new_string(job->path));
		json_put(json, "decision", json_new_string("error"));
		json_put(json, "reason", json_new_string(e->text));
		json_dump_compact(out, json);
	}
	(void)fprintf(stderr, "fixproof: run: %s\n", e->text);
}

static int run_case(const struct batch *b, const struct job *job)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(CASE_ARENA_BYTES);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(REPORT_MAX_BYTES);
	struct pipeline_result r;
	struct err e = ERR_INIT;
	int status = CMD_ERROR;

	if (pipeline_run(job->path, &b->pipeline, &a, &r, &e) < 0) {
		describe_error(b, job, &e, &out);
		if (e.kind == ERR_USAGE)
			status = CMD_USAGE;
		err_clear(&e);
	} else {
		status = status_of(r.judgement.decision);
		describe(b, &r, &out);
		evidence_release(&r.ev);
	}
	if (fd_write_all(job->report, buf_text(&out), out.size, &e) < 0)
		return CMD_ERROR;
	return status;
}

static int start_job(struct batch *b, struct job *job, struct err *e)
{
	pid_t parent = getpid();

	if (fd_memfd("report", &job->report, e) < 0)
		return -1;
	(void)fflush(NULL);
	job->pid = fork();
	if (job->pid < 0)
		return err_sys(e, "fork");
	if (job->pid == 0) {
		/* A case does not outlive the command; its launcher and sandboxes do not outlive
		 * the case. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(CMD_ERROR);
		_exit(run_case(b, job));
	}
	b->running++;
	return 0;
}

/* A case whose process was killed, or fell over, has an outcome too. */
static void describe_end(const struct batch *b, const struct job *job, int wait_status)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(REPORT_MAX_BYTES);
	struct err e = ERR_INIT;

	if (WIFEXITED(wait_status))
		return;
	(void)err_set(&e, ERR_PEER, "%s: its process was ended by signal %d (%s)", job->path,
		      WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	describe_error(b, job, &e, &out);
	err_clear(&e);
	if (fd_write_all(job->report, buf_text(&out), out.size, &e) < 0)
		(void)fprintf(stderr, "fixproof: run: %s\n", e.text);
}

static int wait_one(struct batch *b, struct err *e)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(-1, &status, 0);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return err_sys(e, "waitpid");
	for (int i = 0; i < b->started; i++) {
		if (b->jobs[i].pid != pid)
			continue;
		describe_end(b, &b->jobs[i], status);
		b->jobs[i].status = WIFEXITED(status) ? WEXITSTATUS(status) : CMD_ERROR;
		b->jobs[i].pid = -1;
		b->running--;
	}
	return 0;
}

static int print_report(const struct job *job, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(REPORT_MAX_BYTES);

	if (lseek(job->report, 0, SEEK_SET) < 0)
		return err_sys(e, "a report");
	if (fd_read_all(job->report, &text, "a report", e) < 0)
		return -1;
	(void)fwrite(buf_text(&text), 1, text.size, stdout);
	return 0;
}

/* Over all cases the worst one decides: error, refused, inconclusive, verified. */
static int worse(int a, int b)
{
	static const int order[] = {[CMD_VERIFIED] = 0,
				    [CMD_INCONCLUSIVE] = 1,
				    [CMD_REFUSED] = 2,
				    [CMD_USAGE] = 3,
				    [CMD_ERROR] = 4};

	return order[a > CMD_ERROR ? CMD_ERROR : a] >= order[b > CMD_ERROR ? CMD_ERROR : b] ? a : b;
}

static int run_batch(struct batch *b, int *ret_status, struct err *e)
{
	long jobs = b->values->jobs > 0 ? b->values->jobs : sysconf(_SC_NPROCESSORS_ONLN);
	int status = CMD_VERIFIED;

	while (b->started < b->count || b->running > 0) {
		if (b->started < b->count && b->running < jobs) {
			if (start_job(b, &b->jobs[b->started], e) < 0)
				return -1;
			b->started++;
		} else if (wait_one(b, e) < 0) {
			return -1;
		}
	}
	for (int i = 0; i < b->count; i++) {
		if (print_report(&b->jobs[i], e) < 0)
			return -1;
		status = worse(status, b->jobs[i].status);
	}
	*ret_status = status;
	return 0;
}

static int open_output(const char *path, int *ret_fd, struct err *e)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "%s", path);
	*ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_fd < 0)
		return err_sys(e, "%s", path);
	bundle_sweep(*ret_fd);
	return 0;
}

static int read_redaction_key(const char *file, struct buf *ret_key, struct err *e)
{
	if (!file)
		return 0;
	if (fd_read_file(AT_FDCWD, file, true, ret_key, e) < 0)
		return -1;
	return ret_key->size >= REDACT_KEY_MIN
		       ? 0
		       : err_set(e, ERR_INPUT, "%s: a key needs %d bytes or more", file,
				 REDACT_KEY_MIN);
}

static int start_signer(const struct run_values *v, struct arena *a, struct signer *signer,
			struct signing *signing, struct err *e)
{
	if (v->is_unsigned && v->with.key)
		return err_set(e, ERR_USAGE, "--unsigned and --key exclude each other");
	if (!v->is_unsigned && !v->with.key)
		return err_set(e, ERR_USAGE, "--key FILE is missing; --unsigned does without");
	return v->is_unsigned ? 0 : signopt_start(&v->with, a, signer, signing, e);
}

static int run_cases(int count, char **paths, const struct run_values *v, int *ret_status,
		     struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)16 << 20);
	FP_CLEANUP(fd_cleanup) int out = -1;
	FP_CLEANUP(buf_wipe) struct buf redaction_key = BUF_INIT(REDACT_KEY_MAX);
	struct signer signer = SIGNER_INIT;
	struct signing signing = {.signer = NULL};
	struct batch b = {.values = v, .count = count};
	int result;

	if (count < 1 || count > CASES_MAX)
		return err_set(e, ERR_USAGE, count < 1 ? "no case was given" : "more than %d cases",
			       CASES_MAX);
	if (read_redaction_key(v->redaction_key, &redaction_key, e) < 0 ||
	    open_output(v->output, &out, e) < 0 || start_signer(v, &a, &signer, &signing, e) < 0)
		return -1;
	b.jobs = arena_array(&a, (size_t)count, sizeof(*b.jobs));
	for (int i = 0; i < count; i++)
		b.jobs[i] = (struct job){.path = paths[i], .pid = -1, .report = -1};
	b.pipeline = (struct pipeline_options){
		.signing = v->is_unsigned ? NULL : &signing,
		.out_fd = out,
		.replace = v->force,
		.pack = v->pack,
		.redact_key = v->redaction_key ? buf_text(&redaction_key) : NULL,
		.redact_key_size = redaction_key.size,
		.policy_paths = v->policies.items,
		.policy_path_count = v->policies.count,
		.git_range = v->git,
		.planner = v->planner,
		.planner_program = v->planner_program,
		.repository = v->repository ? v->repository : ".",
	};
	result = pipeline_tools(&a, &b.pipeline.tools, &b.pipeline.tool_count, e) < 0
			 ? -1
			 : run_batch(&b, ret_status, e);
	signer_stop(&signer);
	return result;
}

static int run(int argc, char **argv)
{
	struct run_values values = {
		.with = SIGNOPT_INIT, .output = "fixproof-out", .format = "text"};
	int status = CMD_VERIFIED, operands;
	struct err e = ERR_INIT;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("run", &e);
	sandbox_settle();
	if (run_cases(operands, argv + 1, &values, &status, &e) < 0)
		return cmd_fail("run", &e);
	return status;
}

const struct cmd cmd_run = {
	.name = "run",
	.command = {"[options] CASE...", "Verify fixes, write bundles and reports.", options},
	.run = run,
};
