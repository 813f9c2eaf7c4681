#!/bin/bash
# Policies that are programs: shellcheck, jq and a script that writes SARIF judge the files and the plan,
# before and after; what they cannot say is open, and a bundle is judged again from what they printed.
. tests/e2e/lib.sh
for program in shellcheck jq python3; do
	command -v "/usr/bin/$program" >/dev/null || skip_all "/usr/bin/$program is missing"
done
make_key k
cd "$work" || exit 1
mkdir policies
# Two programs of Debian in one: what shellcheck says of the scripts, turned into results.
cat >policies/scripts.yaml <<'P'
metadata: {id: house-scripts, name: Scripts have no faults that shellcheck finds, severity: low}
exec:
  command: [sh, -c, "shellcheck -f json1 scripts/*.sh | jq -f ../policy/results.jq"]
  files:
    results.jq: |
      {format: "fixproof-results/1", results: [.comments[] |
        {file, line, rule: "SC\(.code)", result: "fail", message}]}
P
# A yes or no about the plan.
cat >policies/queues.yaml <<'P'
metadata: {id: house-queues, name: Queues keep messages for four days or more, subjects: [aws_sqs_queue]}
exec:
  command: [/usr/bin/jq, -e, '[.resource_changes[] | select(.type == "aws_sqs_queue") | .change.after.message_retention_seconds] | all(. >= 345600)']
  input: plan
  output: status
P
# A scanner that writes SARIF.
cat >policies/names.yaml <<'P'
metadata: {id: house-names, name: Queues are named by what they are for, subjects: [aws_sqs_queue]}
exec:
  command: [/usr/bin/python3, ../policy/scan.py]
  files:
    scan.py: |
      import json, re
      results = []
      for number, line in enumerate(open("main.tf"), 1):
          if re.search(r'name\s*=\s*"(test|tmp)', line):
              results.append({"ruleId": "NAME", "message": {"text": "not a name: " + line.strip()},
                  "locations": [{"physicalLocation": {"artifactLocation": {"uri": "main.tf"}, "region": {"startLine": number}}}]})
      print(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "scan"}}, "results": results}]}))
P
fresh() { # BOUND
	rm -rf case && mkdir -p case/workspace/scripts
	cat >case/workspace/main.tf <<'W'
provider "aws" {
  region = "eu-central-1"
}

resource "aws_sqs_queue" "orders" {
  name                      = "tmp1"
  message_retention_seconds = 60
  sqs_managed_sse_enabled   = true
}
W
	printf '#!/bin/sh\nrm -r "$1"\n' >case/workspace/scripts/clean.sh
	cp -r case/workspace case/after
	cat >case/case.yaml <<C
format: fixproof-case/1
id: p
workspace: workspace
finding: {rule: R, resource: aws_sqs_queue.orders, file: main.tf, line: 5}
policies: [$1]
fix: {kind: files, path: after}
author: {kind: person, name: Ada}
reason: because
scope: {paths: [main.tf, scripts/], declare: [aws_sqs_queue.orders], allow_replace: [aws_sqs_queue.orders]}
C
}
edit() { sed -i "$@" case/after/main.tf; }
run() { "$fixproof" run --key k.key --policies policies --force --output out case 2>&1; }
verdict() { # NAME WANTED
	is "$1" "$(run | sed -n 's/^  \(refused\|inconclusive\) by //p; s/^p: \(VERIFIED\).*/\1/p')" "$2"
}
only() { # ID COMMAND…: a policy of that program alone
	mkdir -p one && printf 'metadata: {id: %s, name: n}\nexec: {command: %s%s}\n' "$1" "$2" "${3-}" >one/p.yaml
}
one() { # NAME WANTED
	is "$1" "$("$fixproof" run --unsigned --policies one --force --output out case 2>&1 | sed -n 's/^  \(refused\|inconclusive\) by //p; s/^p: \(VERIFIED\).*/\1/p')" "$2"
}
plan 30
fresh house-queues; edit 's/= 60/= 345600/'
verdict "jq -e says no before and yes after" VERIFIED
row() { run >/dev/null; "$fixproof" show --format json out/p.fixproof >/dev/null; jq -r "$1" out/p.fixproof/evidence/evidence.json; }
is "it was asked of the plan before, after and under other mock values" "$(row '[.execs[] | select(.policy == "house-queues") | .run] | join(" ")')" "before first replay"
is "what it was given is named by digest" "$(row '.execs[] | select(.policy == "house-queues" and .run == "first").input')" "$(sha256sum <out/p.fixproof/plans/first-fresh.json | cut -c1-64)"
is "and so is the program" "$(row '.execs[] | select(.policy == "house-queues" and .run == "first").sandbox.programs[] | select(.name == "/usr/bin/jq").value')" "$(sha256sum </usr/bin/jq | cut -c1-64)"
ok "a statement names it" jq -e --arg d "$(sha256sum </usr/bin/jq | cut -c1-64)" '.dsseEnvelope.payload | @base64d | fromjson | .predicate.policies[] | select(.id == "house-queues").programs["/usr/bin/jq"] == $d' out/p.fixproof/attestations/fix-verification.sigstore.json
ok "the bundle is judged again from what was printed" "$fixproof" verify --key k.pub out/p.fixproof
ok "and asked again by --replan" "$fixproof" verify --key k.pub --replan out/p.fixproof
ok "and by rerun" "$fixproof" rerun out/p.fixproof
fresh house-queues; edit 's/= 60/= 90/'
verdict "it says no after, too" 'policy: house-queues still fails after the fix on aws_sqs_queue.orders: /usr/bin/jq says no: false'
fresh house-names; edit 's/"tmp1"/"orders"/'
verdict "a script finds something at a line before, and nothing after" VERIFIED
fresh house-names; edit 's/"tmp1"/"test1"/'
verdict "it still finds it" 'policy: house-names still fails after the fix on aws_sqs_queue.orders: NAME: not a name: name                      = "test1"'
fresh house-names; edit 's/"tmp1"/"orders"/'; printf '#!/bin/sh\nrm -r $1\n' >case/after/scripts/clean.sh
verdict "a new fault outside of all resources" 'regression: house-scripts does not pass any more on scripts/clean.sh (SC2086): Double quote to prevent globbing and word splitting.'
fresh house-names; edit 's/"tmp1"/"orders"/'; printf '#!/bin/sh\nrm -r $1\n' >case/workspace/scripts/clean.sh; cp case/workspace/scripts/clean.sh case/after/scripts/
verdict "one that was there before" VERIFIED
fresh house-names; edit 's/"tmp1"/"orders"/'; edit 's/sse_enabled   = true/sse_enabled   = true\n  delay_seconds             = 5/'; sed -i 's/, declare: \[[^]]*\]//' case/case.yaml
verdict "a change of the finding's own resource" VERIFIED
fresh other; edit 's/"tmp1"/"orders"/'
only other '[/usr/bin/false-or-not]'
one "a program that is not there" 'policy: other cannot be decided before the fix on aws_sqs_queue.orders: program: /usr/bin/false-or-not: No such file or directory'
only other '[sh, -c, "echo broken >&2; exit 3"]'
one "a program that fails" 'policy: other cannot be decided before the fix on aws_sqs_queue.orders: sh ended with status 3: broken'
only other '[sh, -c, "kill -9 $$"]'
one "a program that is killed" 'policy: other cannot be decided before the fix on aws_sqs_queue.orders: sh was killed by signal 9'
only other '[date, +%s%N]'
one "a program whose answer depends on the clock" 'policy: other cannot be decided before the fix on aws_sqs_queue.orders: date does not answer the same when it is asked again'
only other '[sleep, "9"]' ', seconds: 1'
one "a program that takes too long" 'policy: other cannot be decided before the fix on aws_sqs_queue.orders: sleep hit the limit on wall'
only other '[sh, -c, "yes | head -c 5000"]' ', output_bytes: 4096'
one "a program that prints too much" 'policy: other cannot be decided before the fix on aws_sqs_queue.orders: sh hit the limit on output'
only other '[echo, oops]'
one "a program that prints no report" 'policy: other cannot be decided before the fix on aws_sqs_queue.orders: evidence/exec/other-before.out:1:1: not a number'
fresh house-names; edit 's/"tmp1"/"orders"/'
cp policies/names.yaml one/names.yaml
one "a program that nothing is bound to, and that fails" 'regression: other cannot be decided after the fix: evidence/exec/other-first.out:1:1: not a number'
rm one/names.yaml
# An answer that was changed, and one to another question.
fresh house-queues; edit 's/= 60/= 345600/'; run >/dev/null
b=out/p.fixproof
rm -rf other && cp -r $b other && cp other/evidence/exec/house-queues-first.out other/evidence/exec/house-queues-before.out
ends "an answer that was put in place of another" 1 "" "$fixproof" verify --key k.pub other
# Elsewhere a program may be another one, or not be there: then it says nothing about what it said.
printf 'metadata: {id: other, name: n}\nexec: {command: [echo, "7"], output: status}\n' >one/p.yaml
fresh other; edit 's/= 60/= 345600/'
"$fixproof" run --unsigned --policies one --force --output out case >/dev/null 2>&1
is "the same machine prints the same" "$("$fixproof" rerun $b 2>&1 | tail -1 | sed 's/.*: //')" same
reseal() { # PYTHON: what it makes of `evidence`, with the digests of the manifest as they become
	/usr/bin/python3 - "$b" "$1" <<'P'
import hashlib, json, sys
b, change = sys.argv[1:]
evidence = json.load(open(b + "/evidence/evidence.json"))
exec(change)
with open(b + "/evidence/evidence.json", "w") as f:
    f.write(json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
manifest = json.load(open(b + "/manifest.json"))
for row in manifest["files"]:
    data = open(b + "/" + row["path"], "rb").read()
    row["sha256"], row["size"] = hashlib.sha256(data).hexdigest(), len(data)
with open(b + "/manifest.json", "w") as f:
    f.write(json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
P
}
again() { "$fixproof" rerun $b 2>&1 | grep -v '^  ok' | sed 's/^ *//; s/  */ /g' | paste -sd'|'; }
reseal 'open(b + "/evidence/exec/other-first.out", "w").write("8\n")'
is "the same program that prints something else" "$(again)" "FAIL other evidence/exec/other-first.out: its program printed something else|$b: different"
reseal 'evidence["execs"][1]["sandbox"]["programs"][0]["value"] = "0" * 64'
is "another program" "$(again)" "open other its program is another one here|$b: cannot"
printf 'metadata: {id: other, name: n}\nexec: {command: [/usr/bin/false-or-not], output: status}\n' >one/p.yaml
"$fixproof" run --unsigned --policies one --force --output out case >/dev/null 2>&1
reseal 'for x in evidence["execs"]: x["sandbox"]["ran"] = True; x.pop("fault")'
is "a program that is not there" "$(again)" "open other program: /usr/bin/false-or-not: No such file or directory|open other program: /usr/bin/false-or-not: No such file or directory|$b: cannot"
ends "a program in a list of policies" 0 "" "$fixproof" policy list --policies policies
is "outside of a case it is asked, too" "$("$fixproof" policy check --policies policies --all --format json case/workspace | jq -c '[.[] | select(.policy | startswith("house")) | .policy + " " + .result]')" '["house-names fail","house-queues fail","house-scripts pass"]'
ends "tests of a program" 4 'fixproof: policy: bad.yaml:1:1: "tests" does not go with "exec"' sh -c "printf 'metadata: {id: a, name: n}\nexec: {command: [a]}\ntests: []\n' >bad.yaml; $fixproof policy list --policies bad.yaml"
finish
