#!/bin/bash
# The same source in another directory gives the same bytes; `dist` is the committed tree.
. tests/e2e/lib.sh
plan 7
mkdir "$work/elsewhere"
git ls-files -z | xargs -0 cp --parents -t "$work/elsewhere" 2>/dev/null
(cd "$work/elsewhere" && make -s all >/dev/null 2>&1)
for f in fixproof fixproof-launcher fixproof-main fixproof-signer fixproof-worker packs/hashicorp-aws-5.100.0.pack; do
	is "$f is the same" "$(sha256sum <"$work/elsewhere/build/release/$f")" "$(sha256sum <"$build/$f")"
done
if [ -e .git ]; then
	make -s dist >/dev/null 2>&1
	is "dist holds the committed files" \
		"$(zstd -dc build/fixproof-*.tar.zst | tar -t | grep -v '/$' | sed 's,^[^/]*/,,' | LC_ALL=C sort | sha256sum)" \
		"$(git ls-tree -r --name-only HEAD | LC_ALL=C sort | sha256sum)"
else
	result 0 "dist needs a clone # SKIP this is no git clone"
fi
finish
