/*
 * MessagePack, as far as cty uses it: a cursor over tokens, and writers that choose the shortest
 * form, as the Go library does.  The first fault makes a reader bad for good.
 */
#ifndef RUNNER_PLAN_TF_MSGPACK_H
#define RUNNER_PLAN_TF_MSGPACK_H

#include "runner/base/base.h"
#include "runner/base/buf.h"

enum msgpack_kind {
	MSGPACK_NIL,
	MSGPACK_BOOL,
	MSGPACK_UINT,
	MSGPACK_INT, /* negative */
	MSGPACK_DOUBLE,
	MSGPACK_STRING,
	MSGPACK_BINARY,
	MSGPACK_ARRAY,
	MSGPACK_MAP,
	MSGPACK_EXTENSION,
};

struct msgpack_token {
	enum msgpack_kind kind;
	int8_t extension;
	bool boolean;
	uint64_t uint;
	int64_t sint;
	double number;
	const uint8_t *data; /* of strings, binaries and extensions: within the input */
	size_t size;	     /* of data; elements of an array, pairs of a map */
};

struct msgpack_reader {
	const uint8_t *at, *end;
	bool bad;
};

/* false at a fault; the elements of an array or map follow as tokens of their own. */
bool msgpack_next(struct msgpack_reader *r, struct msgpack_token *ret_token);

void msgpack_add_nil(struct buf *out);
void msgpack_add_bool(struct buf *out, bool value);
void msgpack_add_int(struct buf *out, int64_t value);
void msgpack_add_double(struct buf *out, double value);
void msgpack_add_string(struct buf *out, const char *text, size_t size);
void msgpack_add_binary(struct buf *out, const void *data, size_t size);
void msgpack_add_array(struct buf *out, size_t count);
void msgpack_add_map(struct buf *out, size_t count);
void msgpack_add_extension(struct buf *out, int8_t type, const void *data, size_t size);

#endif
