#include "runner/plan/tf/pb.h"

#include <string.h>

enum wire {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5,
};

struct pb_reader pb_reader_of(const void *data, size_t size)
{
	const uint8_t *bytes = data;

	return (struct pb_reader){bytes, bytes ? bytes + size : NULL, false};
}

static uint64_t take_varint(struct pb_reader *r)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		uint8_t byte = *r->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	r->bad = true;
	return 0;
}

static uint64_t take_fixed(struct pb_reader *r, size_t bytes)
{
	uint64_t value = 0;

	if ((size_t)(r->end - r->at) < bytes) {
		r->bad = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)*r->at++ << (8 * i);
	return value;
}

bool pb_next(struct pb_reader *r, struct pb_field *ret_field)
{
	struct pb_field f = {.number = 0};
	uint64_t tag;

	if (r->bad || r->at == r->end)
		return false;
	tag = take_varint(r);
	f.number = (uint32_t)(tag >> 3);
	if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		r->bad = true;
	switch (tag & 7) {
	case WIRE_VARINT:
		f.value = take_varint(r);
		break;
	case WIRE_FIXED64:
		f.value = take_fixed(r, 8);
		break;
	case WIRE_FIXED32:
		f.value = take_fixed(r, 4);
		break;
	case WIRE_BYTES:
		f.value = take_varint(r);
		f.is_bytes = true;
		if (r->bad || f.value > (uint64_t)(r->end - r->at)) {
			r->bad = true;
			break;
		}
		f.data = r->at;
		f.size = (size_t)f.value;
		r->at += f.size;
		break;
	default:
		r->bad = true;
	}
	*ret_field = f;
	return !r->bad;
}

struct pb_reader pb_message(const struct pb_field *f)
{
	struct pb_reader r = pb_reader_of(f->data, f->size);

	r.bad = !f->is_bytes;
	return r;
}

static void add_varint(struct buf *out, uint64_t value)
{
	while (value >= 0x80) {
		buf_addch(out, (char)(value | 0x80));
		value >>= 7;
	}
	buf_addch(out, (char)value);
}

void pb_add_uint(struct buf *out, uint32_t number, uint64_t value)
{
	if (value == 0)
		return;
	add_varint(out, (uint64_t)number << 3 | WIRE_VARINT);
	add_varint(out, value);
}

static void add_block(struct buf *out, uint32_t number, const void *data, size_t size)
{
	add_varint(out, (uint64_t)number << 3 | WIRE_BYTES);
	add_varint(out, size);
	if (size)
		buf_add(out, data, size);
}

void pb_add_bytes(struct buf *out, uint32_t number, const void *data, size_t size)
{
	if (size)
		add_block(out, number, data, size);
}

void pb_add_text(struct buf *out, uint32_t number, const char *text)
{
	pb_add_bytes(out, number, text, strlen(text));
}

void pb_add_message(struct buf *out, uint32_t number, const struct buf *message)
{
	/* What did not fit into the message does not fit here either. */
	out->overflow |= message->overflow;
	add_block(out, number, message->data, message->size);
}
