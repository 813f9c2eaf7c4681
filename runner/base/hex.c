#include "runner/base/hex.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_encode(char *text, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	text[2 * size] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool hex_decode(uint8_t *data, size_t size, const char *text)
{
	if (strlen(text) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		data[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void base64_encode(struct buf *out, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size >= 3) {
		char quad[4] = {alphabet[p[0] >> 2], alphabet[(p[0] & 3) << 4 | p[1] >> 4],
				alphabet[(p[1] & 15) << 2 | p[2] >> 6], alphabet[p[2] & 63]};

		buf_add(out, quad, sizeof(quad));
		p += 3;
		size -= 3;
	}
	if (size == 1) {
		char quad[4] = {alphabet[p[0] >> 2], alphabet[(p[0] & 3) << 4], '=', '='};

		buf_add(out, quad, sizeof(quad));
	} else if (size == 2) {
		char quad[4] = {alphabet[p[0] >> 2], alphabet[(p[0] & 3) << 4 | p[1] >> 4],
				alphabet[(p[1] & 15) << 2], '='};

		buf_add(out, quad, sizeof(quad));
	}
}

static int base64_value(char c, bool urlsafe)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || (urlsafe && c == '-'))
		return 62;
	if (c == '/' || (urlsafe && c == '_'))
		return 63;
	return -1;
}

bool base64_decode(struct buf *out, const char *text, size_t size, bool urlsafe)
{
	uint32_t bits = 0;
	unsigned int have = 0;
	size_t padding = 0;

	while (padding < 2 && size > padding && text[size - padding - 1] == '=')
		padding++;
	if (size % 4 != 0 && (!urlsafe || padding > 0 || size % 4 == 1))
		return false;
	for (size_t i = 0; i < size - padding; i++) {
		int value = base64_value(text[i], urlsafe);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addch(out, (char)(bits >> have & 0xff));
		}
	}
	return (bits & ((1u << have) - 1)) == 0;
}
