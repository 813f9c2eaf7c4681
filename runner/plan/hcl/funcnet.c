#include <inttypes.h>
#include <string.h>

#include "runner/plan/hcl/func.h"

/* An address as a number; IPv4 ones are in the low 32 bits. */
__extension__ typedef unsigned __int128
	address; /* the one typedef: the type has no portable name */

struct prefix {
	address base;
	unsigned bits, width; /* of the address: 32 or 128 */
};

static address mask_of(unsigned bits, unsigned width)
{
	address all = width == 32 ? (address)0xffffffffu : ~(address)0;

	return bits == 0 ? 0 : all & ~((bits >= width ? 0 : (((address)1 << (width - bits)) - 1)));
}

/* Four decimal numbers; leading zeros are allowed, as Terraform allows them. */
static bool parse_v4(const char *text, const char **end, address *ret)
{
	address a = 0;

	for (int part = 0; part < 4; part++) {
		unsigned n = 0, digits = 0;

		if (part > 0 && *text++ != '.')
			return false;
		for (; *text >= '0' && *text <= '9'; text++, digits++) {
			n = n * 10 + (unsigned)(*text - '0');
			if (n > 255)
				return false;
		}
		if (digits == 0)
			return false;
		a = a << 8 | n;
	}
	*end = text;
	*ret = a;
	return true;
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* One group of an IPv6 address at *text, or a trailing IPv4 one; the number of groups, 0 if
 * neither. */
static unsigned group(const char **text, unsigned filled, uint32_t out[2])
{
	const char *p = *text, *end;
	unsigned n = 0, digits = 0;
	address v4;

	for (; hex_digit(*p) >= 0 && digits < 5; p++, digits++)
		n = n << 4 | (unsigned)hex_digit(*p);
	if (*p == '.' && filled <= 6 && parse_v4(*text, &end, &v4)) {
		out[0] = (uint32_t)(v4 >> 16) & 0xffff;
		out[1] = (uint32_t)v4 & 0xffff;
		*text = end;
		return 2;
	}
	if (digits == 0 || digits > 4)
		return 0;
	out[0] = n;
	*text = p;
	return 1;
}

static bool parse_v6(const char *text, const char **end, address *ret)
{
	uint32_t groups[8] = {0}, some[2];
	unsigned filled = 0, gap = 9, count;
	address a = 0;

	if (text[0] == ':' && text[1] == ':') {
		gap = 0;
		text += 2;
	}
	while (filled < 8 && (hex_digit(*text) >= 0)) {
		count = group(&text, filled, some);
		if (count == 0)
			return false;
		groups[filled++] = some[0];
		if (count == 2)
			groups[filled++] = some[1];
		if (count == 2 || *text != ':')
			break;
		if (text[1] == ':') {
			if (gap != 9)
				return false;
			gap = filled;
			text += 2;
		} else if (filled < 8) {
			text++;
			if (hex_digit(*text) < 0)
				return false;
		}
	}
	if (gap == 9 ? filled != 8 : filled >= 8)
		return false;
	for (unsigned i = 0; i < 8; i++) {
		unsigned missing = 8 - filled;
		uint32_t g = gap == 9 || i < gap ? groups[i]
			     : i < gap + missing ? 0
						 : groups[i - missing];

		a = a << 16 | g;
	}
	*end = text;
	*ret = a;
	return true;
}

static bool parse_prefix(const char *text, struct prefix *ret)
{
	const char *p;
	unsigned bits = 0, digits = 0;

	if (parse_v4(text, &p, &ret->base) && *p == '/')
		ret->width = 32;
	else if (strchr(text, ':') && parse_v6(text, &p, &ret->base) && *p == '/')
		ret->width = 128;
	else
		return false;
	for (p++; *p >= '0' && *p <= '9'; p++, digits++)
		bits = FP_MIN(bits * 10 + (unsigned)(*p - '0'), 1000u);
	if (digits == 0 || *p != '\0' || bits > ret->width)
		return false;
	ret->bits = bits;
	ret->base &= mask_of(bits, ret->width);
	return true;
}

static const char not_a_prefix[] = "invalid CIDR expression: invalid CIDR address: %s";

static bool prefix_arg(struct call *c, struct prefix *ret)
{
	if (parse_prefix(c->args[0]->text, ret)) {
		if (ret->width == 32 || ret->base >> 32 != 0xffff)
			return true;
		call_unsupported(c, "a prefix of IPv4 addresses mapped into IPv6");
		return false;
	}
	call_fail(c, not_a_prefix, c->args[0]->text);
	return false;
}

static const char *v6_text(struct arena *a, address v)
{
	unsigned best = 8, best_count = 1, run;
	const char *text = "";

	for (unsigned i = 0; i < 8; i += run ? run : 1) {
		for (run = 0; i + run < 8 && ((v >> (16 * (7 - i - run))) & 0xffff) == 0;)
			run++;
		if (run > best_count) {
			best = i;
			best_count = run;
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i == best) {
			text = arena_printf(a, "%s::", text);
			i += best_count - 1;
			continue;
		}
		text = arena_printf(a, "%s%s%x", text,
				    i > 0 && text[strlen(text) - 1] != ':' ? ":" : "",
				    (unsigned)(v >> (16 * (7 - i))) & 0xffff);
	}
	return text;
}

static const char *address_text(struct arena *a, address v, unsigned width)
{
	uint32_t low = (uint32_t)v;

	if (width == 32 || v >> 32 == 0xffff)
		return arena_printf(a, "%u.%u.%u.%u", low >> 24, low >> 16 & 255, low >> 8 & 255,
				    low & 255);
	return v6_text(a, v);
}

static const struct value *prefix_value(struct call *c, address v, unsigned bits, unsigned width)
{
	if (width == 128 && v >> 32 == 0xffff)
		return call_unsupported(c, "a prefix of IPv4 addresses mapped into IPv6");
	return value_string(
		c->arena, arena_printf(c->arena, "%s/%u", address_text(c->arena, v, width), bits));
}

/* A whole number of up to 128 bits; false after a fault. */
static bool big_arg(struct call *c, size_t i, bool *ret_negative, address *ret)
{
	const struct number *n = c->args[i]->number;
	address v = 0;
	mpz_t z;

	if (!number_is_int(n)) {
		call_fail_arg(c, i, "value must be a whole number");
		return false;
	}
	if (!mpfr_zero_p(n->m) && mpfr_get_exp(n->m) > 127) {
		call_unsupported(c, "a number of more than 127 bits");
		return false;
	}
	mpz_init(z);
	(void)mpfr_get_z(z, n->m, MPFR_RNDN);
	*ret_negative = mpz_sgn(z) < 0;
	mpz_abs(z, z);
	for (int limb = 1; limb >= 0; limb--)
		v = v << 64 | (limb < (int)mpz_size(z) ? mpz_getlimbn(z, limb) : 0);
	mpz_clear(z);
	*ret = v;
	return true;
}

static const struct value *run_cidrhost(struct call *c)
{
	struct prefix p;
	address number, max;
	bool negative;

	if (!prefix_arg(c, &p) || !big_arg(c, 1, &negative, &number))
		return NULL;
	max = ~mask_of(p.bits, p.width) & mask_of(p.width, p.width);
	if (number > max + (negative && max != ~(address)0 ? 1 : 0))
		return call_fail(c, "prefix of %u does not accommodate a host numbered %s%" PRIu64,
				 p.bits, negative ? "-" : "", (uint64_t)number);
	if (negative)
		number = max - (number - 1);
	return value_string(c->arena, address_text(c->arena, p.base | number, p.width));
}

static const struct value *run_cidrnetmask(struct call *c)
{
	struct prefix p;

	if (!prefix_arg(c, &p))
		return NULL;
	if (p.width != 32)
		return call_fail(c, "IPv6 addresses cannot have a netmask: %s", c->args[0]->text);
	return value_string(c->arena, address_text(c->arena, mask_of(p.bits, 32), 32));
}

static const struct value *run_cidrsubnet(struct call *c)
{
	struct prefix p;
	int64_t bits;
	address number;
	bool negative;

	if (!prefix_arg(c, &p) || !call_int(c, 1, &bits) || !big_arg(c, 2, &negative, &number))
		return NULL;
	if (negative || bits < 0)
		return call_unsupported(c, "a negative number");
	if (bits > p.width || p.bits + (unsigned)bits > p.width)
		return call_fail(c, "insufficient address space to extend prefix of %u by %" PRId64,
				 p.bits, bits);
	if (bits < 128 && number >> bits != 0)
		return call_fail(c,
				 "prefix extension of %" PRId64
				 " does not accommodate a subnet numbered %" PRIu64,
				 bits, (uint64_t)number);
	if (p.width > p.bits + bits)
		number <<= p.width - p.bits - bits;
	return prefix_value(c, p.base | number, p.bits + (unsigned)bits, p.width);
}

static const struct value *run_cidrsubnets(struct call *c)
{
	const struct value **items = arena_array(c->arena, c->count, sizeof(*items));
	address at, last;
	struct prefix p;
	bool full = false;

	if (!prefix_arg(c, &p)) {
		c->fault_arg = c->severity == DIAG_ERROR ? 0 : c->fault_arg; /* unlike the others */
		return NULL;
	}
	at = p.base;
	last = p.base | (~mask_of(p.bits, p.width) & mask_of(p.width, p.width));
	for (size_t i = 1; i < c->count; i++) {
		unsigned bits;
		address size;
		int64_t more;

		if (!call_int(c, i, &more))
			return NULL;
		if (more < 1)
			return call_fail_arg(c, i, "must extend prefix by at least one bit");
		if (more > 32)
			return call_fail_arg(c, i, "may not extend prefix by more than 32 bits");
		bits = p.bits + (unsigned)more;
		if (bits > p.width)
			return call_fail_arg(c, i,
					     "would extend prefix to %u bits, which is too long "
					     "for an %s address",
					     bits, p.width == 32 ? "IPv4" : "IPv6");
		size = (address)1 << (p.width - bits);
		if (!full && (at & (size - 1)) != 0) {
			address up = (at | (size - 1)) + 1;

			full = up > last || up == 0;
			at = up;
		}
		if (full || at > last)
			return call_fail_arg(
				c, i,
				"not enough remaining address space for a subnet with a "
				"prefix of %u bits",
				bits);
		items[i - 1] = prefix_value(c, at, bits, p.width);
		if (!items[i - 1])
			return NULL;
		full = last - at < size;
		at += size;
	}
	return value_list(c->arena, &type_string, items, c->count - 1);
}

static const struct type list_of_string = {.kind = TYPE_LIST, .element = &type_string};

#define PREFIX_PARAM                      \
	{                                 \
		"prefix", &type_string, 0 \
	}
#define NUMBER(name)                  \
	{                             \
		name, &type_number, 0 \
	}

const struct function func_net[] = {
	{.name = "cidrhost",
	 .params = {PREFIX_PARAM, NUMBER("hostnum")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_cidrhost},
	{.name = "cidrnetmask",
	 .params = {PREFIX_PARAM},
	 .count = 1,
	 .returns = &type_string,
	 .run = run_cidrnetmask},
	{.name = "cidrsubnet",
	 .params = {PREFIX_PARAM, NUMBER("newbits"), NUMBER("netnum")},
	 .count = 3,
	 .returns = &type_string,
	 .run = run_cidrsubnet},
	{.name = "cidrsubnets",
	 .params = {PREFIX_PARAM},
	 .count = 1,
	 .variadic = true,
	 .rest = NUMBER("newbits"),
	 .returns = &list_of_string,
	 .run = run_cidrsubnets},
	{.name = NULL},
};
