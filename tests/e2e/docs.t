#!/bin/bash
# What the pages say is so: the example of fixproof-case(5), the schema, the commands of README.
. tests/e2e/lib.sh
/usr/bin/python3 -c 'import jsonschema, yaml' 2>/dev/null || skip_all "python3-jsonschema or python3-yaml is missing"
readme=$(sed -n '/^```sh$/,/^```$/p' README.md docs/*.md | grep -v '^```' | grep -c .)
plan $((readme + 4))
cd "$source_dir" || exit 1
mkdir -p "$work/man/workspace"
sed -n '/^\.Bd -literal$/,/^\.Ed$/p' runner/man/fixproof-case.5 | sed '1d;$d; s/\\e/\\/g' >"$work/man/case.yaml"
printf 'resource "aws_s3_bucket" "data" {\n  bucket = "data"\n}\n' >"$work/man/workspace/main.tf"
cat >"$work/man/fix.patch" <<'P'
--- a/main.tf
+++ b/main.tf
@@ -1,3 +1,12 @@
 resource "aws_s3_bucket" "data" {
   bucket = "data"
 }
+
+resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
+  bucket = aws_s3_bucket.data.id
+  rule {
+    apply_server_side_encryption_by_default {
+      sse_algorithm = "aws:kms"
+    }
+  }
+}
P
is "the example of fixproof-case(5) is verified" \
	"$("$fixproof" run --unsigned --output "$work/man-out" "$work/man" 2>&1 | head -1 | cut -c1-23)" "s3-encryption: VERIFIED"
validate() {
	/usr/bin/python3 - "$@" <<'P'
import json, sys, yaml, jsonschema
schema = json.load(open("runner/man/case.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
for path in sys.argv[1:]:
    jsonschema.validate(yaml.safe_load(open(path)), schema)
P
}
ok "the schema accepts the examples" validate "$work/man/case.yaml" examples/*/case.yaml
# What our reader refuses for its shape, the schema refuses too.
bad=0
while IFS= read -r line; do
	printf 'format: fixproof-case/1\nid: a\nworkspace: w\n%b\n' "$line" >"$work/bad.yaml"
	validate "$work/bad.yaml" 2>/dev/null && { bad=1; echo "# accepted: $line"; }
	mkdir -p "$work/bad/w" && cp "$work/bad.yaml" "$work/bad/case.yaml" && touch "$work/bad/f"
	"$fixproof" run --unsigned --output "$work/bad-out" "$work/bad" >/dev/null 2>&1
	[ $? -eq 4 ] || { bad=1; echo "# run: $line"; }
done <<'ROWS'
fix: {kind: magic}
fix: {kind: patch}
fix: {kind: patch, path: f, command: [x]}
fix: {kind: script, command: []}
fix: {kind: patch, path: ../f}
fix: {kind: patch, path: /f}
fix: {kind: patch, path: f}\nextra: 1
fix: {kind: patch, path: f}\npolicies: x
fix: {kind: patch, path: f}\nfinding: {resource: a.b}
fix: {kind: patch, path: f}\nauthor: {kind: ai, tool: t}
fix: {kind: patch, path: f}\nauthor: {kind: person}
fix: {kind: patch, path: f}\nwaivers: [{reason: r, owner: o, expires: 2027-01-01}]
fix: {kind: patch, path: f}\nreason: ""
ROWS
is "the schema and the reader refuse the same shapes" "$bad" 0
# Every command of README and docs runs, in order, in one directory; a status that is meant stands behind it.
cp -r examples "$work/" && mkdir -p "$work/build" && ln -s "$build" "$work/build/release"
cd "$work" || exit 1
mkdir repository && cp -r examples/s3-encryption/workspace repository/infra
PATH=$build:$PATH
export PATH
while IFS= read -r command; do
	[ -n "$command" ] || continue
	wanted=$(sed -n 's/.*# exit \([0-9]\)$/\1/p' <<<"$command")
	bash -c "$command" >"$work/output" 2>&1 </dev/null
	status=$?
	is "$command" "$status" "${wanted:-0}"
	[ "$status" = "${wanted:-0}" ] || sed 's/^/# /' "$work/output" | head -5
done < <(cd "$source_dir" && sed -n '/^```sh$/,/^```$/p' README.md docs/*.md | grep -v '^```')
is "no command of README was left out" "$(grep -c '^\$ ' "$source_dir/README.md")" 0
finish
