/* Any bytes from a peer, in pieces, are served or break the connection, in both roles. */
#include <stddef.h>
#include <stdint.h>

#include "runner/plan/tf/h2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum h2_status echo(void *context, const char *path, const uint8_t *message, size_t size,
			   struct buf *out)
{
	(void)context;
	(void)path;
	buf_add(out, message, size);
	return size % 3 == 2 ? H2_UNIMPLEMENTED : H2_OK;
}

static void feed(struct h2 *h, const uint8_t *data, size_t size, size_t step)
{
	struct err e = ERR_INIT;
	const uint8_t *out;
	size_t n;

	for (size_t at = 0; at < size; at += step) {
		if (h2_receive(h, data + at, FP_MIN(step, size - at), &e) < 0)
			return;
		do
			if (h2_pending(h, &out, &n, &e) < 0)
				return;
		while (n > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	struct h2 *server, *client;
	struct err e = ERR_INIT;
	size_t step;

	if (size < 2)
		return 0;
	step = (size_t)data[0] + 1;
	server = h2_server_new(echo, NULL);
	if (h2_receive(server, preface, sizeof(preface) - 1, &e) == 0)
		feed(server, data + 1, size - 1, step);
	h2_free(server);
	client = h2_client_new();
	if (h2_call(client, "/tfplugin5.Provider/GetSchema", "", 0, &e) == 0)
		feed(client, data + 1, size - 1, step);
	h2_free(client);
	return 0;
}
