#!/bin/bash
# The built-in policies: each passes and refuses what its own tests say, and brings enough of them.
. tests/e2e/lib.sh
plan 22
tap=$("$fixproof" policy test)
is "the built-in set does what its tests say" "$? $(grep -c '^not ok' <<<"$tap")" "0 0"
thin=$("$fixproof" policy list | while read -r id _; do
	shown=$("$fixproof" policy show "$id")
	[ "$(grep -c '^    expect: pass$' <<<"$shown")" -ge 2 ] && [ "$(grep -c '^    expect: fail$' <<<"$shown")" -ge 2 ] || echo "$id"
done)
is "each passes twice and fails twice at least" "$thin" ""

is "docs/policies.md is current" "$("$fixproof" policy list --format markdown | diff - "$source_dir/docs/policies.md" | head -5)" ""
catalogues=$(for f in "$source_dir"/policies/catalogues/*.yaml; do
	word() { sed -n "s/^$1: \"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$f"; }
	printf '| %s | %s | %s | %s | %s |\n' "$(word standard)" "$(word version)" \
		"$(sed '1,/^ids:/d; /^\]/,$d' "$f" | grep -o '"[^"]*"' | wc -l)" \
		"$(word complete | sed 's/true/yes/; s/false/no/')" "$(word source)"
done)
is "docs/standards.md tells every catalogue" "$(diff <(echo "$catalogues") <(grep '^| [A-Z].* | \(yes\|no\) | ' "$source_dir/docs/standards.md") | head -5)" ""
is "there are enough of them for each cloud" \
	"$("$fixproof" policy list | awk '{ split($1, part, "-"); n[part[2]]++ } END { print (n["aws"] >= 75), (n["gcp"] >= 15), (n["azure"] >= 12), (n["k8s"] >= 12) }')" "1 1 1 1"

mkdir "$work/p"
cat >"$work/p/own.yaml" <<'END'
metadata: {id: own, name: Own, subjects: [aws_kms_key]}
definition: {cond_type: attribute, attribute: enable_key_rotation, operator: is_true}
tests:
  - name: right
    expect: fail
    main: |
      resource "aws_kms_key" "k" {}
  - name: wrong
    expect: pass
    main: |
      resource "aws_kms_key" "k" {}
  - name: nobody there
    expect: fail
    main: |
      locals {}
  - name: no such address
    expect: fail
    resource: aws_kms_key.other
    files:
      main.tf: resource "aws_kms_key" "k" {}
  - name: no plan
    expect: fail
    main: |
      resource "aws_kms_key" "k" { colour = "red" }
END
"$fixproof" policy test --policies "$work/p" own >"$work/out" 2>&1
is "a test that differs refuses" "$?" 1
is "and says what differs" "$(grep -A1 '^not ok 2' "$work/out" | tail -1)" \
	"# aws_kms_key.k: fail, not pass: enable_key_rotation is false"
is "nothing judged, nothing there and no plan are no success" \
	"$(grep -o '^not ok [0-9]*' "$work/out" | tr '\n' ' ')" "not ok 2 not ok 3 not ok 4 not ok 5 "
is "an id that is not known" "$("$fixproof" policy test none 2>&1)" "fixproof: policy: no policy has the id none"
sed -i 's/expect: pass/expect: maybe/' "$work/p/own.yaml"
is "an expectation that is none" "$("$fixproof" policy test --policies "$work/p" own 2>&1 | sed 's/.*own.yaml/own.yaml/')" \
	'own.yaml:9:13: tests[1].expect: must be pass, fail or unknown, not "maybe"'

# What `check` says, and of a change.
mkdir "$work/old" "$work/new"
cat >"$work/new/main.tf" <<'END'
resource "aws_s3_bucket" "data" {
  bucket = "example-data"
}

resource "aws_kms_key" "k" {
  enable_key_rotation = true
}
END
sed 's/"k"/"l"/' "$work/new/main.tf" >"$work/old/main.tf"
"$fixproof" policy check --all --format json "$work/new" >"$work/all.json"
is "what fails refuses" "$?" 1
is "every judged resource is listed with its policy, rules, place, view and result" \
	"$(jq -c '.[] | select(.policy == "fp-aws-kms-rotation") | del(.reason)' "$work/all.json")" \
	'{"address":"aws_kms_key.k","category":"security","end_line":7,"file":"main.tf","line":5,"policy":"fp-aws-kms-rotation","result":"pass","rules":["CKV_AWS_7","AVD-AWS-0065"],"severity":"medium","view":"plan"}'
is "a view that is not the plan is named" \
	"$(jq -r '.[] | select(.policy == "fp-aws-s3-pab") | .result' "$work/all.json")" "fail"
"$fixproof" policy check --format sarif "$work/new" >"$work/one.sarif"
is "SARIF has its version, and every result a location and a fingerprint" \
	"$(jq -c '[.version, (.runs[0].results | length > 0 and all((.locations | length > 0) and (.partialFingerprints | length > 0)))]' "$work/one.sarif")" '["2.1.0",true]'
mkdir "$work/hostile"
printf 'resource "aws_kms_key" "k" {\n  for_each    = toset(["[x](https://example.com)", "\\u202e"])\n  description = each.key\n}\n' >"$work/hostile/main.tf"
"$fixproof" policy check --format sarif "$work/hostile" >"$work/hostile.sarif"
is "a name is no link in a message of SARIF, and no character of it is hidden" \
	"$(jq -r '[.runs[0].results[] | select(.ruleId == "fp-aws-kms-rotation") | .message.text | split(":")[0:2] | join(":")] | join(" ")' "$work/hostile.sarif")" \
	'aws_kms_key.k["[x\](https://example.com)"] aws_kms_key.k["\u{202e}"]: KMS keys rotate'
sed -i '1i # moved down\n' "$work/new/main.tf"
"$fixproof" policy check --format sarif "$work/new" >"$work/two.sarif"
is "a line that moves keeps its fingerprint" \
	"$(jq -c '[.runs[0].results[].partialFingerprints]' "$work/one.sarif")" "$(jq -c '[.runs[0].results[].partialFingerprints]' "$work/two.sarif")"
is "only what fails has a level" \
	"$(jq -c '[.runs[0].results[] | select(.kind != "fail") | .level] | unique' "$work/one.sarif")" '["none"]'
is "a change is judged by its own policies" \
	"$("$fixproof" policy check --before "$work/old" "$work/new" | grep fp-aws-kms-not-destroyed)" \
	"fail    fp-aws-kms-not-destroyed main.tf:5: aws_kms_key.l: the change destroys it (change)"
is "without a before it is not" "$("$fixproof" policy check --all "$work/new" | grep -c fp-aws-kms-not-destroyed)" 0
is "SARIF is for findings" "$("$fixproof" policy list --format sarif 2>&1)" \
	'fixproof: policy: SARIF tells findings: it is for "check"'
is "the table is for the list" "$("$fixproof" policy check --format markdown "$work/new" 2>&1)" \
	'fixproof: policy: a table in Markdown is for "list"'
mkdir "$work/broken"
echo 'resource "aws_s3_bucket" {' >"$work/broken/main.tf"
"$fixproof" policy check "$work/broken" >/dev/null 2>&1
is "what cannot be planned is inconclusive" "$?" 3
finish
