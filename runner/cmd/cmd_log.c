/*
 * Transparency logs: `query` writes what a log of the second Rekor API takes for each signature,
 * somebody sends it, and `add` puts the log's answers where they belong.
 */
#include "runner/cmd/cmd.h"

#include <fcntl.h>

#include "runner/attest/certificate.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/cmd/sigfiles.h"

struct log_values {
	const char *output, *key;
};

static const struct opt options[] = {
	{"key", OPT_TEXT, offsetof(struct log_values, key), "FILE",
	 "the public key that signed, where no certificate did"},
	{"output", OPT_TEXT, offsetof(struct log_values, output), "DIR",
	 "query: where the requests go [.]"},
	OPT_END,
};

static int read_key(const char *path, struct key **ret_key, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);

	if (!path)
		return 0;
	return fd_read_file(AT_FDCWD, path, true, &pem, e) < 0
		       ? -1
		       : key_read_public(path, buf_text(&pem), pem.size, ret_key, e);
}

/* Who signed the file: by its certificate, or the key that was given when that did; else NULL. */
static int subject_of(const struct sigfile *f, const struct key *given, struct key **ret_own,
		      struct tlog_subject *ret_subject, struct err *e)
{
	const struct sigstore *b = &f->content;
	char id[KEY_ID_SIZE];

	*ret_subject = (struct tlog_subject){.envelope = &b->envelope};
	if (b->certificate.size > 0) {
		if (certificate_key(f->path, b->certificate.data, b->certificate.size, ret_own, e) <
		    0)
			return -1;
		ret_subject->key = *ret_own;
		ret_subject->certificate = b->certificate.data;
		ret_subject->certificate_size = b->certificate.size;
		return 0;
	}
	if (!given)
		return err_set(e, ERR_USAGE, "%s: signed by a bare key; give it with --key",
			       f->path);
	if (key_id(given, id, e) < 0)
		return -1;
	if (strcmp(id, b->hint) == 0)
		ret_subject->key = given;
	return 0;
}

static int write_request(const struct tlog_subject *subject, int dir, const char *name,
			 struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(BUNDLE_FILE_MAX_BYTES);
	JSON_AUTO *request = NULL;

	if (tlog_request(subject, &request, e) < 0)
		return -1;
	json_dump_compact(&text, request);
	if (buf_finish(&text, name, e) < 0)
		return -1;
	return fd_write_file(dir, name, buf_text(&text), text.size, 0644, e);
}

static int query(const struct sigfiles *s, const struct key *given, const char *output,
		 struct arena *a, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int dir = -1;
	size_t written = 0;

	if (sigfiles_output(output, &dir, e) < 0)
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		FP_CLEANUP(key_cleanup) struct key *own = NULL;
		const char *name = sigfiles_name(&s->rows[i], ".entry.json", a);
		struct tlog_subject subject;

		if (s->rows[i].content.log_count > 0)
			continue;
		if (subject_of(&s->rows[i], given, &own, &subject, e) < 0)
			return -1;
		if (!subject.key)
			continue;
		if (write_request(&subject, dir, name, e) < 0)
			return -1;
		printf("%s/%s\n", output, name);
		written++;
	}
	return written > 0 ? 0
			   : err_set(e, ERR_INPUT,
				     "no signature of that key is left that is in no log");
}

/* Where the answer belongs; what it is compared with last tells why it belongs nowhere. */
static int place(const char *file, const struct tlog_entry *entry, struct sigfiles *s,
		 const struct key *given, struct arena *a, struct err *e)
{
	struct err last = ERR_INIT;

	for (size_t i = 0; i < s->count; i++) {
		FP_CLEANUP(key_cleanup) struct key *own = NULL;
		struct sigstore *b = &s->rows[i].content;
		struct tlog_entry *logs;
		struct tlog_subject subject;

		if (subject_of(&s->rows[i], given, &own, &subject, e) < 0)
			return -1;
		err_clear(&last);
		if (!subject.key)
			(void)err_set(&last, ERR_INPUT, "%s: is not about a signature of that key",
				      file);
		if (!subject.key || tlog_matches(file, entry, &subject, a, &last) < 0)
			continue;
		if (b->log_count == SIGSTORE_LOGS_MAX)
			return err_set(e, ERR_LIMIT, "%s: is in %d logs already", s->rows[i].path,
				       SIGSTORE_LOGS_MAX);
		logs = arena_array(a, SIGSTORE_LOGS_MAX, sizeof(*logs));
		memcpy(logs, b->logs, b->log_count * sizeof(*logs));
		logs[b->log_count++] = *entry;
		b->logs = logs;
		s->rows[i].changed = true;
		printf("%s: %s\n", file, s->rows[i].path);
		return 0;
	}
	*e = last;
	return -1;
}

static int add(const struct bundle *b, struct sigfiles *s, const struct key *given, char **files,
	       int count, struct arena *a, struct err *e)
{
	for (int i = 0; i < count; i++) {
		struct tlog_entry entry;
		JSON_AUTO *json = NULL;

		if (json_read_file(AT_FDCWD, files[i], TLOG_ANSWER_MAX_BYTES, &json, e) < 0 ||
		    tlog_entry_read(files[i], json, a, &entry, e) < 0 ||
		    place(files[i], &entry, s, given, a, e) < 0)
			return -1;
	}
	return sigfiles_put(b, s, a, e);
}

static int run(int argc, char **argv)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)2 << 30);
	FP_CLEANUP(bundle_cleanup) struct bundle *b = NULL;
	FP_CLEANUP(key_cleanup) struct key *given = NULL;
	struct log_values values = {.output = "."};
	struct sigfiles s;
	struct err e = ERR_INIT;
	bool is_add;
	int operands;

	if (opt_parse(options, argc, argv, false, &values, &operands, &e) < 0)
		return cmd_fail("log", &e);
	is_add = operands >= 3 && strcmp(argv[1], "add") == 0;
	if (!is_add && (operands != 2 || strcmp(argv[1], "query") != 0)) {
		(void)err_set(&e, ERR_USAGE,
			      "say \"query\" and a bundle, or \"add\", a bundle and answers");
		return cmd_fail("log", &e);
	}
	if (read_key(values.key, &given, &e) < 0 || bundle_open(argv[2], &a, &b, &e) < 0)
		return cmd_fail("log", &e);
	if (sigfiles_read(b, &a, &s, &e) < 0 ||
	    (is_add ? add(b, &s, given, argv + 3, operands - 2, &a, &e)
		    : query(&s, given, values.output, &a, &e)) < 0) {
		(void)err_wrap(&e, "%s", argv[2]);
		return cmd_fail("log", &e);
	}
	return CMD_VERIFIED;
}

const struct cmd cmd_log = {
	.name = "log",
	.command = {"query BUNDLE | add BUNDLE ANSWER...",
		    "Put signatures into a transparency log.", options},
	.run = run,
};
