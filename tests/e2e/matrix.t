#!/bin/bash
# What is verified holds under every set of values that the case names, not only under the first.
. tests/e2e/lib.sh
make_key k
cd "$work" || exit 1
fresh() { # STAGES
	rm -rf case && mkdir -p case/workspace
	cat >case/workspace/main.tf <<'W'
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { Owner = "o", Environment = "e" }
  }
}

variable "encrypted" {
  type    = bool
  default = false
}

variable "queues" {
  type    = set(string)
  default = ["orders"]
}

resource "aws_sqs_queue" "q" {
  for_each                = var.queues
  name                    = each.key
  sqs_managed_sse_enabled = var.encrypted
}
W
	echo 'encrypted = true' >case/workspace/dev.tfvars
	echo 'encrypted = false' >case/workspace/prod.tfvars
	echo 'queues = []' >case/workspace/empty.tfvars
	cp -r case/workspace case/after
	cat >case/case.yaml <<C
format: fixproof-case/1
id: m
workspace: workspace
finding: {rule: CKV_AWS_27, resource: aws_sqs_queue.q, file: main.tf, line: 19}
policies: [fp-aws-sqs-sse]
fix: {kind: files, path: after}
author: {kind: person, name: Ada}
reason: because
scope: {paths: ["*.tf", "*.tfvars"]}
matrix: [$1]
C
}
edit() { sed -i "$1" "case/after/$2"; }
verdict() { # NAME WANTED
	is "$1" "$("$fixproof" run --key k.key --force --output out case 2>&1 | sed -n 's/^  \(refused\|inconclusive\) by //p; s/^m: \(VERIFIED\).*/\1/p')" "$2"
}
b=out/m.fixproof
plan 27
fresh ''; edit 's/default = false/default = true/' main.tf
verdict "without a matrix the defaults decide" VERIFIED
fresh '{name: dev, var_files: [dev.tfvars]}, {name: prod, var_files: [prod.tfvars]}'; edit 's/default = false/default = true/' main.tf
verdict "a fix of the default that a stage sets otherwise" "policy: with prod: fp-aws-sqs-sse still fails after the fix on aws_sqs_queue.q[\"orders\"]: no aws_kms_key is connected with it"
edit 's/var.encrypted/true/' main.tf
verdict "one that holds under all" VERIFIED
is "the verdict says under which" "$("$fixproof" show $b | grep -c 'so it is with dev, prod')" "$("$fixproof" show $b | grep -c '; so it is with')"
ok "a statement names their plans" jq -e '.dsseEnvelope.payload | @base64d | fromjson | [.predicate.runs[] | select(.plans.fresh) | .name] == ["before","before-varied","first","again","replay","before.dev","first.dev","before.prod","first.prod"]' $b/attestations/fix-verification.sigstore.json
is "and what is in them" "$(jq -c '.stages | map([.name, .after.plans])' $b/evidence/evidence.json)" '[["dev",["fresh","change","settled","other"]],["prod",["fresh","change","settled","other"]]]'
ok "it is verified from the bundle" "$fixproof" verify --key k.pub $b
ok "planned again" "$fixproof" verify --key k.pub --replan $b
ok "and done again" "$fixproof" rerun $b
# What a stage plans is part of what is signed.
cp -r $b forged && jq -c . $b/plans/first.dev-fresh.json >forged/plans/first.prod-fresh.json
ends "a plan of another stage" 1 "" "$fixproof" verify --key k.pub forged
fresh '{name: none, var_files: [empty.tfvars]}'; edit 's/var.encrypted/true/' main.tf
verdict "a stage without the resource" VERIFIED
fresh '{name: some, variables: {queues: [orders, bills]}}'; edit 's/for_each                = var.queues/for_each                = toset([for q in var.queues : q if q == "orders"])/; s/var.encrypted/true/' main.tf
verdict "an instance that is lost in a stage alone" "kept: with some: aws_sqs_queue.q has 1 instances after the fix, 2 before it"
fresh '{name: typed, variables: {encrypted: perhaps}}'; edit 's/var.encrypted/true/' main.tf
verdict "a stage that does not plan" "reproducible: with typed: the run \"before\" could not be planned: main.tf:8: Invalid value for input variable"
fresh '{name: gone, var_files: [gone.tfvars]}'; edit 's/var.encrypted/true/' main.tf
verdict "a file of values that is not there" "reproducible: with gone: the run \"before\" could not be planned: Failed to read file"
# What the case expects, and what no policy needs, is asked under all of them.
fresh '{name: prod, var_files: [dev.tfvars]}'; edit 's/var.encrypted/true/' main.tf
cp -r case/after case/goal; sed -i 's/enabled = true/enabled = !var.encrypted/' case/goal/main.tf; echo 'expected: goal' >>case/case.yaml
verdict "a state that is expected with other values only" 'expected: with prod: main.tf differs, and so does the state: aws_sqs_queue.q["orders"] has other values'
is "its plan is part of the statement" "$(jq -c '.dsseEnvelope.payload | @base64d | fromjson | .predicate.runs[] | select(.name == "expected.prod") | .plans | keys' \
	$b/refusal.sigstore.json 2>&1; jq -c '.stages[0].expected.plans' $b/evidence/evidence.json)" '["fresh"]
["fresh"]'
is "the refusal is derived again from the bundle" "$("$fixproof" verify --key k.pub $b 2>&1 | grep -c 'judged again by its own rules it is refused\|statement  every statement follows')" 2
sed -i 's/!var.encrypted/!false/' case/goal/main.tf
verdict "one that is expected with all" VERIFIED
ok "done again" "$fixproof" rerun $b
fresh '{name: prod, variables: {encrypted: true}}'
sed -i 's/"aws_sqs_queue" "q"/"aws_s3_bucket" "q"/; s/^  name .*/  bucket = each.key/; /sqs_managed/d' case/workspace/main.tf case/after/main.tf
sse() { # NAME COUNT: encryption of its own
	printf '\nresource "aws_s3_bucket_server_side_encryption_configuration" "%s" {\n  count  = %s\n  bucket = aws_s3_bucket.q["orders"].id\n  rule {\n' "$1" "$2"
	printf '    apply_server_side_encryption_by_default {\n      sse_algorithm     = "aws:kms"\n      kms_master_key_id = "alias/data"\n    }\n  }\n}\n'
}
sse old 'var.encrypted ? 1 : 0' | tee -a case/workspace/main.tf >>case/after/main.tf
sed -i 's/resource: aws_sqs_queue.q/resource: aws_s3_bucket.q/; s/fp-aws-sqs-sse/fp-aws-s3-sse-kms/; s/^scope: {/&resources: ["*"], /' case/case.yaml
cp case/after/main.tf plain.tf
sse new 1 >>case/after/main.tf
verdict "what is needed, but not in a stage" "minimal: with prod: aws_s3_bucket_server_side_encryption_configuration.new is new, and the bound policies pass without that"
cp plain.tf case/after/main.tf; sse new 'var.encrypted ? 0 : 1' >>case/after/main.tf
verdict "what does nothing in that stage" VERIFIED
cp plain.tf case/after/main.tf; sse new 1 >>case/after/main.tf; sed -i 's/^scope: {/&declare: [aws_s3_bucket_server_side_encryption_configuration.new], /' case/case.yaml
verdict "what is declared" VERIFIED
# A policy that is a program is asked about the plan of each stage.
cat >jq.yaml <<'P'
metadata: {id: house-sse, name: Queues are encrypted, subjects: [aws_sqs_queue]}
exec:
  command: [/usr/bin/jq, -e, '[.resource_changes[] | select(.type == "aws_sqs_queue") | .change.after.sqs_managed_sse_enabled] | all']
  input: plan
  output: status
P
if command -v /usr/bin/jq >/dev/null; then
	fresh '{name: prod, var_files: [prod.tfvars]}'; edit 's/default = false/default = true/' main.tf; sed -i 's/fp-aws-sqs-sse/house-sse/' case/case.yaml
	is "a program says no in a stage" "$("$fixproof" run --unsigned --policies jq.yaml --force --output out case 2>&1 | sed -n 's/^  refused by //p')" \
		'policy: with prod: house-sse still fails after the fix on aws_sqs_queue.q["orders"]: /usr/bin/jq says no: false'
else
	echo "ok 23 - a program says no in a stage # SKIP /usr/bin/jq is missing"
	tap_number=23
fi
# Sixteen of them are planned.
sixteen=$(for i in $(seq 16); do printf '%s{name: s%d, variables: {queues: [q%d]}}' "$([ $i = 1 ] || echo ', ')" $i $i; done)
fresh "$sixteen"; edit 's/var.encrypted/true/' main.tf
verdict "sixteen stages" VERIFIED
fresh '{name: secret, variables: {encrypted: false}}'; edit 's/var.encrypted/true/' main.tf
printf '\nvariable "token" {\n  type      = string\n  sensitive = true\n  default   = ""\n}\n' | tee -a case/workspace/main.tf >>case/after/main.tf
sed -i 's/variables: {encrypted: false}/variables: {token: "correct-horse-battery-staple"}/' case/case.yaml
verdict "a sensitive value of a stage" VERIFIED
is "does not stand in the bundle" "$(grep -rlF correct-horse-battery-staple $b | wc -l)" 0
ok "which verifies" "$fixproof" verify --key k.pub $b
finish
