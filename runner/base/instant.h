/* Instants as seconds since 1970 (UTC, no leap seconds), and as RFC 3339 writes them. */
#ifndef RUNNER_BASE_INSTANT_H
#define RUNNER_BASE_INSTANT_H

#include "runner/base/base.h"

#define INSTANT_SIZE 21 /* "2026-01-02T03:04:05Z" and its NUL */

/*
 * "2026-01-02T03:04:05Z"; a day alone, "2026-01-02", is its first second, or its last one if
 * day_end.  Years 1970 to 9999; false for everything else, days that no month has included.
 */
bool instant_parse(const char *text, bool day_end, int64_t *ret_seconds);

/* What is outside of 1970 to 9999 is written as the nearest that is inside. */
void instant_format(int64_t seconds, char text[static INSTANT_SIZE]);

int64_t instant_now(void);

#endif
