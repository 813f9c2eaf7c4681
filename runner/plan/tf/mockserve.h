/* Mocked providers on unix sockets: one socket for each, any number of connections. */
#ifndef RUNNER_PLAN_TF_MOCKSERVE_H
#define RUNNER_PLAN_TF_MOCKSERVE_H

#include "runner/base/err.h"
#include "runner/plan/tf/mockprov.h"

#define MOCKSERVE_PROVIDERS_MAX 64
#define MOCKSERVE_CLIENTS_MAX 512

struct mockserve_socket {
	struct mockprov *provider;
	char path[100];
	int fd;
};

/* Makes DIRECTORY/N.sock for each provider and listens there. */
FP_MUST_CHECK int mockserve_listen(const char *directory, struct mockprov *const *providers,
				   size_t count, struct mockserve_socket *ret_sockets,
				   struct err *e);

/* Serves until stop_fd can be read or was closed by its other end. */
FP_MUST_CHECK int mockserve_run(const struct mockserve_socket *sockets, size_t count, int stop_fd,
				struct err *e);

/* The value of TF_REATTACH_PROVIDERS, with this process as the one that Terraform watches. */
void mockserve_reattach(const struct mockserve_socket *sockets, size_t count, int pid,
			bool for_tofu, struct buf *out);

#endif
