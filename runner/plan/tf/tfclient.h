/* A provider's own binary as a plugin: started, asked, and started again after a crash. */
#ifndef RUNNER_PLAN_TF_TFCLIENT_H
#define RUNNER_PLAN_TF_TFCLIENT_H

#include <sys/types.h>

#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/plan/tf/h2.h"

struct tfclient {
	const char *binary;
	pid_t pid;
	int fd, out; /* its socket; its standard output */
	struct h2 *h2;
	int protocol; /* 5 or 6 */
};

#define TFCLIENT_INIT(binary_path)                                                 \
	{                                                                          \
		.binary = (binary_path), .pid = 0, .fd = -1, .out = -1, .h2 = NULL \
	}

/* Starts the binary and shakes hands. */
FP_MUST_CHECK int tfclient_start(struct tfclient *c, struct err *e);
void tfclient_stop(struct tfclient *c);

/*
 * Calls a method, named as in version 5; the answer lives until the next call.  An error is a
 * provider that crashed, took too long or broke the protocol: then it is stopped.
 */
FP_MUST_CHECK int tfclient_call(struct tfclient *c, const char *method, const struct buf *request,
				const uint8_t **ret_message, size_t *ret_size, struct err *e);

#endif
