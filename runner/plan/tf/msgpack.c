#include "runner/plan/tf/msgpack.h"

#include <string.h>

/* --- reading -------------------------------------------------------------------------------- */

static uint64_t take_uint(struct msgpack_reader *r, size_t bytes)
{
	uint64_t value = 0;

	if ((size_t)(r->end - r->at) < bytes) {
		r->bad = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | *r->at++;
	return value;
}

static void take_data(struct msgpack_reader *r, struct msgpack_token *t, enum msgpack_kind kind,
		      uint64_t size)
{
	if (size > (uint64_t)(r->end - r->at)) {
		r->bad = true;
		return;
	}
	t->kind = kind;
	t->data = r->at;
	t->size = (size_t)size;
	r->at += size;
}

/* Each element takes a byte at least, so no count can be larger than what is left. */
static void take_count(struct msgpack_reader *r, struct msgpack_token *t, enum msgpack_kind kind,
		       uint64_t count)
{
	uint64_t least = kind == MSGPACK_MAP ? 2 : 1;

	if (count > (uint64_t)(r->end - r->at) / least)
		r->bad = true;
	t->kind = kind;
	t->size = (size_t)count;
}

static void take_extension(struct msgpack_reader *r, struct msgpack_token *t, uint64_t size)
{
	t->extension = (int8_t)take_uint(r, 1);
	take_data(r, t, MSGPACK_EXTENSION, size);
}

static void take_signed(struct msgpack_token *t, int64_t value)
{
	t->kind = value < 0 ? MSGPACK_INT : MSGPACK_UINT;
	t->sint = value;
	t->uint = value < 0 ? 0 : (uint64_t)value;
}

static void take_double(struct msgpack_reader *r, struct msgpack_token *t, size_t bytes)
{
	uint64_t bits = take_uint(r, bytes);
	uint32_t low = (uint32_t)bits;
	float single;

	t->kind = MSGPACK_DOUBLE;
	if (bytes == 8) {
		memcpy(&t->number, &bits, sizeof(bits));
		return;
	}
	memcpy(&single, &low, sizeof(low));
	t->number = (double)single;
}

static void take_wide(struct msgpack_reader *r, struct msgpack_token *t, uint8_t lead)
{
	static const uint8_t widths[] = {1, 2, 4, 8};

	if (lead >= 0xc4 && lead <= 0xc6)
		take_data(r, t, MSGPACK_BINARY, take_uint(r, widths[lead - 0xc4]));
	else if (lead >= 0xc7 && lead <= 0xc9)
		take_extension(r, t, take_uint(r, widths[lead - 0xc7]));
	else if (lead == 0xca || lead == 0xcb)
		take_double(r, t, lead == 0xca ? 4 : 8);
	else if (lead >= 0xcc && lead <= 0xcf) {
		t->kind = MSGPACK_UINT;
		t->uint = take_uint(r, widths[lead - 0xcc]);
	} else if (lead == 0xd0)
		take_signed(t, (int8_t)take_uint(r, 1));
	else if (lead == 0xd1)
		take_signed(t, (int16_t)take_uint(r, 2));
	else if (lead == 0xd2)
		take_signed(t, (int32_t)take_uint(r, 4));
	else if (lead == 0xd3)
		take_signed(t, (int64_t)take_uint(r, 8));
	else if (lead >= 0xd4 && lead <= 0xd8)
		take_extension(r, t, (uint64_t)1 << (lead - 0xd4));
	else if (lead >= 0xd9 && lead <= 0xdb)
		take_data(r, t, MSGPACK_STRING, take_uint(r, widths[lead - 0xd9]));
	else if (lead == 0xdc || lead == 0xdd)
		take_count(r, t, MSGPACK_ARRAY, take_uint(r, lead == 0xdc ? 2 : 4));
	else if (lead == 0xde || lead == 0xdf)
		take_count(r, t, MSGPACK_MAP, take_uint(r, lead == 0xde ? 2 : 4));
	else
		r->bad = true;
}

bool msgpack_next(struct msgpack_reader *r, struct msgpack_token *ret_token)
{
	struct msgpack_token t = {.kind = MSGPACK_NIL};
	uint8_t lead;

	if (r->bad || r->at == r->end) {
		r->bad = true;
		return false;
	}
	lead = *r->at++;
	if (lead < 0x80 || lead >= 0xe0)
		take_signed(&t, (int8_t)lead);
	else if (lead < 0x90)
		take_count(r, &t, MSGPACK_MAP, lead & 0x0f);
	else if (lead < 0xa0)
		take_count(r, &t, MSGPACK_ARRAY, lead & 0x0f);
	else if (lead < 0xc0)
		take_data(r, &t, MSGPACK_STRING, lead & 0x1f);
	else if (lead == 0xc2 || lead == 0xc3) {
		t.kind = MSGPACK_BOOL;
		t.boolean = lead == 0xc3;
	} else if (lead != 0xc0)
		take_wide(r, &t, lead);
	*ret_token = t;
	return !r->bad;
}

/* --- writing -------------------------------------------------------------------------------- */

static void add_uint(struct buf *out, uint8_t lead, uint64_t value, size_t bytes)
{
	buf_addch(out, (char)lead);
	while (bytes-- > 0)
		buf_addch(out, (char)(value >> (8 * bytes)));
}

void msgpack_add_nil(struct buf *out)
{
	buf_addch(out, (char)0xc0);
}

void msgpack_add_bool(struct buf *out, bool value)
{
	buf_addch(out, (char)(value ? 0xc3 : 0xc2));
}

void msgpack_add_int(struct buf *out, int64_t value)
{
	uint64_t bits = (uint64_t)value;

	if (value >= -32 && value <= 127)
		buf_addch(out, (char)value);
	else if (value >= 0)
		add_uint(out,
			 value <= 0xff	       ? 0xcc
			 : value <= 0xffff     ? 0xcd
			 : value <= 0xffffffff ? 0xce
					       : 0xcf,
			 bits,
			 value <= 0xff	       ? 1
			 : value <= 0xffff     ? 2
			 : value <= 0xffffffff ? 4
					       : 8);
	else
		add_uint(out,
			 value >= INT8_MIN    ? 0xd0
			 : value >= INT16_MIN ? 0xd1
			 : value >= INT32_MIN ? 0xd2
					      : 0xd3,
			 bits,
			 value >= INT8_MIN    ? 1
			 : value >= INT16_MIN ? 2
			 : value >= INT32_MIN ? 4
					      : 8);
}

void msgpack_add_double(struct buf *out, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	add_uint(out, 0xcb, bits, 8);
}

/* Sizes in one, two or four bytes after lead, lead + 1, lead + 2. */
static void add_size(struct buf *out, uint8_t lead, size_t size)
{
	if (size <= 0xff)
		add_uint(out, lead, size, 1);
	else if (size <= 0xffff)
		add_uint(out, (uint8_t)(lead + 1), size, 2);
	else
		add_uint(out, (uint8_t)(lead + 2), size, 4);
}

void msgpack_add_string(struct buf *out, const char *text, size_t size)
{
	if (size < 32)
		buf_addch(out, (char)(0xa0 | size));
	else
		add_size(out, 0xd9, size);
	buf_add(out, text, size);
}

void msgpack_add_binary(struct buf *out, const void *data, size_t size)
{
	add_size(out, 0xc4, size);
	buf_add(out, data, size);
}

void msgpack_add_array(struct buf *out, size_t count)
{
	if (count < 16)
		buf_addch(out, (char)(0x90 | count));
	else
		add_uint(out, count <= 0xffff ? 0xdc : 0xdd, count, count <= 0xffff ? 2 : 4);
}

void msgpack_add_map(struct buf *out, size_t count)
{
	if (count < 16)
		buf_addch(out, (char)(0x80 | count));
	else
		add_uint(out, count <= 0xffff ? 0xde : 0xdf, count, count <= 0xffff ? 2 : 4);
}

void msgpack_add_extension(struct buf *out, int8_t type, const void *data, size_t size)
{
	static const uint8_t fixed[] = {1, 2, 4, 8, 16};
	bool written = false;

	for (size_t i = 0; i < FP_ARRAY_SIZE(fixed) && !written; i++)
		if (size == fixed[i]) {
			buf_addch(out, (char)(0xd4 + i));
			written = true;
		}
	if (!written)
		add_size(out, 0xc7, size);
	buf_addch(out, (char)type);
	buf_add(out, data, size);
}
