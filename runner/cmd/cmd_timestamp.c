/*
 * Timestamps for sites without a network: `query` writes one request for each signature, which
 * somebody carries to an authority, and `add` puts the answers where they belong.
 */
#include "runner/cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runner/attest/bundle.h"
#include "runner/attest/bundle_files.h"
#include "runner/attest/timestamp.h"
#include "runner/base/fd.h"

struct timestamp_values {
	const char *output;
};

static const struct opt options[] = {
	{"output", OPT_TEXT, offsetof(struct timestamp_values, output), "DIR",
	 "query: where the requests go [.]"},
	OPT_END,
};

/* One signature file of the bundle. */
struct signature {
	const char *path;
	struct sigstore content;
	bool changed;
};

struct signatures {
	struct signature *rows;
	size_t count;
};

static int read_signatures(const struct bundle *b, struct arena *a, struct signatures *s,
			   struct err *e)
{
	const char *const *paths;
	size_t count;

	if (bundle_paths(b, a, &paths, &count, e) < 0)
		return -1;
	s->rows = arena_array(a, count + 1, sizeof(*s->rows));
	for (size_t i = 0; i < count; i++) {
		struct signature *row = &s->rows[s->count];
		const char *text;
		size_t size;

		if (!bundle_is_unsealed(paths[i]) || strcmp(paths[i], BUNDLE_LINES_FILE) == 0)
			continue;
		row->path = paths[i];
		if (bundle_file(b, paths[i], a, &text, &size, e) < 0 ||
		    sigstore_read(paths[i], text, size, a, &row->content, e) < 0)
			return -1;
		s->count++;
	}
	return s->count > 0 ? 0 : err_set(e, ERR_INPUT, "is not signed yet");
}

/* "attestations/fix-verification.sigstore.json" as "attestations-fix-verification.tsq". */
static const char *request_name(const char *path, struct arena *a)
{
	char *name = arena_strdup(a, path);
	char *end = strstr(name, ".sigstore.json");

	if (end)
		*end = '\0';
	for (char *c = name; *c; c++)
		*c = *c == '/' ? '-' : *c;
	return arena_printf(a, "%s.tsq", name);
}

static int query(const struct bundle *b, const char *output, struct arena *a, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir = -1;
	struct signatures s = {.count = 0};

	if (read_signatures(b, a, &s, e) < 0)
		return -1;
	if (mkdir(output, 0755) < 0 && errno != EEXIST)
		return err_sys(e, "%s", output);
	dir = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, "%s", output);
	for (size_t i = 0; i < s.count; i++) {
		const struct dsse_signature *sig = &s.rows[i].content.envelope.signatures[0];
		FP_CLEANUP(buf_release) struct buf request = BUF_INIT(TIMESTAMP_MAX_BYTES);
		const char *name = request_name(s.rows[i].path, a);

		if (s.rows[i].content.timestamp_count > 0)
			continue;
		if (timestamp_request(sig->sig, sig->size, &request, e) < 0 ||
		    fd_write_file(dir, name, buf_text(&request), request.size, 0644, e) < 0)
			return -1;
		printf("%s/%s\n", output, name);
	}
	return 0;
}

static int add_one(struct signatures *s, const char *file, struct arena *a, struct err *e)
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
	struct signatures s = {.count = 0};
	struct bundle_member *members;
	size_t changed = 0;

	if (read_signatures(b, a, &s, e) < 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (add_one(&s, files[i], a, e) < 0)
			return -1;
	members = arena_array(a, s.count, sizeof(*members));
	for (size_t i = 0; i < s.count; i++) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT(BUNDLE_FILE_MAX_BYTES);

		if (!s.rows[i].changed)
			continue;
		sigstore_write(&text, &s.rows[i].content);
		if (buf_finish(&text, s.rows[i].path, e) < 0)
			return -1;
		members[changed++] = (struct bundle_member){
			s.rows[i].path, arena_strndup(a, buf_text(&text), text.size), text.size};
	}
	return bundle_put(b, members, changed, a, e);
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
