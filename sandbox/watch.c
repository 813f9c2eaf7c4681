#include "sandbox/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "runner/base/fd.h"
#include "runner/base/utf8.h"
#include "sandbox/host.h"

/* Refused and recorded calls cost both sides time; more than this is an attack on ours. */
#define LOUD_MAX 20000

/* How long after the wall limit the inside has to find it by itself. */
#define GRACE_MS 50

void watch_kill(struct watch *w, enum sandbox_limit limit)
{
	if (w->result->limit == SANDBOX_LIMIT_NONE && !w->ended)
		w->result->limit = limit;
	if (!w->killed)
		(void)host_pidfd_signal(w->pid_fd, SIGKILL);
	w->killed = true;
}

size_t watch_read(pid_t pid, uint64_t address, void *to, size_t size)
{
	/* Page by page, because a string may end where the next page is not there. */
	size_t done = 0;

	while (done < size) {
		size_t part = FP_MIN(size - done, 4096 - (size_t)((address + done) & 4095));
		struct iovec ours = {(char *)to + done, part};
		struct iovec theirs = {(void *)(uintptr_t)(address + done), part};
		ssize_t n = process_vm_readv(pid, &ours, 1, &theirs, 1, 0);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

bool watch_write(pid_t pid, uint64_t address, const void *from, size_t size)
{
	struct iovec ours = {(void *)(uintptr_t)from, size};
	struct iovec theirs = {(void *)(uintptr_t)address, size};

	return process_vm_writev(pid, &ours, 1, &theirs, 1, 0) == (ssize_t)size;
}

void watch_program(pid_t pid, char *text, size_t size)
{
	FP_CLEANUP(buf_release) struct buf visible = BUF_INIT(8 * PATH_MAX);
	char link[64], path[PATH_MAX];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	n = readlink(link, path, sizeof(path));
	utf8_add_visible(&visible, path, n > 0 ? (size_t)n : 0, false);
	wire_text(text, size, buf_text(&visible));
}

pid_t watch_leader(pid_t thread)
{
	char path[64], text[4096];
	const char *at;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", thread);
	file = fopen(path, "re");
	if (!file)
		return thread;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	(void)fclose(file);
	at = strstr(text, "\nTgid:");
	return at ? (pid_t)strtol(at + 6, NULL, 10) : thread;
}

/* --- what the inside tells ----------------------------------------------------------------- */

static void add_dropped(struct watch *w, const struct wire_message *m)
{
	struct buf path = BUF_INIT(8 * WIRE_TEXT_BYTES);

	if (w->result->dropped_count >= SANDBOX_DROPPED_MAX)
		return;
	utf8_add_visible(&path, m->text, strlen(m->text), false);
	w->dropped = arena_grow(w->a, w->dropped, w->result->dropped_count, &w->dropped_room,
				sizeof(*w->dropped));
	w->dropped[w->result->dropped_count++] = (struct sandbox_dropped){
		.path = arena_strdup(w->a, buf_text(&path)),
		.reason = arena_strdup(w->a, m->step),
	};
	w->result->dropped = w->dropped;
	buf_release(&path);
}

static void set_end(struct watch *w, const struct wire_message *m)
{
	struct sandbox_result *r = w->result;
	int status = (int)m->values[0];

	w->ended = true;
	r->wall_ns = host_now_ns() - (w->started_ns ? w->started_ns : w->begun_ns);
	r->peak_memory_bytes = m->values[1];
	r->written_bytes = m->values[2];
	r->left_running = m->values[4] != 0;
	if (r->limit == SANDBOX_LIMIT_NONE)
		r->limit = (enum sandbox_limit)m->values[3];
	if (r->limit != SANDBOX_LIMIT_NONE) {
		r->end = SANDBOX_LIMIT;
		return;
	}
	r->limit = (enum sandbox_limit)m->error; /* met on the way */
	if (WIFSIGNALED(status)) {
		r->end = SANDBOX_SIGNALED;
		r->signal = WTERMSIG(status);
	} else {
		r->end = SANDBOX_EXITED;
		r->exit_status = WEXITSTATUS(status);
	}
}

static void take_message(struct watch *w, const struct wire_message *m, int fd)
{
	switch (m->kind) {
	case WIRE_FAILED:
		if (w->failure.kind != WIRE_FAILED)
			w->failure = *m;
		break;
	case WIRE_LISTENER:
		if (w->listener < 0)
			w->listener = fd_steal(&fd);
		w->killable_wait = m->values[0] != 0;
		break;
	case WIRE_READY:
		w->ready = true;
		w->deadline_ns = host_now_ns() + (w->job->limits.wall_ms + GRACE_MS) * 1000000U;
		break;
	case WIRE_ENDED:
		set_end(w, m);
		break;
	case WIRE_DROPPED:
		add_dropped(w, m);
		break;
	case WIRE_COLLECTED:
		w->result->tree_collected = true;
		w->result->tree_entries = m->values[0];
		w->result->tree_bytes = m->values[1];
		w->result->dropped_total = m->values[2];
		break;
	case WIRE_GO:
		break;
	}
	fd_close(fd);
}

static void read_control(struct watch *w)
{
	struct wire_message m;
	int fd;

	for (;;) {
		int r = wire_receive(w->control, true, &m, &fd);

		if (r < 0 && errno == EAGAIN)
			return;
		if (r <= 0) {
			w->hung_up = true;
			return;
		}
		take_message(w, &m, fd);
	}
}

/* --- output -------------------------------------------------------------------------------- */

static int pass_on(struct watch *w, int which, const char *data, size_t size, struct err *e)
{
	struct sandbox_result *r = w->result;
	int to = which == 0 ? w->job->spec->stdout_fd : w->job->spec->stderr_fd;
	uint64_t room = w->job->limits.output_bytes - (r->stdout_bytes + r->stderr_bytes);

	if (size > room) {
		size = (size_t)room;
		watch_kill(w, SANDBOX_LIMIT_OUTPUT);
		r->limit = SANDBOX_LIMIT_OUTPUT;
	}
	*(which == 0 ? &r->stdout_bytes : &r->stderr_bytes) += size;
	if (to < 0)
		return 0;
	return fd_write_all(to, data, size, e) < 0 ? err_wrap(e, "sandbox: output") : 0;
}

/* One read, so that nothing else waits for a program that never stops writing. */
static int read_stream(struct watch *w, int which, struct err *e)
{
	char data[65536];
	ssize_t n = read(w->streams[which], data, sizeof(data));

	if (n > 0)
		return pass_on(w, which, data, (size_t)n, e);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	fd_cleanup(&w->streams[which]);
	return 0;
}

static int drain_streams(struct watch *w, struct err *e)
{
	for (int i = 0; i < WATCH_STREAMS; i++) {
		uint64_t before;

		do {
			before = w->result->stdout_bytes + w->result->stderr_bytes;
			if (w->streams[i] >= 0 && read_stream(w, i, e) < 0)
				return -1;
		} while (w->streams[i] >= 0 &&
			 w->result->stdout_bytes + w->result->stderr_bytes > before);
	}
	return 0;
}

/* --- notifications ------------------------------------------------------------------------- */

static void reply(struct watch *w, struct seccomp_notif_resp *r)
{
	/* It fails only for one who has been killed meanwhile. */
	(void)ioctl(w->listener, SECCOMP_IOCTL_NOTIF_SEND, r);
}

static void refuse(struct watch *w, const struct seccomp_notif *n, const struct filter_row *row)
{
	struct seccomp_notif_resp r = {.id = n->id, .error = -row->error};

	refusals_add(w, n, row);
	if (row->action == FILTER_LOUD && ++w->loud > LOUD_MAX)
		watch_kill(w, SANDBOX_LIMIT_REFUSALS);
	reply(w, &r);
}

static int answer(struct watch *w, const struct seccomp_notif *n, struct err *e)
{
	const struct filter_row *row = filter_decide(w->job->filter, &n->data);
	struct seccomp_notif_resp r = {.id = n->id};
	struct filter_row again = {.action = FILTER_LOUD, .error = EPERM};

	switch (row->action) {
	case FILTER_START:
		if (w->started) {
			refuse(w, n, &again);
			return 0;
		}
		return programs_start(w, n, e);
	case FILTER_WATCH:
		return programs_start(w, n, e);
	case FILTER_ANSWER:
		answers_make(w, n, &r);
		reply(w, &r);
		return 0;
	case FILTER_TIMES:
		return filetimes_answer(w, n, e);
	case FILTER_ENDING:
		ending_look(w, n);
		return 0;
	case FILTER_ALLOW: /* the rows and the filter disagree; refuse what neither can explain */
	case FILTER_SILENT:
	case FILTER_LOUD:
	case FILTER_QUIET:
		if (row->error == 0)
			row = &again;
		refuse(w, n, row);
		return 0;
	}
	return 0;
}

static int read_listener(struct watch *w, struct err *e)
{
	struct seccomp_notif n;

	memset(&n, 0, sizeof(n));
	if (ioctl(w->listener, SECCOMP_IOCTL_NOTIF_RECV, &n) < 0) {
		if (errno == ENOENT || errno == EINTR || errno == EAGAIN)
			return 0; /* who asked is gone */
		return err_sys(e, "sandbox: seccomp notification");
	}
	return answer(w, &n, e);
}

/* --- the loop ------------------------------------------------------------------------------ */

static int wait_ms(const struct watch *w)
{
	uint64_t now = host_now_ns();

	if (w->deadline_ns == 0 || w->killed)
		return -1;
	return now >= w->deadline_ns ? 0 : (int)((w->deadline_ns - now) / 1000000U) + 1;
}

static int handle(struct watch *w, const struct pollfd *p, struct err *e)
{
	if (p[0].revents)
		read_control(w);
	if (w->hung_up && p[4].revents)
		w->dead = true;
	for (int i = 0; i < WATCH_STREAMS; i++)
		if (p[2 + i].revents && read_stream(w, i, e) < 0)
			return -1;
	if (p[1].revents & POLLIN)
		return read_listener(w, e);
	if (p[1].revents)
		fd_cleanup(&w->listener);
	return 0;
}

static int step(struct watch *w, struct err *e)
{
	struct pollfd p[5] = {
		{.fd = w->hung_up ? -1 : w->control, .events = POLLIN},
		{.fd = w->listener, .events = POLLIN},
		{.fd = w->streams[0], .events = POLLIN},
		{.fd = w->streams[1], .events = POLLIN},
		{.fd = w->hung_up ? w->pid_fd : -1, .events = POLLIN},
	};
	int n = poll(p, FP_ARRAY_SIZE(p), wait_ms(w));

	if (n < 0)
		return errno == EINTR ? 0 : err_sys(e, "sandbox: poll");
	if (n == 0) {
		watch_kill(w, SANDBOX_LIMIT_WALL);
		return 0;
	}
	return handle(w, p, e);
}

static void reap(struct watch *w)
{
	struct rusage usage;
	int status;
	pid_t pid;

	do
		pid = wait4(w->pid, &status, __WALL, &usage);
	while (pid < 0 && errno == EINTR);
	if (pid == w->pid)
		w->result->cpu_ns =
			(uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000U +
			(uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000U;
}

int watch_run(struct watch *w, struct err *e)
{
	int r = 0;

	while (r == 0 && !w->dead)
		r = step(w, e);
	if (r < 0)
		watch_kill(w, SANDBOX_LIMIT_NONE);
	reap(w);
	if (r == 0)
		r = drain_streams(w, e);
	if (r == 0 && !w->ended && w->killed) {
		w->result->end = SANDBOX_LIMIT;
		w->result->wall_ns = host_now_ns() - (w->started_ns ? w->started_ns : w->begun_ns);
	}
	w->result->written_bytes += w->result->stdout_bytes + w->result->stderr_bytes;
	return r;
}
