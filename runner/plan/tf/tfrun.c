#include "runner/plan/tf/tfrun.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/base/doc.h"
#include "runner/base/fd.h"
#include "runner/base/utf8.h"
#include "runner/plan/tf/mockprov.h"

#define TAIL_BYTES 2000

void tfrun_release(struct tfrun_result *r)
{
	buf_release(&r->out);
	buf_release(&r->errors);
}

/* --- processes ------------------------------------------------------------------------------- */

static FP_NORETURN void become(const char *program, const char *const *argv, int directory_fd,
			       int out, int errors)
{
	union {
		const char *const *from;
		char *const *to;
	} args = {argv};

	if (fchdir(directory_fd) == 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(errors, STDERR_FILENO) >= 0)
		(void)execv(program, args.to);
	_exit(127);
}

/* false at the end; what is over the ceiling is read and dropped. */
static bool take(int fd, struct buf *to)
{
	char bytes[65536];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (n > 0 && to->size + (size_t)n <= to->ceiling)
		buf_add(to, bytes, (size_t)n);
	return n > 0;
}

static void collect(int out, int errors, struct tfrun_result *r)
{
	struct pollfd polled[2] = {{out, POLLIN, 0}, {errors, POLLIN, 0}};

	while (polled[0].fd >= 0 || polled[1].fd >= 0) {
		if (poll(polled, 2, -1) < 0)
			continue;
		if (polled[0].revents && !take(out, &r->out))
			polled[0].fd = -1;
		if (polled[1].revents && !take(errors, &r->errors))
			polled[1].fd = -1;
	}
}

int tfrun_start(const char *program, const char *const *argv, int directory_fd,
		struct tfrun_process *ret_process, struct err *e)
{
	int out[2] = {-1, -1}, errors[2] = {-1, -1};
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	if (pipe2(errors, O_CLOEXEC) < 0) {
		(void)err_sys(e, "pipe");
		fd_close(out[0]);
		fd_close(out[1]);
		return -1;
	}
	pid = fork();
	if (pid == 0)
		become(program, argv, directory_fd, out[1], errors[1]);
	if (pid < 0)
		(void)err_sys(e, "fork");
	fd_close(out[1]);
	fd_close(errors[1]);
	if (pid < 0) {
		fd_close(out[0]);
		fd_close(errors[0]);
		return -1;
	}
	*ret_process = (struct tfrun_process){pid, out[0], errors[0]};
	return 0;
}

void tfrun_finish(struct tfrun_process *p, struct tfrun_result *ret_result)
{
	int status = 0;

	buf_reset(&ret_result->out);
	buf_reset(&ret_result->errors);
	collect(p->out, p->errors, ret_result);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	ret_result->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	fd_close(p->out);
	fd_close(p->errors);
	p->pid = 0;
}

int tfrun_command(const char *program, const char *const *argv, int directory_fd,
		  struct tfrun_result *ret_result, struct err *e)
{
	struct tfrun_process p;

	if (tfrun_start(program, argv, directory_fd, &p, e) < 0)
		return -1;
	tfrun_finish(&p, ret_result);
	return 0;
}

/* --- diagnostics ----------------------------------------------------------------------------- */

static const char *text_of(const struct doc *d, const char *key)
{
	const struct doc *m = d ? doc_get(d, key) : NULL;

	return m && m->kind == DOC_STRING ? m->text : "";
}

static uint32_t offset_of(const struct doc *range, const char *end)
{
	const struct doc *at = range ? doc_get(range, end) : NULL;
	const struct doc *byte = at ? doc_get(at, "byte") : NULL;

	return byte && byte->kind == DOC_NUMBER ? (uint32_t)strtoul(byte->text, NULL, 10) : 0;
}

/* Where Terraform points to, as a range of the file that was read here. */
static struct range range_of(struct walk *w, const struct doc *range)
{
	const char *name = text_of(range, "filename");
	struct range out = {.source = NULL};

	name = *name ? config_join(w->arena, w->config.root, name) : NULL;
	for (size_t i = 0; name && i < w->config.files.count; i++)
		if (strcmp(w->config.files.list[i]->name, name) == 0)
			out.source = w->config.files.list[i];
	if (!out.source)
		return out;
	out.start = (uint32_t)FP_MIN((size_t)offset_of(range, "start"), out.source->size);
	out.end = (uint32_t)FP_MIN((size_t)offset_of(range, "end"), out.source->size);
	return out;
}

/* What our own mocked provider could not decide comes back through Terraform. */
static bool take_undecided(struct arena *a, const char **detail)
{
	const char *mark = strstr(*detail, &MOCKPROV_UNDECIDED[2]);

	if (!mark)
		return false;
	while (mark > *detail && mark[-1] == '\n')
		mark--;
	*detail = arena_strndup(a, *detail, (size_t)(mark - *detail));
	return true;
}

static void add_diagnostic(struct walk *w, const struct doc *d)
{
	const struct doc *range = doc_get(d, "range");
	struct range where = range ? range_of(w, range) : (struct range){.source = NULL};
	const char *detail = text_of(d, "detail");
	enum diag_severity severity =
		strcmp(text_of(d, "severity"), "warning") == 0 ? DIAG_WARNING : DIAG_ERROR;

	/* The mocked provider tells of no functions, whatever the real one has. */
	if (take_undecided(w->arena, &detail) ||
	    strcmp(text_of(d, "summary"), "Unknown provider function") == 0)
		severity = DIAG_UNSUPPORTED;
	if (range && !where.source && *text_of(range, "filename"))
		detail = arena_printf(w->arena, "%s: %s", text_of(range, "filename"), detail);
	diag_add(w->diags, severity, where, text_of(d, "summary"), "%s", detail);
}

static void read_line(struct walk *w, const char *line, size_t size)
{
	const struct doc *d, *one;
	struct err e = ERR_INIT;

	if (size == 0 || *line != '{' ||
	    doc_read_json("a line of output", line, size, w->arena, &d, &e) < 0)
		return;
	one = doc_get(d, "diagnostic");
	if (strcmp(text_of(d, "type"), "diagnostic") == 0 && one && one->kind == DOC_OBJECT)
		add_diagnostic(w, one);
}

static void add_tail(struct walk *w, const char *command, const struct tfrun_result *r)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(TAIL_BYTES * 8);
	const struct buf *from = r->errors.size ? &r->errors : &r->out;
	size_t skip = from->size > TAIL_BYTES ? from->size - TAIL_BYTES : 0;

	utf8_add_visible(&text, buf_text(from) + skip, from->size - skip, true);
	diag_error(w->diags, (struct range){.source = NULL},
		   arena_printf(w->arena, "\"%s\" ended with status %d", command, r->status), "%s",
		   buf_text(&text));
}

void tfrun_tell(struct walk *w, const char *command, const struct tfrun_result *r)
{
	const char *at = buf_text(&r->out), *end = at + r->out.size;
	size_t failures = w->diags->failures;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		read_line(w, at, (size_t)(stop - at));
		at = stop + 1;
	}
	if (r->status != 0 && w->diags->failures == failures)
		add_tail(w, command, r);
}
