#!/bin/bash
# The built-in policies: each passes and refuses what its own tests say, and brings enough of them.
. tests/e2e/lib.sh
plan 7
tap=$("$fixproof" policy test)
is "the built-in set does what its tests say" "$? $(grep -c '^not ok' <<<"$tap")" "0 0"
thin=$("$fixproof" policy list | while read -r id _; do
	shown=$("$fixproof" policy show "$id")
	[ "$(grep -c '^    expect: pass$' <<<"$shown")" -ge 2 ] && [ "$(grep -c '^    expect: fail$' <<<"$shown")" -ge 2 ] || echo "$id"
done)
is "each passes twice and fails twice at least" "$thin" ""

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
finish
