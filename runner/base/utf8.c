#include "runner/base/utf8.h"

#include <string.h>

/* The length of the sequence at p, or 0 when it is not valid. */
static size_t sequence(const uint8_t *p, size_t size, uint32_t *code)
{
	uint32_t c;
	size_t n;

	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || size < n)
		return 0;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return n;
}

size_t utf8_sequence(const char *text, size_t size)
{
	uint32_t code;

	return sequence((const uint8_t *)text, size, &code);
}

bool utf8_valid(const char *text, size_t size)
{
	const uint8_t *p = (const uint8_t *)text;

	while (size > 0) {
		uint32_t code;
		size_t n = sequence(p, size, &code);

		if (n == 0)
			return false;
		p += n;
		size -= n;
	}
	return true;
}

uint32_t utf8_decode(const char *text, size_t size, size_t *ret_size)
{
	uint32_t code = 0xfffd;
	size_t n = sequence((const uint8_t *)text, size, &code);

	*ret_size = n > 0 ? n : 1;
	return code;
}

void utf8_encode(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_addch(out, (char)c);
	} else if (c < 0x800) {
		buf_addch(out, (char)(0xc0 | c >> 6));
		buf_addch(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addch(out, (char)(0xe0 | c >> 12));
		buf_addch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addch(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addch(out, (char)(0xf0 | c >> 18));
		buf_addch(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addch(out, (char)(0x80 | (c & 0x3f)));
	}
}

static bool hidden(uint32_t c, bool keep_lines)
{
	if (keep_lines && (c == '\n' || c == '\t'))
		return false;
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

void utf8_add_visible(struct buf *out, const char *text, size_t size, bool keep_lines)
{
	const uint8_t *p = (const uint8_t *)text;

	while (size > 0) {
		uint32_t code;
		size_t n = sequence(p, size, &code);

		if (n == 0) {
			buf_addf(out, "\\x%02x", *p);
			n = 1;
		} else if (!hidden(code, keep_lines)) {
			buf_add(out, p, n);
		} else if (code < 0x80) {
			buf_addf(out, "\\x%02x", code);
		} else {
			buf_addf(out, "\\u{%x}", code);
		}
		p += n;
		size -= n;
	}
}
