#!/bin/bash
# Several proposals for one finding: which come to the same plan, and where the others differ.
. tests/e2e/lib.sh
cd "$work" || exit 1
propose() { # NAME MODEL SED-SCRIPT: the example's fix, otherwise written
	rm -rf "$1" && cp -r "$source_dir/examples/s3-encryption" "$1"
	sed -i "s/^id: .*/id: $1/; s/model: .*/model: $2/" "$1/case.yaml"
	[ -z "$3" ] || sed -i "$3" "$1/fix.patch"
	"$fixproof" run --unsigned --force --output out "$1" >/dev/null 2>&1
}
say() { "$fixproof" consensus "$@" 2>&1; }
propose one a ''
propose two b 's/description             = "Objects of the data lake"/description = "Objects of the ${"data"} lake"/'
propose three c 's/bucket_key_enabled = true/bucket_key_enabled = false/'
propose four d 's/deletion_window_in_days = 30/deletion_window_in_days = 7 /'
propose broken e 's/+resource "aws_kms_key"/+resorce "aws_kms_key"/'
plan 13
ends "all agree" 0 "" "$fixproof" consensus out/one.fixproof out/two.fixproof
is "it says so" "$(say out/one.fixproof out/two.fixproof | sed 's/sha256:.*/P/')" "2 proposals for CKV_AWS_145 on aws_s3_bucket.lake, as their bundles say; \`fixproof verify\` checks those
2 make the plan P
  out/one.fixproof (fix-bot, a): verified
  out/two.fixproof (fix-bot, b): verified"
ends "one differs" 1 "" "$fixproof" consensus out/three.fixproof out/one.fixproof out/two.fixproof
is "the largest group comes first, and the others say where they differ" "$(say out/three.fixproof out/one.fixproof out/four.fixproof out/two.fixproof | sed 's/sha256:.*/P/')" "4 proposals for CKV_AWS_145 on aws_s3_bucket.lake, as their bundles say; \`fixproof verify\` checks those
2 make the plan P
  out/one.fixproof (fix-bot, a): verified
  out/two.fixproof (fix-bot, b): verified
1 makes the plan P
  out/three.fixproof (fix-bot, c): verified
    aws_s3_bucket_server_side_encryption_configuration.lake[\"curated\"]: differs in rule
    aws_s3_bucket_server_side_encryption_configuration.lake[\"raw\"]: differs in rule
1 makes the plan P
  out/four.fixproof (fix-bot, d): verified
    aws_kms_key.lake: differs in deletion_window_in_days"
is "the same as JSON" "$("$fixproof" consensus --format json out/three.fixproof out/one.fixproof out/two.fixproof | jq -c '[.agree, .proposals, [.groups[].proposals | map(.case)], .groups[1].differences[0]]')" \
	'[2,3,[["one","two"],["three"]],"aws_s3_bucket_server_side_encryption_configuration.lake[\"curated\"]: differs in rule"]'
is "the plan is named as the bundle has it" "$("$fixproof" consensus --format json out/one.fixproof out/two.fixproof | jq -r '.groups[0].plan')" "$(sha256sum <out/one.fixproof/plans/first-change.json | cut -c1-64)"
ends "one that does not plan, and is refused" 1 "" "$fixproof" consensus out/one.fixproof out/broken.fixproof
is "which one" "$(say out/one.fixproof out/broken.fixproof | tail -2)" "1 could not be planned
  out/broken.fixproof (fix-bot, e): refused"
sed -i 's/^policies: .*/policies: [fp-none]/; s/^id: .*/id: open/; /^controls:/,/^fix:/{/^fix:/!d}' two/case.yaml
"$fixproof" run --unsigned --output out two >/dev/null 2>&1
ends "one that is open leaves it open" 3 "" "$fixproof" consensus out/one.fixproof out/open.fixproof
ends "one alone" 2 'fixproof: consensus: give two bundles or more' "$fixproof" consensus out/one.fixproof
cp -r "$source_dir/examples/s3-encryption" other && sed -i 's/^id: .*/id: other/' other/case.yaml && echo '# more' >>other/workspace/outputs.tf
"$fixproof" run --unsigned --output out other >/dev/null 2>&1
ends "another workspace" 4 'fixproof: consensus: out/other.fixproof: is about another workspace than out/one.fixproof' "$fixproof" consensus out/one.fixproof out/other.fixproof
rm -rf other && cp -r "$source_dir/examples/s3-encryption" other && sed -i 's/^id: .*/id: other/; s/CKV_AWS_145/CKV_AWS_19/' other/case.yaml
"$fixproof" run --unsigned --force --output out other >/dev/null 2>&1
ends "another finding" 4 'fixproof: consensus: out/other.fixproof: is about another finding than out/one.fixproof' "$fixproof" consensus out/one.fixproof out/other.fixproof
ends "no bundle" 4 'fixproof: consensus: gone: No such file or directory' "$fixproof" consensus gone out/one.fixproof
finish
