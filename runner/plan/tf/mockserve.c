#include "runner/plan/tf/mockserve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "runner/base/die.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"

struct client {
	int fd;
	struct h2 *h2;
	struct mockprov_client *provider;
	struct buf out; /* what the socket has not taken yet */
	size_t sent;
	bool over;
};

struct server {
	const struct mockserve_socket *sockets;
	size_t socket_count;
	struct client *clients[MOCKSERVE_CLIENTS_MAX];
	size_t client_count;
};

int mockserve_listen(const char *directory, struct mockprov *const *providers, size_t count,
		     struct mockserve_socket *ret_sockets, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		struct sockaddr_un address = {.sun_family = AF_UNIX};
		struct mockserve_socket *s = &ret_sockets[i];
		FP_CLEANUP(fd_cleanup) int fd = -1;

		s->provider = providers[i];
		if (snprintf(s->path, sizeof(s->path), "%s/%zu.sock", directory, i) >=
		    (int)sizeof(s->path))
			return err_set(e, ERR_INPUT, "%s: too long for the path of a socket",
				       directory);
		memcpy(address.sun_path, s->path, strlen(s->path));
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		    listen(fd, 128) < 0)
			return err_sys(e, "%s", s->path);
		s->fd = fd_steal(&fd);
	}
	return 0;
}

/* --- clients --------------------------------------------------------------------------------- */

static void accept_client(struct server *s, const struct mockserve_socket *socket)
{
	int fd = accept4(socket->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *c;

	if (fd < 0 || s->client_count == MOCKSERVE_CLIENTS_MAX) {
		fd_close(fd);
		return;
	}
	c = die_calloc(1, sizeof(*c));
	c->fd = fd;
	c->provider = mockprov_connect(socket->provider);
	c->h2 = h2_server_new(mockprov_answer, c->provider);
	c->out = (struct buf)BUF_INIT(H2_MESSAGE_MAX_BYTES * 2);
	s->clients[s->client_count++] = c;
}

static void drop_client(struct client *c)
{
	h2_free(c->h2);
	mockprov_disconnect(c->provider);
	buf_release(&c->out);
	fd_close(c->fd);
	free(c);
}

/* Moves bytes from HTTP/2 to the socket until one of them has enough. */
static void flush(struct client *c)
{
	struct err e = ERR_INIT;
	const uint8_t *data;
	size_t size;
	ssize_t n;

	for (;;) {
		if (c->sent == c->out.size) {
			buf_reset(&c->out);
			c->sent = 0;
			if (h2_pending(c->h2, &data, &size, &e) < 0) {
				c->over = true;
				return;
			}
			if (size == 0)
				break;
			buf_add(&c->out, data, size);
		}
		n = send(c->fd, c->out.data + c->sent, c->out.size - c->sent, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			c->over = true;
			return;
		}
		c->sent += (size_t)n;
	}
	c->over |= !h2_alive(c->h2);
}

static void receive(struct client *c)
{
	struct err e = ERR_INIT;
	uint8_t bytes[65536];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || h2_receive(c->h2, bytes, (size_t)n, &e) < 0)
		c->over = true;
}

/* --- the loop -------------------------------------------------------------------------------- */

static void serve_clients(struct server *s, const struct pollfd *polled)
{
	size_t kept = 0, count = s->client_count;

	for (size_t i = 0; i < count; i++) {
		struct client *c = s->clients[i];

		if (polled[i].revents & (POLLIN | POLLHUP | POLLERR))
			receive(c);
		if (!c->over)
			flush(c);
		if (c->over)
			drop_client(c);
		else
			s->clients[kept++] = c;
	}
	s->client_count = kept;
}

static void serve(struct server *s, int stop_fd)
{
	struct pollfd polled[1 + MOCKSERVE_PROVIDERS_MAX + MOCKSERVE_CLIENTS_MAX];

	for (;;) {
		size_t count = 0;

		polled[count++] = (struct pollfd){stop_fd, POLLIN, 0};
		for (size_t i = 0; i < s->socket_count; i++)
			polled[count++] = (struct pollfd){s->sockets[i].fd, POLLIN, 0};
		for (size_t i = 0; i < s->client_count; i++) {
			const struct client *c = s->clients[i];
			bool waits = c->sent < c->out.size;

			polled[count++] =
				(struct pollfd){c->fd, (short)(POLLIN | (waits ? POLLOUT : 0)), 0};
		}
		if (poll(polled, count, -1) < 0)
			continue;
		if (polled[0].revents)
			return;
		serve_clients(s, polled + 1 + s->socket_count);
		for (size_t i = 0; i < s->socket_count; i++)
			if (polled[1 + i].revents)
				accept_client(s, &s->sockets[i]);
	}
}

int mockserve_run(const struct mockserve_socket *sockets, size_t count, int stop_fd, struct err *e)
{
	struct server *s;

	if (count > MOCKSERVE_PROVIDERS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d providers", MOCKSERVE_PROVIDERS_MAX);
	s = die_calloc(1, sizeof(*s));
	s->sockets = sockets;
	s->socket_count = count;
	serve(s, stop_fd);
	for (size_t i = 0; i < s->client_count; i++)
		drop_client(s->clients[i]);
	free(s);
	return 0;
}

/* --- handing over ---------------------------------------------------------------------------- */

static json_t *reattach_one(const struct mockserve_socket *s, int pid)
{
	json_t *one = json_new_object(), *address = json_new_object();

	json_put(address, "Network", json_new_string("unix"));
	json_put(address, "String", json_new_string(s->path));
	json_put(one, "Protocol", json_new_string("grpc"));
	json_put(one, "ProtocolVersion", json_new_int(mockprov_protocol(s->provider)));
	json_put(one, "Pid", json_new_int(pid));
	json_put(one, "Test", json_true());
	json_put(one, "Addr", address);
	return one;
}

/* OpenTofu means its own registry by the same short names. */
static const char terraform_registry[] = "registry.terraform.io/";
static const char tofu_registry[] = "registry.opentofu.org/";

void mockserve_reattach(const struct mockserve_socket *sockets, size_t count, int pid,
			bool for_tofu, struct buf *out)
{
	JSON_AUTO *all = json_new_object();

	for (size_t i = 0; i < count; i++) {
		const char *address = mockprov_address(sockets[i].provider);
		size_t size = strlen(terraform_registry);
		FP_CLEANUP(buf_release) struct buf other = BUF_INIT(4096);

		json_put(all, address, reattach_one(&sockets[i], pid));
		if (!for_tofu || strncmp(address, terraform_registry, size) != 0)
			continue;
		buf_addf(&other, "%s%s", tofu_registry, address + size);
		json_put(all, buf_text(&other), reattach_one(&sockets[i], pid));
	}
	json_dump_compact(out, all);
	if (out->size && !out->overflow)
		out->data[--out->size] = 0;
}
