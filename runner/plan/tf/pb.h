/* Protocol Buffers, version 3, as a cursor over fields and as writers.  Groups are refused. */
#ifndef RUNNER_PLAN_TF_PB_H
#define RUNNER_PLAN_TF_PB_H

#include "runner/base/base.h"
#include "runner/base/buf.h"

struct pb_reader {
	const uint8_t *at, *end;
	bool bad;
};

struct pb_field {
	uint32_t number;
	bool is_bytes;
	uint64_t value;	     /* of integers; fixed ones too */
	const uint8_t *data; /* of strings, bytes and messages: within the input */
	size_t size;
};

struct pb_reader pb_reader_of(const void *data, size_t size);
/* false at the end, and at a fault, which stays in r->bad. */
bool pb_next(struct pb_reader *r, struct pb_field *ret_field);

/* The reader of a field that is a message; bad when it is none. */
struct pb_reader pb_message(const struct pb_field *f);

/* As proto3 has it, a zero or empty value is not written. */
void pb_add_uint(struct buf *out, uint32_t number, uint64_t value);
void pb_add_text(struct buf *out, uint32_t number, const char *text);
void pb_add_bytes(struct buf *out, uint32_t number, const void *data, size_t size);
/* A message, which is written even when it is empty. */
void pb_add_message(struct buf *out, uint32_t number, const struct buf *message);

#endif
