#!/bin/bash
# The corpus of every fuzz target, run through it once.
. tests/e2e/lib.sh
targets=("$build"/tests/replay_fuzz_*)
plan ${#targets[@]}
for t in "${targets[@]}"; do
	name=${t##*/replay_}
	files=(tests/fuzz/corpus/"$name"/*)
	if [ ! -e "${files[0]}" ]; then
		result 1 "$name: its corpus is empty"
		continue
	fi
	ok "$name: ${#files[@]} files" "$t" "${files[@]}"
done
finish
