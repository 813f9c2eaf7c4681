#include "sandbox/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

void wire_text(char *to, size_t size, const char *from)
{
	size_t n = strnlen(from, size - 1);

	memcpy(to, from, n);
	to[n] = '\0';
}

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int wire_send(int socket_fd, const struct wire_message *m, int fd)
{
	struct iovec part = {(void *)(uintptr_t)m, 0};
	struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
	union control control;
	struct cmsghdr *c;
	ssize_t n;

	part.iov_len =
		offsetof(struct wire_message, text) + strnlen(m->text, WIRE_TEXT_BYTES - 1) + 1;
	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		packet.msg_control = control.bytes;
		packet.msg_controllen = sizeof(control.bytes);
		c = &control.align;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	do
		n = sendmsg(socket_fd, &packet, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

int wire_receive(int socket_fd, bool dont_wait, struct wire_message *ret_message, int *ret_fd)
{
	struct iovec part = {ret_message, sizeof(*ret_message)};
	union control control;
	struct msghdr packet = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = control.bytes,
				.msg_controllen = sizeof(control.bytes)};
	const struct cmsghdr *c;
	ssize_t n;

	*ret_fd = -1;
	do
		n = recvmsg(socket_fd, &packet, MSG_CMSG_CLOEXEC | (dont_wait ? MSG_DONTWAIT : 0));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -1 : 0;
	c = CMSG_FIRSTHDR(&packet);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
	if ((size_t)n <= offsetof(struct wire_message, text)) {
		errno = EPROTO;
		return -1;
	}
	ret_message->step[WIRE_STEP_BYTES - 1] = '\0';
	((char *)ret_message)[FP_MIN((size_t)n, sizeof(*ret_message)) - 1] = '\0';
	return 1;
}
