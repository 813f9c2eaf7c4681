#include "sandbox/filter.h"

#include <linux/audit.h>

#include "gen/seccomp_filters.h"

const struct filter *filter_find(enum sandbox_profile profile, bool clock, bool random)
{
	size_t overlay = (clock ? FILTER_CLOCK : 0U) | (random ? FILTER_RANDOM : 0U);

	return &filters[(size_t)profile * FILTER_OVERLAYS + overlay];
}

const char *filter_call_name(int nr)
{
	return nr >= 0 && (size_t)nr < FP_ARRAY_SIZE(call_names) ? call_names[nr] : NULL;
}

static bool row_matches(const struct filter_row *row, const struct seccomp_data *data)
{
	if (row->nr != data->nr)
		return false;
	for (unsigned int i = 0; i < row->test_count; i++)
		if ((data->args[row->tests[i].argument] & row->tests[i].mask) !=
		    row->tests[i].value)
			return false;
	return true;
}

const struct filter_row *filter_decide(const struct filter *f, const struct seccomp_data *data)
{
	if (data->arch != AUDIT_ARCH_X86_64 || data->nr < 0)
		return &f->foreign;
	for (size_t i = 0; i < f->row_count; i++)
		if (row_matches(&f->rows[i], data))
			return &f->rows[i];
	return filter_call_name(data->nr) ? &f->fallback : &f->unknown;
}

struct sha256 filter_digest(const struct filter *f)
{
	return sha256_of(f->code, f->code_count * sizeof(*f->code));
}
