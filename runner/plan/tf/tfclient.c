#include "runner/plan/tf/tfclient.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/plan/tf/mockprov.h"

#define START_MS 60000
#define CALL_MS 10000
#define LINE_MAX_BYTES 4096

void tfclient_stop(struct tfclient *c)
{
	h2_free(FP_STEAL(c->h2));
	fd_cleanup(&c->fd);
	fd_cleanup(&c->out);
	if (c->pid > 0) {
		(void)kill(c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	c->pid = 0;
}

/* --- the handshake of go-plugin -------------------------------------------------------------- */

static FP_NORETURN void become(const char *binary, int out)
{
	static const char *const rows[][2] = {
		{"TF_PLUGIN_MAGIC_COOKIE",
		 "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"},
		{"PLUGIN_PROTOCOL_VERSIONS", "5,6"},
	};
	char name[] = "provider";
	char *const argv[] = {name, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++)
		(void)setenv(rows[i][0], rows[i][1], 1);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
	    dup2(out, STDOUT_FILENO) >= 0)
		(void)execv(binary, argv);
	_exit(127);
}

/* One line, or as much of it as comes in time. */
static int read_line(int fd, char *line, size_t room, struct err *e)
{
	size_t size = 0;

	while (size + 1 < room) {
		struct pollfd p = {fd, POLLIN, 0};
		int ready = poll(&p, 1, START_MS);
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return err_set(e, ERR_PEER, "the provider did not answer in time");
		n = read(fd, line + size, 1);
		if (n <= 0)
			return err_set(e, ERR_PEER,
				       "the provider ended before it said where to reach it");
		if (line[size] == '\n')
			break;
		size++;
	}
	line[size] = 0;
	return 0;
}

/* 1|PROTOCOL|unix|PATH|grpc|… */
static int connect_to(struct tfclient *c, char *line, struct err *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *save = NULL, *fields[5];

	for (size_t i = 0; i < FP_ARRAY_SIZE(fields); i++) {
		fields[i] = strtok_r(i == 0 ? line : NULL, "|", &save);
		if (!fields[i])
			return err_set(e, ERR_PEER, "the provider's handshake is not understood");
	}
	c->protocol = (int)strtol(fields[1], NULL, 10);
	if (strcmp(fields[0], "1") != 0 || (c->protocol != 5 && c->protocol != 6) ||
	    strcmp(fields[2], "unix") != 0 || strcmp(fields[4], "grpc") != 0 ||
	    strlen(fields[3]) >= sizeof(address.sun_path))
		return err_set(e, ERR_PEER, "the provider's handshake is not understood");
	memcpy(address.sun_path, fields[3], strlen(fields[3]));
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(e, "%s", fields[3]);
	c->h2 = h2_client_new();
	return 0;
}

int tfclient_start(struct tfclient *c, struct err *e)
{
	char line[LINE_MAX_BYTES];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	c->pid = fork();
	if (c->pid == 0)
		become(c->binary, ends[1]);
	if (c->pid < 0)
		(void)err_sys(e, "fork");
	fd_close(ends[1]);
	c->out = ends[0];
	if (c->pid < 0 || read_line(c->out, line, sizeof(line), e) < 0 ||
	    connect_to(c, line, e) < 0) {
		tfclient_stop(c);
		return -1;
	}
	return 0;
}

/* --- calls ------------------------------------------------------------------------------------ */

static int send_pending(struct tfclient *c, struct err *e)
{
	const uint8_t *data;
	size_t size;

	for (;;) {
		if (h2_pending(c->h2, &data, &size, e) < 0)
			return -1;
		if (size == 0)
			return 0;
		while (size > 0) {
			ssize_t n = send(c->fd, data, size, MSG_NOSIGNAL);

			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				return err_set(e, ERR_PEER, "the provider crashed");
			data += n;
			size -= (size_t)n;
		}
	}
}

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A provider that waits for a network keeps the connection busy, so only the whole time counts. */
static int receive(struct tfclient *c, int64_t until_ms, struct err *e)
{
	struct pollfd p = {c->fd, POLLIN, 0};
	uint8_t bytes[65536];
	int ready;
	ssize_t n;

	do
		ready = poll(&p, 1, (int)FP_MAX(until_ms - now_ms(), (int64_t)0));
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return err_set(e, ERR_PEER, "the provider did not answer in time");
	n = recv(c->fd, bytes, sizeof(bytes), 0);
	if (n <= 0)
		return err_set(e, ERR_PEER, "the provider crashed");
	return h2_receive(c->h2, bytes, (size_t)n, e);
}

static int exchange(struct tfclient *c, const char *path, const struct buf *request,
		    const uint8_t **ret_message, size_t *ret_size, struct err *e)
{
	int64_t until_ms = now_ms() + CALL_MS;
	enum h2_status status;
	const char *words;

	if (h2_call(c->h2, path, buf_text(request), request->size, e) < 0 || send_pending(c, e) < 0)
		return -1;
	while (!h2_answered(c->h2, &status, &words, ret_message, ret_size))
		if (receive(c, until_ms, e) < 0 || send_pending(c, e) < 0)
			return -1;
	if (status != H2_OK)
		return err_set(e, ERR_PEER, "the provider answered with status %d: %.200s",
			       (int)status, words);
	return 0;
}

int tfclient_call(struct tfclient *c, const char *method, const struct buf *request,
		  const uint8_t **ret_message, size_t *ret_size, struct err *e)
{
	char path[128];

	if (!c->h2)
		return err_set(e, ERR_PEER, "the provider is not running");
	(void)snprintf(path, sizeof(path), "/tfplugin%d.Provider/%s", c->protocol,
		       mockprov_method(method, c->protocol));
	if (exchange(c, path, request, ret_message, ret_size, e) == 0)
		return 0;
	tfclient_stop(c);
	return -1;
}
