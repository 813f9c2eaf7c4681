/*
 * JSON as programs write it, read in one pass: what jansson gives, several times sooner.
 *
 * jansson stays the judge.  What this reader does not take (it is faulty, or rare) it leaves alone,
 * and the caller asks jansson, whose word on it is final; what it takes, jansson takes too, with
 * the same value.  tests/fuzz/fuzz_json_fast.c holds the one to the other.
 */
#ifndef RUNNER_BASE_JSON_FAST_H
#define RUNNER_BASE_JSON_FAST_H

#include <jansson.h>

/*
 * The value that data holds, or NULL where it is for jansson to say.  As JSON_REJECT_DUPLICATES and
 * JSON_DECODE_ANY: one value of any kind, white space around it, no key twice, no U+0000.
 */
json_t *json_fast(const char *data, size_t size);

#endif
