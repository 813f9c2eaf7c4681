#!/bin/bash
# Every command and option in the tables is in fixproof(1), every key of a case in fixproof-case(5), and
# the pages are sound.  Needs a build: `make lint` makes one.
set -u
cd "$(dirname "$0")/../.."
bad=0
say() {
	echo "$1"
	bad=1
}
fixproof=build/release/fixproof
[ -x "$fixproof" ] || { echo "$fixproof: is not built"; exit 1; }
for page in runner/man/*.[1-8]; do
	mandoc -Tlint -W warning "$page" || say "$page: mandoc finds fault with it"
done
page=runner/man/fixproof.1
for command in $("$fixproof" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	grep -q "^\.It Ic $command\b" $page || say "$page: the command $command is missing"
	text=$(sed -n "/^\.It Ic $command\b/,/^\.It Ic /p" $page)
	for option in $("$fixproof" "$command" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
		grep -q -- "Fl -$option\b" <<<"$text" || say "$page: $command --$option is missing"
	done
	"$fixproof" "$command" --help | awk -v c="$command" 'length > 80 {print c " --help: more than 80 columns: " $0; bad = 1} END {exit bad}' || bad=1
done
for key in $(jq -r '.properties | keys[]' runner/man/case.schema.json); do
	grep -q "^\.It Li $key\b" runner/man/fixproof-case.5 || say "runner/man/fixproof-case.5: the key $key is missing"
done
for key in $(sed -n '/static const char \*const keys\[\] = {$/,/NULL/p' runner/attest/trust.c | grep -o '"[a-z_0-9]*"' | tr -d '"'); do
	grep -q "^\.It Li $key\b" runner/man/fixproof-trust.5 || say "runner/man/fixproof-trust.5: the key $key is missing"
done
exit $bad
