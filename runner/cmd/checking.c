#include "runner/cmd/checking.h"

#include <fcntl.h>

#include "runner/attest/trustfile.h"
#include "runner/base/fd.h"
#include "runner/base/json.h"
#include "runner/base/utf8.h"
#include "runner/cmd/cmd.h"

static int load_key(const char *file, struct key **ret_key, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);

	if (fd_read_file(AT_FDCWD, file, true, &pem, e) < 0)
		return -1;
	return key_read_public(file, buf_text(&pem), pem.size, ret_key, e);
}

static int load_keys(const struct opt_texts *files, struct arena *a, struct trust *t, struct err *e)
{
	trust_init(t);
	for (size_t i = 0; i < files->count; i++) {
		struct key *k = NULL;

		if (load_key(files->items[i], &k, e) < 0 ||
		    trust_add_key(t, files->items[i], k, a, e) < 0) {
			trust_release(t);
			return -1;
		}
	}
	return 0;
}

/* A policy that must be signed is held against its signature before a word of it is read. */
static int load_policy(const struct checking_values *v, struct arena *a, struct trust *t,
		       struct err *e)
{
	FP_CLEANUP(key_cleanup) struct key *k = NULL;

	if (v->trust_key &&
	    (load_key(v->trust_key, &k, e) < 0 || trustfile_verify(v->trust, k, a, e) < 0))
		return -1;
	return trust_load(v->trust, a, t, NULL, NULL, e);
}

int checking_load(const struct checking_values *v, struct arena *a, struct trust *ret_trust,
		  struct err *e)
{
	if (v->trust && v->keys.count > 0)
		return err_set(e, ERR_USAGE, "--trust and --key exclude each other");
	if (v->trust_key && !v->trust)
		return err_set(e, ERR_USAGE, "--trust-key needs --trust");
	if (!v->trust && v->keys.count == 0)
		return err_set(e, ERR_USAGE,
			       "--trust FILE or --key FILE is missing: a key in a bundle is never "
			       "trusted");
	return v->trust ? load_policy(v, a, ret_trust, e) : load_keys(&v->keys, a, ret_trust, e);
}

void checking_print(const struct checks *checks)
{
	static const char *const tones[] = {"\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m"};
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT((size_t)16 << 20);
	bool colour = cmd_colour(STDOUT_FILENO);

	for (size_t i = 0; i < checks->count; i++) {
		const struct check *c = &checks->rows[i];

		buf_addf(&out, "  %s%-4s%s %-10s ", colour ? tones[c->state] : "",
			 check_word(c->state), colour ? "\x1b[0m" : "", c->id);
		utf8_add_visible(&out, c->text, strlen(c->text), false);
		buf_addch(&out, '\n');
	}
	(void)fwrite(buf_text(&out), 1, out.size, stdout);
}

json_t *checking_json(const struct checks *checks)
{
	json_t *list = json_new_array();

	for (size_t i = 0; i < checks->count; i++) {
		const struct check *c = &checks->rows[i];
		json_t *row = json_new_object();

		json_put(row, "id", json_new_string(c->id));
		json_put(row, "state", json_new_string(check_word(c->state)));
		json_put(row, "passed",
			 json_boolean(c->state == CHECK_PASSED || c->state == CHECK_NOTE));
		json_put(row, "text", json_new_string(c->text));
		json_push(list, row);
	}
	return list;
}
