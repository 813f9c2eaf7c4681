/*
 * Timestamps for sites without a network: `query` writes one request for each signature, which
 * somebody carries to an authority, and `add` puts the answers where they belong.
 */
#include "runner/cmd/cmd.h"

#include <fcntl.h>

#include "runner/attest/timestamp.h"
#include "runner/base/fd.h"
#include "runner/cmd/sigfiles.h"

struct timestamp_values {
	const char *output;
};

static const struct opt options[] = {
	{"output", OPT_TEXT, offsetof(struct timestamp_values, output), "DIR",
	 "query: where the requests go [.]"},
	OPT_END,
};

static int query(const struct bundle *b, const char *output, struct arena *a, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir = -1;
	struct sigfiles s;

	if (sigfiles_read(b, a, &s, e) < 0 || sigfiles_output(output, &dir, e) < 0)
		return -1;
	for (size_t i = 0; i < s.count; i++) {
		const struct dsse_signature *sig = &s.rows[i].content.envelope.signatures[0];
		FP_CLEANUP(buf_release) struct buf request = BUF_INIT(TIMESTAMP_MAX_BYTES);
		const char *name = sigfiles_name(&s.rows[i], ".tsq", a);

		if (s.rows[i].content.timestamp_count > 0)
			continue;
		if (timestamp_request(sig->sig, sig->size, &request, e) < 0 ||
		    fd_write_file(dir, name, buf_text(&request), request.size, 0644, e) < 0)
			return -1;
		printf("%s/%s\n", output, name);
	}
	return 0;
}

static int add_one(struct sigfiles *s, const char *file, struct arena *a, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf response = BUF_INIT(TIMESTAMP_MAX_BYTES);
	struct err last = ERR_INIT;

	if (fd_read_file(AT_FDCWD, file, true, &response, e) < 0)
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		struct sigstore *b = &s->rows[i].content;

		err_clear(&last);
		if (timestamp_matches(file, buf_text(&response), response.size,
				      b->envelope.signatures[0].sig, b->envelope.signatures[0].size,
				      NULL, &last) < 0)
			continue;
		if (b->timestamp_count == SIGSTORE_TIMESTAMPS_MAX)
			return err_set(e, ERR_LIMIT, "%s: has %d timestamps already",
				       s->rows[i].path, SIGSTORE_TIMESTAMPS_MAX);
		b->timestamps[b->timestamp_count++] = (struct sigstore_blob){
			arena_memdup(a, response.data, response.size), response.size};
		s->rows[i].changed = true;
		printf("%s: %s\n", file, s->rows[i].path);
		return 0;
	}
	*e = last;
	return -1;
}

static int add(const struct bundle *b, char **files, int count, struct arena *a, struct err *e)
{
	struct sigfiles s;

	if (sigfiles_read(b, a, &s, e) < 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (add_one(&s, files[i], a, e) < 0)
			return -1;
	return sigfiles_put(b, &s, a, e);
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	struct timestamp_values values = {.output = "."};
	struct err e = ERR_INIT;
	bool is_add;
	int operands;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("timestamp", &e);
	is_add = operands >= 3 && strcmp(argv[1], "add") == 0;
	if (!is_add && (operands != 2 || strcmp(argv[1], "query") != 0)) {
		(void)err_set(&e, ERR_USAGE,
			      "say \"query\" and a bundle, or \"add\", a bundle and answers");
		return cmd_fail("timestamp", &e);
	}
	if (bundle_open(argv[2], &a, &b, &e) < 0)
		return cmd_fail("timestamp", &e);
	if ((is_add ? add(b, argv + 3, operands - 2, &a, &e) : query(b, values.output, &a, &e)) <
	    0) {
		(void)err_wrap(&e, "%s", argv[2]);
		return cmd_fail("timestamp", &e);
	}
	return CMD_VERIFIED;
}

const struct cmd cmd_timestamp = {
	.name = "timestamp",
	.command = {"query BUNDLE | add BUNDLE ANSWER...",
		    "Timestamp signatures without a network.", options},
	.run = run,
};
