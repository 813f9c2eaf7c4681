#include "runner/runs.h"

#include "runner/base/fd.h"
#include "sandbox/sandbox.h"

#define FIRST_FD 10
#define SLICE_MAX_BYTES ((size_t)64 << 20)

/* "fixproof-worker slice DIGEST FD... -- KIND:TYPE..." */
static const char *const *arguments(const struct runs_input *in, const struct evidence *ev,
				    const struct evidence_pack *pack, struct arena *a)
{
	const char **argv = arena_array(a, 5 + in->packs->count + ev->type_count, sizeof(*argv));
	char hex[SHA256_HEX_SIZE];
	size_t n = 0;

	sha256_hex(&pack->digest, hex);
	argv[n++] = "fixproof-worker";
	argv[n++] = "slice";
	argv[n++] = arena_strdup(a, hex);
	for (size_t i = 0; i < in->packs->count; i++)
		argv[n++] = arena_printf(a, "%d", FIRST_FD + (int)i);
	argv[n++] = "--";
	for (size_t i = 0; i < ev->type_count; i++)
		if (strcmp(ev->types[i].provider, pack->provider) == 0)
			argv[n++] = arena_printf(a, "%s:%s", ev->types[i].kind, ev->types[i].name);
	return argv;
}

static int read_file(int fd, struct arena *a, const char **ret_data, size_t *ret_size,
		     struct err *e)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(SLICE_MAX_BYTES);

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "lseek");
	if (fd_read_all(fd, &bytes, "the slice", e) < 0)
		return -1;
	*ret_data = arena_strndup(a, buf_text(&bytes), bytes.size);
	*ret_size = bytes.size;
	return 0;
}

int runs_slice(const struct runs_input *in, const struct evidence *ev,
	       const struct evidence_pack *pack, struct arena *a, const char **ret_data,
	       size_t *ret_size, struct err *e)
{
	struct sandbox_fd *fds = arena_array(a, in->packs->count, sizeof(*fds));
	FP_CLEANUP(fd_cleanup) int out = -1;
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_result r = {.end = SANDBOX_EXITED};

	if (fd_memfd("slice", &out, e) < 0)
		return -1;
	for (size_t i = 0; i < in->packs->count; i++)
		fds[i] = (struct sandbox_fd){in->packs->rows[i].fd, FIRST_FD + (int)i};
	spec.argv = arguments(in, ev, pack, a);
	spec.exec_fd = in->worker;
	spec.fds = fds;
	spec.fd_count = in->packs->count;
	spec.stdout_fd = out;
	spec.profile = SANDBOX_PLANNER;
	spec.image = SANDBOX_IMAGE_NONE;
	spec.layers = (struct sandbox_layers){.landlock = SANDBOX_PREFER, .cgroup = SANDBOX_PREFER};
	spec.limits.output_bytes = SLICE_MAX_BYTES;
	spec.limits.file_size_bytes = SLICE_MAX_BYTES;
	if (launcher_run(in->launcher, &spec, a, &r, e) < 0)
		return err_wrap(e, "cutting a pack");
	if (r.end != SANDBOX_EXITED || r.exit_status != 0)
		return err_set(e, ERR_PEER, "the pack %s %s could not be cut", pack->provider,
			       pack->version);
	return read_file(out, a, ret_data, ret_size, e);
}
