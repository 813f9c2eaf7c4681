#!/bin/bash
# Words that must not stand in the code: banned calls, leftovers.
set -u
cd "$(dirname "$0")/../.."
bad=0
look() { # REASON PATTERN
	local found
	found=$(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^runner/base/banned.h$' |
		xargs -r grep -nE -- "$2" | grep -v '^[^:]*:[0-9]*:\s*\*' | head -20)
	[ -z "$found" ] || {
		printf '%s\n' "$found" | sed "s/$/  <- $1/"
		bad=1
	}
}
look 'leave by FP_CLEANUP' '\bgoto [a-z_]+;'
look 'a reason and an owner, or nothing' '\b(TODO|FIXME|XXX)\b'
look 'use the calls that runner/base has' '\b(strcpy|strcat|sprintf|strncpy|strtok|atoi|gmtime|localtime|asctime|mktemp|popen)\('
exit $bad
