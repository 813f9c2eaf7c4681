#!/bin/bash
# A case may bring the workspace that it expects: the result equals it as text, as state, or not.
. tests/e2e/lib.sh
make_key k
cd "$work" || exit 1
fresh() {
	rm -rf case && mkdir -p case/workspace
	cat >case/workspace/main.tf <<'W'
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { Owner = "o", Environment = "e" }
  }
}

resource "aws_sqs_queue" "q" {
  name                    = "orders"
  sqs_managed_sse_enabled = false
}
W
	cp -r case/workspace case/after
	sed -i 's/= false/= true/' case/after/main.tf
	cp -r case/after case/goal
	cat >case/case.yaml <<'C'
format: fixproof-case/1
id: x
workspace: workspace
finding: {rule: CKV_AWS_27, resource: aws_sqs_queue.q, file: main.tf, line: 8}
policies: [fp-aws-sqs-sse]
fix: {kind: files, path: after}
author: {kind: person, name: Ada}
reason: because
expected: goal
C
}
verdict() { # NAME WANTED: what the verifier says
	is "$1" "$("$fixproof" run --key k.key --force --output out case 2>&1 | sed -n 's/^  \([^ ]* *\)expected  *\(.*\)/\1\2/p' | sed 's/  */ /')" "$2"
}
b=out/x.fixproof
plan 12
fresh
verdict "the same files" "pass the files are those that the case expects"
ok "it is verified from the bundle" "$fixproof" verify --key k.pub $b
sed -i 's/sqs_managed_sse_enabled = true/sqs_managed_sse_enabled = !false/' case/goal/main.tf
verdict "other files of the same state" "pass main.tf differs, and the state is the one that the case expects"
ok "verified" "$fixproof" verify --key k.pub $b
ok "planned again" "$fixproof" verify --key k.pub --replan $b
ok "and done again" "$fixproof" rerun $b
ok "what was expected lies in the bundle" cmp case/goal/main.tf $b/case/expected/main.tf
cp -r $b forged && cp case/after/main.tf forged/case/expected/main.tf
ends "and cannot be changed" 1 "" "$fixproof" verify --key k.pub forged
sed -i 's/"orders"/"bills"/' case/goal/main.tf
verdict "another state" "FAIL main.tf differs, and so does the state: aws_sqs_queue.q has other values"
echo 'nonsense' >case/goal/main.tf
verdict "a workspace that does not plan" "open the run \"expected\" could not be planned: main.tf:1: Argument or block definition required"
sed -i '/^expected/d' case/case.yaml
verdict "nothing is expected" "n/a the case expects no particular result"
sed -i 's/kind: files, path: after/kind: git/' case/case.yaml; echo 'expected: goal' >>case/case.yaml
git -c init.defaultBranch=main init -q repo && cp -r case repo/ && cd repo && git add . && git -c user.name=a -c user.email=a@b.c commit -qm a >/dev/null
git checkout -qb fix && sed -i 's/= false/= true/' case/workspace/main.tf && git -c user.name=a -c user.email=a@b.c commit -qam b >/dev/null
ends "not with --git" 4 'fixproof: run: case/case.yaml: "expected" does not go with --git' "$fixproof" run --unsigned --output ../git --git main...fix case/case.yaml
finish
