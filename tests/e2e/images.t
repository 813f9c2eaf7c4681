#!/bin/bash
# Policies that are programs of a pinned image: the image is built by a recipe, from a repository of packages made
# here of programs of Debian; its digest is asked for before anything runs, is on record, and is asked for again.
. tests/e2e/lib.sh
for program in mmdebstrap dpkg-deb /usr/bin/shellcheck /usr/bin/jq; do
	command -v $program >/dev/null || skip_all "$program is missing"
done
chmod 755 "$work"
export XDG_CACHE_HOME=$work/cache
make_key k
cd "$work" || exit 1
# One package: shellcheck and jq, which has another name there, and what they need.
pack() { # VERSION
	rm -rf pkg repo && mkdir -p pkg/DEBIAN pkg/usr/bin repo
	printf 'Package: lint-tools\nVersion: %s\nArchitecture: all\nMaintainer: n <n@example.com>\nDescription: d\n' "$1" >pkg/DEBIAN/control
	for file in $(ldd /usr/bin/shellcheck /usr/bin/jq /usr/bin/dash | grep -o '/[^ ]*/[^ ]*\.so[^ ]*' | sort -u); do
		mkdir -p "pkg/usr/$(dirname "${file#/usr}")" && cp -L "$file" "pkg/usr/${file#/usr}"
	done
	cp /usr/bin/shellcheck /usr/bin/dash pkg/usr/bin/ && cp /usr/bin/jq pkg/usr/bin/image-jq && ln -s dash pkg/usr/bin/sh
	for dir in bin lib lib64; do ln -s usr/$dir pkg/$dir; done
	SOURCE_DATE_EPOCH=0 dpkg-deb --root-owner-group -Znone -b pkg repo/lint-tools.deb >/dev/null
	{
		cat pkg/DEBIAN/control
		printf 'Filename: ./lint-tools.deb\nSize: %s\nSHA256: %s\n' "$(stat -c %s repo/lint-tools.deb)" "$(sha256sum <repo/lint-tools.deb | cut -c1-64)"
	} >repo/Packages
}
cat >lint.recipe <<R
name lint
suite ./
mirror deb [trusted=yes] copy:$work/repo ./
variant extract
packages lint-tools
epoch 1735689600
R
build() { "$fixproof" image build --output "$1" lint.recipe 2>err | sed 's/.* sha256://'; }
plan 35
pack 1
digest=$(build one)
is "a recipe builds an image" "${#digest}" 64
is "and the same one again" "$(build two)" "$digest"
is "nothing of this machine is in it" "$(tar -tf one/lint.tar.zst | grep -c 'etc/hostname\|etc/resolv.conf')" 0
is "it is imported by that digest" "$("$fixproof" image import one/lint.tar.zst)" "lint sha256:$digest"

mkdir policies
policy() { # IMAGE
	cat >policies/scripts.yaml <<P
metadata: {id: house-scripts, name: Scripts have no faults that shellcheck finds, severity: low}
exec:
  image: $1
  command: [sh, -c, "shellcheck -f json1 scripts/*.sh | image-jq -f ../policy/results.jq"]
  files:
    results.jq: |
      {format: "fixproof-results/1", results: [.comments[] |
        {file, line, rule: "SC\(.code)", result: "fail", message}]}
P
}
pinned="lint@sha256:$digest"
policy "$pinned"
cat >policies/queues.yaml <<P
metadata: {id: house-queues, name: Queues keep messages for four days or more, subjects: [aws_sqs_queue]}
exec:
  image: $pinned
  command: [/usr/bin/image-jq, -e, '[.resource_changes[] | select(.type == "aws_sqs_queue") | .change.after.message_retention_seconds] | all(. >= 345600)']
  input: plan
  output: status
P
mkdir -p case/workspace/scripts
cat >case/workspace/main.tf <<'W'
provider "aws" {
  region = "eu-central-1"
}

resource "aws_sqs_queue" "orders" {
  name                      = "orders"
  message_retention_seconds = 60
  sqs_managed_sse_enabled   = true
}
W
printf '#!/bin/sh\nrm -r "$1"\n' >case/workspace/scripts/clean.sh
cp -r case/workspace case/after
cat >case/case.yaml <<'C'
format: fixproof-case/1
id: p
workspace: workspace
finding: {rule: R, resource: aws_sqs_queue.orders, file: main.tf, line: 5}
policies: [house-queues]
fix: {kind: files, path: after}
author: {kind: person, name: Ada}
reason: because
scope: {paths: [main.tf, scripts/], declare: [aws_sqs_queue.orders]}
C
sed -i 's/= 60/= 345600/' case/after/main.tf
run() { "$fixproof" run --key k.key --policies policies --force --output out case 2>&1; }
verdict() { run | sed -n 's/^  \(refused\|inconclusive\) by //p; s/^p: \(VERIFIED\).*/\1/p'; }
b=out/p.fixproof
is "both programs of the image judge" "$(verdict)" VERIFIED
evidence() { jq -r "$1" $b/evidence/evidence.json; }
is "the evidence names the image by digest" "$(evidence '[.execs[] | .image + "@sha256:" + .image_sha256] | unique | join(" ")')" "$pinned"
is "and the programs that ran in it" "$(evidence '.execs[] | select(.policy == "house-scripts" and .run == "first").sandbox.programs | map(.name) | sort | join(" ")')" \
	"/usr/bin/dash /usr/bin/image-jq /usr/bin/shellcheck"
is "by theirs" "$(evidence '.execs[] | select(.policy == "house-queues" and .run == "first").sandbox.programs[0].value')" "$(sha256sum <pkg/usr/bin/image-jq | cut -c1-64)"
statement() { jq -r ".dsseEnvelope.payload | @base64d | fromjson | .predicate.policies[] | select(.id == \"house-queues\") | $1" $b/attestations/fix-verification.sigstore.json; }
is "a statement names the image" "$(statement '.image.name + " " + .image.digest.sha256')" "lint $digest"
is "and the program" "$(statement '.programs["/usr/bin/image-jq"]')" "$(sha256sum <pkg/usr/bin/image-jq | cut -c1-64)"
is "the record shows them" "$("$fixproof" show $b | grep -c "house-queues in lint sha256:$digest")" 1
ok "the bundle is judged again from what was printed" "$fixproof" verify --key k.pub $b
is "rerun asks in the same image" "$("$fixproof" rerun $b 2>&1 | tail -1)" "$b: same"
ok "verify --replan too" "$fixproof" verify --key k.pub --replan $b
cp -r $b kept
# Evidence that says another image answered.
sealed() { # PYTHON: what it makes of `evidence`
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
"$fixproof" run --unsigned --policies policies --force --output out case >/dev/null 2>&1
sealed 'evidence["execs"][0]["image_sha256"] = "0" * 64'
is "an answer from another image" "$("$fixproof" rerun $b 2>&1 | tail -1)" \
	"fixproof: rerun: $b: evidence/exec/house-queues-before.out: is from another image than the policy pins"
rm -rf $b && "$fixproof" run --unsigned --policies policies --force --output out case >/dev/null 2>&1
sealed 'evidence["execs"][0].pop("image_sha256")'
is "an answer from nobody knows where" "$("$fixproof" rerun $b 2>&1 | tail -1)" \
	"fixproof: rerun: $b: evidence/exec/house-queues-before.out: is from another image than the policy pins"
rm -rf $b && cp -r kept $b
# As a scanner: the programs are asked there, too.
check() { "$fixproof" policy check --policies policies "$@"; }
is "a check asks the programs" "$(check case/workspace | grep house-)" \
	"fail    house-queues main.tf:5: aws_sqs_queue.orders: /usr/bin/image-jq says no: false"
printf '#!/bin/sh\nrm -r $1\n' >case/workspace/scripts/bad.sh
is "what lies in no resource has its place" "$(check case/workspace | grep house-scripts)" \
	"fail    house-scripts scripts/bad.sh:2: scripts/bad.sh (SC2086): Double quote to prevent globbing and word splitting. (static)"
rm case/workspace/scripts/bad.sh
check --format sarif case/workspace >sarif
is "in SARIF, by rule and address" "$(jq -r '.runs[0].results[] | select(.ruleId == "house-queues") | .kind + " " + .locations[0].logicalLocations[0].fullyQualifiedName' sarif)" "fail aws_sqs_queue.orders"
is "which says that nothing was left out" "$(jq -c '.runs[0].invocations' sarif)" '[{"executionSuccessful":true,"toolExecutionNotifications":[]}]'
is "in JSON, all that was judged" "$(check --all --format json case/after | jq -r '.[] | select(.policy | startswith("house-")) | "\(.policy) \(.result)"' | paste -sd' ')" \
	"house-queues pass house-scripts pass"
is "about a change, the plan is asked about from nothing" "$(check --all --before case/workspace case/after | grep house-queues)" \
	"pass    house-queues main.tf:5: aws_sqs_queue.orders"
# What could not be said is never left out.
sed -i 's/image-jq, -e/no-jq, -e/' policies/queues.yaml
is "a program that is not there" "$(check case/workspace | grep house-queues)" "unknown house-queues main.tf:5: aws_sqs_queue.orders: program: /usr/bin/no-jq: No such file or directory"
check --format sarif case/workspace >sarif
is "is a notification in SARIF" "$(jq -c '.runs[0].invocations[0]' sarif)" \
	'{"executionSuccessful":false,"toolExecutionNotifications":[{"associatedRule":{"id":"house-queues","index":'"$(jq '[.runs[0].tool.driver.rules[].id] | index("house-queues")' sarif)"'},"level":"error","message":{"text":"house-queues cannot be decided: program: /usr/bin/no-jq: No such file or directory"}}]}'
mkdir empty && printf 'resource "aws_sns_topic" "t" {\n  name              = "t"\n  kms_master_key_id = "alias/k"\n  tags              = { Owner = "o", CostCentre = "c" }\n}\n' >empty/main.tf
is "also where it has nothing to judge" "$(check empty | grep house-queues)" "unknown house-queues .: the workspace: program: /usr/bin/no-jq: No such file or directory"
printf 'variable "n" {}\nresource "aws_sqs_queue" "q" {\n  name = var.n\n}\n' >empty/main.tf
is "and where there is no plan" "$(check empty 2>/dev/null | grep house-queues)" "unknown house-queues main.tf:2: aws_sqs_queue.q: there is no plan to ask its program about"
printf 'resource "aws_sqs_queue" {\n' >empty/main.tf
is "what cannot be read at all is told in SARIF" "$(check --format sarif empty 2>/dev/null | jq -c '.runs[0] | [(.results | length), .invocations[0].executionSuccessful, (.invocations[0].toolExecutionNotifications[0].message.text | split(":")[0:3] | join(":"))]')" \
	'[0,false,"main.tf:1:26"]'
ends "and that nothing was judged" 3 "fixproof: policy: nothing was judged" "$fixproof" policy check empty
sed -i 's/no-jq, -e/image-jq, -e/' policies/queues.yaml
# Another image, none, and one that was changed.
policy lint
ends "an image without a digest" 4 'fixproof: run: case/case.yaml: policies/scripts.yaml:3:10: exec.image: "lint" has no digest; write lint@sha256:DIGEST, as fixproof image list tells it' \
	"$fixproof" run --unsigned --policies policies --force --output out case
policy "lint@sha256:$(printf %064d 7)"
ends "an image of another digest" 4 "fixproof: run: case/case.yaml: policy house-scripts: the image lint is sha256:$digest here, and the policy pins sha256:$(printf %064d 7)" \
	"$fixproof" run --unsigned --policies policies --force --output out case
ends "for a check, too" 4 "fixproof: policy: policy house-scripts: the image lint is sha256:$digest here, and the policy pins sha256:$(printf %064d 7)" \
	"$fixproof" policy check --policies policies case/workspace
policy "$pinned"
pack 2
echo more >pkg/usr/more
other=$(SOURCE_DATE_EPOCH=0 dpkg-deb --root-owner-group -Znone -b pkg repo/lint-tools.deb >/dev/null
	sed -i "s/^Size:.*/Size: $(stat -c %s repo/lint-tools.deb)/; s/^SHA256:.*/SHA256: $(sha256sum <repo/lint-tools.deb | cut -c1-64)/" repo/Packages
	build three)
"$fixproof" image import three/lint.tar.zst >/dev/null
is "rerun with another image of that name" "$("$fixproof" rerun $b 2>&1 | grep -c "^  open house-\(queues\|scripts\)  *the image lint is sha256:$other here, and was sha256:$digest")" 2
"$fixproof" image import one/lint.tar.zst >/dev/null
echo changed >"$XDG_CACHE_HOME/fixproof/images/$digest/root/usr/bin/dash"
ends "an image that was changed since" 4 "fixproof: run: case/case.yaml: policy house-queues: image lint: was changed since it was unpacked; import it again" \
	"$fixproof" run --unsigned --policies policies --force --output out case
rm -rf "$XDG_CACHE_HOME"
is "rerun where it is not" "$("$fixproof" rerun $b 2>&1 | sed -n 's/^  open house-queues  *//p')" "image lint: there is none of that name; see fixproof image list (sha256:$digest is needed)"
ends "a run where it is not" 4 "fixproof: run: case/case.yaml: policy house-queues: image lint: there is none of that name; see fixproof image list" \
	"$fixproof" run --unsigned --policies policies --force --output out case
finish
