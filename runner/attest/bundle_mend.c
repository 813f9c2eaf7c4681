/*
 * What a signing that was killed leaves in a directory: a file under a temporary name, a part of a
 * set of signatures, or lines that do not have the last set.  A part of a set proves nothing, so
 * the next signing begins it anew.
 */
#include "runner/attest/bundle_check.h"

#include "runner/attest/dsse.h"

#define MARK ".tmp-"
#define MARK_DIGITS 12

static bool is_left_over(const char *path, struct arena *a)
{
	const char *mark = strstr(path, MARK);

	return mark && strspn(mark + sizeof(MARK) - 1, "0123456789abcdef") == MARK_DIGITS &&
	       strlen(mark) == sizeof(MARK) - 1 + MARK_DIGITS &&
	       bundle_is_unsealed(arena_strndup(a, path, (size_t)(mark - path)));
}

size_t bundle_count_set(const struct bundle *b, size_t set, enum decision *ret_decision,
			struct arena *a)
{
	size_t count = 0;

	for (enum decision d = DECISION_VERIFIED; d <= DECISION_INCONCLUSIVE; d++)
		for (size_t i = 0; i < bundle_names_of(d)->count; i++)
			if (bundle_has(b,
				       bundle_signed_path(set, bundle_names_of(d)->files[i], a))) {
				*ret_decision = d;
				count++;
			}
	return count;
}

static int drop_set(const struct bundle *b, size_t set, enum decision d, struct arena *a,
		    struct err *e)
{
	for (size_t i = 0; i < bundle_names_of(d)->count; i++) {
		const char *path = bundle_signed_path(set, bundle_names_of(d)->files[i], a);

		if (bundle_has(b, path) && bundle_remove(b, path, e) < 0)
			return -1;
	}
	return 0;
}

/* How many whole sets there are, after the last has gone if it is a part of one. */
static int drop_part(const struct bundle *b, struct arena *a, size_t *ret_sets,
		     enum decision *ret_d, struct err *e)
{
	size_t sets = 0;

	while (sets < BUNDLE_SIGNERS_MAX && bundle_count_set(b, sets, ret_d, a) > 0)
		sets++;
	*ret_sets = sets;
	if (sets == 0 || bundle_count_set(b, sets - 1, ret_d, a) >= bundle_names_of(*ret_d)->count)
		return 0;
	*ret_sets = sets - 1;
	return drop_set(b, sets - 1, *ret_d, a, e);
}

/* The lines only repeat what the sets say, so they can be made again. */
static int mend_lines(const struct bundle *b, size_t sets, enum decision d, struct arena *a,
		      struct err *e)
{
	FP_CLEANUP(buf_release) struct buf lines = BUF_INIT(BUNDLE_FILE_MAX_BYTES);
	struct bundle_member member = {.path = BUNDLE_LINES_FILE};

	if (sets == 0)
		return bundle_has(b, BUNDLE_LINES_FILE) ? bundle_remove(b, BUNDLE_LINES_FILE, e)
							: 0;
	for (size_t i = 0; i < bundle_names_of(d)->count; i++) {
		struct dsse_signature all[BUNDLE_SIGNERS_MAX];
		struct sigstore first = {.hint = NULL};

		for (size_t set = sets; set-- > 0;) {
			const char *path = bundle_signed_path(set, bundle_names_of(d)->files[i], a);
			const char *text;
			size_t size;

			if (bundle_file(b, path, a, &text, &size, e) < 0 ||
			    sigstore_read(path, text, size, a, &first, e) < 0)
				return -1;
			all[set] = first.envelope.signatures[0];
		}
		bundle_signature_line(first.envelope.payload, first.envelope.payload_size, all,
				      sets, &lines);
	}
	if (buf_finish(&lines, BUNDLE_LINES_FILE, e) < 0)
		return -1;
	member.data = buf_text(&lines);
	member.size = lines.size;
	return bundle_put(b, &member, 1, a, e);
}

int bundle_mend(const struct bundle *b, struct arena *a, struct err *e)
{
	enum decision d = DECISION_VERIFIED;
	const char *const *paths;
	size_t count, sets;

	if (bundle_is_packed(b))
		return 0;
	if (bundle_paths(b, a, &paths, &count, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (is_left_over(paths[i], a) && bundle_remove(b, paths[i], e) < 0)
			return -1;
	if (drop_part(b, a, &sets, &d, e) < 0)
		return -1;
	return mend_lines(b, sets, d, a, e);
}
