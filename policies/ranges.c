#include "policies/internal.h"

#include <arpa/inet.h>

#define WORLD 0.25

/* A single address is a range of one. */
bool policy_parse_cidr(const char *text, struct policy_range *ret_range, bool *ret_v6)
{
	char address[64];
	size_t size = strcspn(text, "/"), bytes, bits;
	char *end;

	if (size >= sizeof(address))
		return false;
	memcpy(address, text, size);
	address[size] = '\0';
	memset(ret_range, 0, sizeof(*ret_range));
	*ret_v6 = strchr(address, ':') != NULL;
	bytes = *ret_v6 ? 16 : 4;
	if (inet_pton(*ret_v6 ? AF_INET6 : AF_INET, address, ret_range->first) != 1)
		return false;
	bits = bytes * 8;
	if (text[size] == '/') {
		bits = strtoul(text + size + 1, &end, 10);
		if (end == text + size + 1 || *end != '\0' || bits > bytes * 8)
			return false;
	}
	memcpy(ret_range->last, ret_range->first, sizeof(ret_range->last));
	for (size_t i = bits; i < bytes * 8; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		ret_range->first[i / 8] = (uint8_t)(ret_range->first[i / 8] & ~bit);
		ret_range->last[i / 8] |= bit;
	}
	return true;
}

static int compare_ranges(const void *left, const void *right)
{
	const struct policy_range *a = left, *b = right;

	return memcmp(a->first, b->first, sizeof(a->first));
}

/* The first 52 bits are enough to tell what is more than half of everything. */
static double position(const uint8_t address[16])
{
	double value = 0;

	for (int i = 6; i >= 0; i--)
		value = (value + address[i]) / 256;
	return value;
}

/* Of IPv6 only 2000::/3 is routed: an eighth of all, from one eighth on. */
bool policy_is_world(struct policy_ranges *ranges, bool v6)
{
	double unit = v6 ? 0 : 1.0 / 4294967296.0, whole = v6 ? 0.125 : 1;
	double covered = 0, reached = v6 ? 0.125 : 0, end = reached + whole;

	if (ranges->count == 0)
		return false;
	qsort(ranges->rows, ranges->count, sizeof(*ranges->rows), compare_ranges);
	for (size_t i = 0; i < ranges->count; i++) {
		double first = FP_MAX(position(ranges->rows[i].first), reached);
		double last = position(ranges->rows[i].last) + unit;

		if (last > end)
			last = end;
		if (last <= first)
			continue;
		covered += last - first;
		reached = last;
	}
	return covered / whole >= WORLD - 1e-9;
}
