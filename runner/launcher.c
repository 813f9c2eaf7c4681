#include "runner/launcher.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/launcher/codec.h"

#define SOCKET_FD 3
#define MESSAGE_BYTES_MAX (64U << 20)
#define ARENA_BYTES (512U << 20)

struct launcher {
	pid_t pid;
	int socket_fd;
};

/* A packet says only that one is there: the bytes are in the first descriptor that comes along. */
struct packet {
	char mark[8];
};
static const struct packet packet_mark = {"FPLAUNC"};

union control {
	char bytes[CMSG_SPACE((CODEC_FDS_MAX + 1) * sizeof(int))];
	struct cmsghdr align;
};

static int send_packet(int socket_fd, const struct buf *bytes, const int *fds, size_t fd_count,
		       struct err *e)
{
	FP_CLEANUP(fd_cleanup) int bytes_fd = -1;
	struct packet mark = packet_mark;
	struct iovec part = {&mark, sizeof(mark)};
	struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
	union control control;
	struct cmsghdr *c;
	ssize_t n;

	if (fd_sealed("launcher", buf_text(bytes), bytes->size, &bytes_fd, e) < 0)
		return -1;
	memset(&control, 0, sizeof(control));
	packet.msg_control = control.bytes;
	packet.msg_controllen = CMSG_SPACE((fd_count + 1) * sizeof(int));
	c = &control.align;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN((fd_count + 1) * sizeof(int));
	memcpy(CMSG_DATA(c), &bytes_fd, sizeof(int));
	if (fd_count > 0)
		memcpy(CMSG_DATA(c) + sizeof(int), fds, fd_count * sizeof(int));
	do
		n = sendmsg(socket_fd, &packet, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(e, "launcher: sendmsg") : 0;
}

static void close_fds(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fd_cleanup(&fds[i]);
}

/* 1, or 0 when the other end is gone.  The descriptors are the caller's then. */
static int receive_fds(int socket_fd, int *fds, size_t *ret_count, struct err *e)
{
	struct packet mark;
	struct iovec part = {&mark, sizeof(mark)};
	union control control;
	struct msghdr packet = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = control.bytes,
				.msg_controllen = sizeof(control.bytes)};
	const struct cmsghdr *c;
	ssize_t n;

	*ret_count = 0;
	do
		n = recvmsg(socket_fd, &packet, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != ECONNRESET)
		return err_sys(e, "launcher: recvmsg");
	if (n <= 0)
		return 0;
	c = CMSG_FIRSTHDR(&packet);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
		*ret_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), *ret_count * sizeof(int));
	}
	if (*ret_count == 0 || (packet.msg_flags & MSG_CTRUNC) || (size_t)n != sizeof(mark) ||
	    memcmp(&mark, &packet_mark, sizeof(mark)) != 0) {
		close_fds(fds, *ret_count);
		return err_set(e, ERR_PEER, "launcher: not a packet of ours");
	}
	return 1;
}

static int receive_packet(int socket_fd, struct buf *bytes, int *fds, size_t *ret_count,
			  struct err *e)
{
	int all[CODEC_FDS_MAX + 1], r;
	size_t count;

	r = receive_fds(socket_fd, all, &count, e);
	if (r <= 0)
		return r;
	if (lseek(all[0], 0, SEEK_SET) < 0)
		r = err_sys(e, "launcher: lseek");
	else if (fd_read_all(all[0], bytes, "launcher", e) < 0)
		r = -1;
	fd_close(all[0]);
	if (r < 0) {
		close_fds(all + 1, count - 1);
		return -1;
	}
	*ret_count = count - 1;
	memcpy(fds, all + 1, *ret_count * sizeof(int));
	return 1;
}

/* --- the end that asks --------------------------------------------------------------------- */

static int find_program(char *path, size_t size, struct err *e)
{
	static const char *const places[] = {"", "../libexec/fixproof/", "../"};
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0)
		return err_sys(e, "launcher: /proc/self/exe");
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		slash[1] = '\0';
	for (size_t i = 0; i < FP_ARRAY_SIZE(places); i++) {
		if ((size_t)snprintf(path, size, "%s%s%s", self, places[i], LAUNCHER_PROGRAM) <
			    size &&
		    access(path, X_OK) == 0)
			return 0;
	}
	return err_set(e, ERR_SYSTEM, "launcher: no %s beside %s nor in ../libexec/fixproof",
		       LAUNCHER_PROGRAM, self);
}

static void become_launcher(int socket_fd, const char *path) FP_NORETURN;
static void become_launcher(int socket_fd, const char *path)
{
	static char name[] = LAUNCHER_PROGRAM;
	char *argv[] = {name, NULL}, *env[] = {NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(127);
	if (socket_fd != SOCKET_FD && dup2(socket_fd, SOCKET_FD) < 0)
		_exit(127);
	if (fcntl(SOCKET_FD, F_SETFD, 0) < 0 ||
	    syscall(SYS_close_range, SOCKET_FD + 1U, ~0U, 0U) < 0)
		_exit(127);
	(void)execve(path, argv, env);
	_exit(127);
}

int launcher_start(struct launcher **ret_launcher, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int ours = -1, theirs = -1;
	char path[2 * PATH_MAX];
	struct launcher *l;
	int pair[2];
	pid_t pid;

	if (find_program(path, sizeof(path), e) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "launcher: socketpair");
	ours = pair[0];
	theirs = pair[1];
	pid = fork();
	if (pid == 0)
		become_launcher(theirs, path);
	if (pid < 0)
		return err_sys(e, "launcher: fork");
	l = die_alloc(sizeof(*l));
	*l = (struct launcher){.pid = pid, .socket_fd = fd_steal(&ours)};
	*ret_launcher = l;
	return 0;
}

static int ask(struct launcher *l, const struct sandbox_spec *spec, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(MESSAGE_BYTES_MAX);
	struct sandbox_spec copy = *spec;
	struct codec c = {.out = &bytes};

	codec_spec(&c, &copy);
	if (buf_finish(&bytes, "launcher: the spec", e) < 0)
		return -1;
	if (c.bad)
		return err_set(e, ERR_LIMIT, "launcher: more than %d descriptors", CODEC_FDS_MAX);
	return send_packet(l->socket_fd, &bytes, c.fds, c.fd_count, e);
}

static int hear(struct launcher *l, struct arena *a, struct sandbox_result *ret_result,
		struct err *e)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(MESSAGE_BYTES_MAX);
	struct codec c = {.a = a};
	struct err theirs = ERR_INIT;
	int r;

	r = receive_packet(l->socket_fd, &bytes, c.fds, &c.fd_count, e);
	if (r < 0)
		return -1;
	if (r == 0)
		return err_set(e, ERR_PEER, "launcher: ended before it answered");
	close_fds(c.fds, c.fd_count);
	c.fd_count = 0;
	c.in = (const uint8_t *)buf_text(&bytes);
	c.left = bytes.size;
	codec_err(&c, &theirs);
	codec_result(&c, ret_result);
	if (c.bad || c.left > 0)
		return err_set(e, ERR_PEER, "launcher: an answer that cannot be read");
	return theirs.kind == ERR_NONE ? 0 : err_set(e, theirs.kind, "%s", theirs.text);
}

int launcher_run(struct launcher *l, const struct sandbox_spec *spec, struct arena *a,
		 struct sandbox_result *ret_result, struct err *e)
{
	*ret_result = (struct sandbox_result){.end = SANDBOX_EXITED};
	if (ask(l, spec, e) < 0)
		return -1;
	return hear(l, a, ret_result, e);
}

void launcher_stop(struct launcher *l)
{
	if (!l)
		return;
	fd_close(l->socket_fd);
	while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(l);
}

/* --- the end that serves ------------------------------------------------------------------- */

static int serve_one(int socket_fd, struct err *e)
{
	FP_CLEANUP(buf_release)
	struct buf in = BUF_INIT(MESSAGE_BYTES_MAX), out = BUF_INIT(MESSAGE_BYTES_MAX);
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT(ARENA_BYTES);
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_result result = {.end = SANDBOX_EXITED};
	struct codec c = {.a = &a}, back = {.out = &out};
	struct err error = ERR_INIT;
	int r = receive_packet(socket_fd, &in, c.fds, &c.fd_count, e);

	if (r <= 0)
		return r;
	c.in = (const uint8_t *)buf_text(&in);
	c.left = in.size;
	codec_spec(&c, &spec);
	if (c.bad || c.left > 0)
		(void)err_set(&error, ERR_PEER, "launcher: a spec that cannot be read");
	else if (sandbox_run(&spec, &a, &result, &error) < 0)
		assert(error.kind != ERR_NONE); /* it is what the other end gets */
	close_fds(c.fds, c.fd_count);
	codec_err(&back, &error);
	codec_result(&back, &result);
	if (buf_finish(&out, "launcher: the result", e) < 0)
		return -1;
	return send_packet(socket_fd, &out, NULL, 0, e) < 0 ? -1 : 1;
}

int launcher_serve(int socket_fd)
{
	struct err e = ERR_INIT;
	int r;

	if (fcntl(socket_fd, F_SETFD, FD_CLOEXEC) < 0)
		return DIE_STATUS;
	/*
	 * Where the network namespace cannot be made beforehand, each sandbox makes its own, or
	 * says why it cannot.
	 */
	if (sandbox_prepare(&e) < 0)
		err_clear(&e);
	/* After it, because new credentials reset it.  Who died before is found by the socket. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return DIE_STATUS;
	do
		r = serve_one(socket_fd, &e);
	while (r > 0);
	if (r < 0)
		fprintf(stderr, "fixproof: %s\n", e.text);
	return r < 0 ? DIE_STATUS : 0;
}
