/* Extended grapheme clusters (UAX #29), which is how the language counts characters. */
#ifndef RUNNER_PLAN_HCL_GRAPHEME_H
#define RUNNER_PLAN_HCL_GRAPHEME_H

#include "runner/base/base.h"

/* Bytes of the first cluster of a text that is valid UTF-8; 0 only for an empty one. */
size_t grapheme_size(const char *text, size_t size);

size_t grapheme_count(const char *text, size_t size);

#endif
