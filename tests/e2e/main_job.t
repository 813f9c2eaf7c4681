#!/bin/bash
# The whole way of the two examples: from a case to a bundle that others can check.
. tests/e2e/lib.sh
plan 17
make_key k
cd "$work" || exit 1
"$fixproof" run --key k.key "$source_dir/examples/s3-encryption" "$source_dir/examples/sg-appends" >report 2>errors
is "one refused case makes the whole refused" $? 1
is "nothing goes to standard error" "$(cat errors)" ""
ok "the good fix is verified" grep -q '^s3-encryption: VERIFIED' report
ok "the appending script is refused by idempotent" grep -q 'refused by idempotent: the second application changes the tree: main.tf differs' report
ok "what the second application changed is shown" grep -q '^    +resource "aws_vpc_security_group_ingress_rule" "office" {' report
good=fixproof-out/s3-encryption.fixproof bad=fixproof-out/sg-appends.fixproof
ok "the good bundle is accepted" "$fixproof" verify --key k.pub $good
"$fixproof" verify --key k.pub $bad >refused
is "the refused one is sound, and no approval" "$?: $(tail -1 refused)" "1: $bad: refused"
is "a refusal has no verification summary" "$(find $bad -name '*.sigstore.json')" "$bad/refusal.sigstore.json"
is "its predicate type is its own" "$(jq -r .dsseEnvelope.payload $bad/refusal.sigstore.json | base64 -d | jq -r .predicateType)" "https://fixproof.dev/refusal/v1"
is "the summary says PASSED" "$(jq -r .dsseEnvelope.payload $good/fix.sigstore.json | base64 -d | jq -r .predicate.verificationResult)" "PASSED"
is "the tree's git id is what git says" \
	"$(jq -r .dsseEnvelope.payload $good/fix.sigstore.json | base64 -d | jq -r '.subject[] | select(.name == "tree").digest.gitTree')" \
	"$(cp -r "$source_dir/examples/s3-encryption/workspace" t && cd t && patch -s -p1 <"$source_dir/examples/s3-encryption/fix.patch" && git init -q . && git add -A && git write-tree)"
ok "fix.diff applies to the workspace as git reads it" \
	bash -c "cp -r '$source_dir/examples/s3-encryption/workspace' u && cd u && git init -q . && git apply --check ../$good/fix.diff"
"$fixproof" run --key k.key "$source_dir/examples/s3-encryption" >/dev/null 2>errors
is "an existing bundle is not written over" "$?: $(cat errors)" \
	"4: fixproof: run: $source_dir/examples/s3-encryption/case.yaml: s3-encryption.fixproof: exists already; --force replaces it"
ok "with --force it is" "$fixproof" run --force --key k.key "$source_dir/examples/s3-encryption"
"$fixproof" run --output again --unsigned "$source_dir/examples/s3-encryption" >/dev/null
for f in plans/first-fresh.json plans/first-change.json evidence/tree-first.json evidence/view-first.json; do
	cmp -s $good/$f again/s3-encryption.fixproof/$f || echo $f
done >differing
is "a second invocation gives the same plans, trees and views" "$(cat differing)" ""
"$fixproof" verify --key k.pub again/s3-encryption.fixproof >unsigned
is "an unsigned bundle is not accepted" "$?: $(grep FAIL unsigned)" \
	"1:   FAIL signature  fix.sigstore.json: is missing: nobody signed it"
is "nothing is left in the output directory but bundles" "$(ls -A fixproof-out | tr '\n' ' ')" "s3-encryption.fixproof sg-appends.fixproof "
finish
