#!/bin/bash
# The labelled resources: the second figures hold, policy by policy, and the page tells them.
. tests/e2e/lib.sh
command -v python3 >/dev/null || skip_all "python3 is missing"
plan 5
labelled=$source_dir/tests/labelled
is "every policy that is as old as they are has two labels at least" \
	"$("$fixproof" policy list | awk '{ print $1 }' | grep -vxF -f "$labelled/unlabelled" | while read -r id; do
		[ "$(cut -f2 "$labelled/labels.tsv" | grep -cx "$id")" -ge 2 ] || echo "$id"
	done)" ""
is "every label is of a policy that there is" \
	"$(grep -v '^#' "$labelled/labels.tsv" | cut -f2 | sort -u | grep -vxF -f <("$fixproof" policy list | awk '{ print $1 }'))" ""
"$labelled/measure" "$fixproof" >"$work/figures"
is "the figures are those that were written down" "$(diff "$labelled/second.tsv" "$work/figures" | head -5)" ""
is "there are three hundred and more" \
	"$(awk -F '\t' '$1 == "all" { print ($2 + $3 + $4 + $5 + $6 + $7 + $8 + $9 > 300) }' "$work/figures")" 1
mkdir "$work/tree" "$work/tree/tests" "$work/tree/docs"
cp -r "$labelled" "$work/tree/tests/labelled" && "$work/tree/tests/labelled/page"
is "docs/labelled.md is current" "$(diff "$work/tree/docs/labelled.md" "$source_dir/docs/labelled.md" | head -5)" ""
