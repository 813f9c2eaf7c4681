#!/bin/bash
# What cannot be done is said in one line, with the documented status, and nothing is written.
. tests/e2e/lib.sh
make_key k
mkdir -p "$work/empty" "$work/both" "$work/link/w" "$work/fifo/w" "$work/nofix/w"
touch "$work/both/case.yaml" "$work/both/case.json" "$work/file"
head='format: fixproof-case/1\nid: a\nworkspace: w\nfix: {kind: patch, path: f.patch}\n'
for d in link fifo nofix; do printf "$head" >"$work/$d/case.yaml"; done
ln -s /etc/passwd "$work/link/f.patch"
mkfifo "$work/fifo/f.patch"
printf 'not a key' >"$work/bad.key"
FIXPROOF_PASSWORD=correct-horse "$fixproof" key generate --output "$work/locked" >/dev/null
cd "$work" || exit 1
rows=(
	"2|fixproof: unknown command \"fly\"; see fixproof --help|fly"
	"2|fixproof: run: no case was given|run --key k.key"
	"2|fixproof: run: --key FILE is missing; --unsigned does without|run empty"
	"2|fixproof: run: --unsigned and --key exclude each other|run --unsigned --key k.key empty"
	"2|fixproof: run: unknown option \"--nope\"|run --nope"
	"2|fixproof: run: --key needs a value|run --key"
	"2|fixproof: run: --format: \"xml\" is none of text|json|run --format xml empty"
	"2|fixproof: run: --jobs: \"-1\" is not a number from 0 to 1000000000|run --jobs -1 empty"
	"2|fixproof: run: --force takes no value|run --force=1 empty"
	"4|fixproof: run: missing: No such file or directory|run --key k.key missing"
	"4|fixproof: run: empty: has neither case.yaml nor case.json|run --key k.key empty"
	"4|fixproof: run: both: has both case.yaml and case.json|run --key k.key both"
	"4|fixproof: run: link/case.yaml: f.patch: leaves the directory of the case|run --key k.key link"
	"4|fixproof: run: fifo/case.yaml: f.patch: not a regular file|run --key k.key fifo"
	"4|fixproof: run: nofix/case.yaml: f.patch: No such file or directory|run --key k.key nofix"
	"4|fixproof: run: bad.key: not a private key in PEM|run --key bad.key nofix"
	"4|fixproof: run: nokey: No such file or directory|run --key nokey nofix"
	"4|fixproof: run: locked.key: the passphrase is missing or wrong|run --key locked.key --password-file file nofix"
	"2|fixproof: verify: --trust FILE or --key FILE is missing: a key in a bundle is never trusted|verify empty"
	"2|fixproof: verify: no bundle was given|verify --key k.pub"
	"4|fixproof: verify: missing: No such file or directory|verify --key k.pub missing"
	"4|fixproof: verify: k.key: not a public key in PEM|verify --key k.key empty"
	"4|fixproof: key: k.key: File exists|key generate --no-password --output k"
	"2|fixproof: key: say \"generate\", or \"show\" and a public key|key"
	"2|fixproof: show: give one bundle|show"
	"2|fixproof: plan: give one directory|plan"
	"2|fixproof: plan: --var: \"x\" is not NAME=VALUE|plan --var x empty"
	"4|fixproof: policy: no policy has the id x|policy show x"
	"2|fixproof: completion: say \"bash\"|completion fish"
)
plan $((${#rows[@]} + 13))
for row in "${rows[@]}"; do
	status=${row%%|*} rest=${row#*|}
	arguments=${rest##*|} message=${rest%|*}
	# shellcheck disable=SC2086
	ends "$arguments" "$status" "$message" "$fixproof" $arguments
done
mkdir -p large/w && { printf "$head"; head -c 1048576 /dev/zero | tr '\0' '#'; } >large/case.yaml
ends "a case of more than 1 MiB" 4 "fixproof: run: large: case.yaml is larger than 1048576 bytes" "$fixproof" run --unsigned large
mkdir -p wide/w && printf "${head}policies: [x" >wide/case.yaml && for _ in $(seq 1000); do printf ', x'; done >>wide/case.yaml && echo ']' >>wide/case.yaml
ends "a list of more than 1000 entries" 4 "fixproof: run: wide/case.yaml:5:11: policies: more than 1000 entries" "$fixproof" run --unsigned wide
asks() { # LINE: the demonstration's case, with one line more
	rm -rf asks && cp -r "$source_dir/examples/s3-encryption" asks && echo "$1" >>asks/case.yaml
}
asks 'planner: terraform'
ends "a planner that is not there" 4 'fixproof: run: asks/case.yaml: planner "terraform": no such program in PATH; --planner-program names one' env PATH=/nowhere "$fixproof" run --unsigned asks
ends "a planner's program that is not there" 4 'fixproof: run: asks/case.yaml: planner "terraform": gone: No such file or directory' "$fixproof" run --unsigned --planner-program gone asks
ends "a planner's program that is none" 4 'fixproof: run: asks/case.yaml: planner "both": file: Permission denied' "$fixproof" run --unsigned --planner both --planner-program file asks
ends "a program for the embedded planner" 2 'fixproof: plan: --planner-program goes with --planner terraform, tofu or both' "$fixproof" plan --planner-program file empty
asks 'expected: nowhere'
ends "an expected result" 4 'fixproof: run: asks/case.yaml: nowhere: No such file or directory' "$fixproof" run --unsigned asks
asks 'providers: [{provider: registry.terraform.io/hashicorp/aws, version: 4.0.0}]'
ends "a pack that is not there" 4 'fixproof: run: asks/case.yaml: providers: no plan was made with the pack registry.terraform.io/hashicorp/aws 4.0.0' "$fixproof" run --unsigned asks
asks 'providers: [{provider: registry.terraform.io/hashicorp/aws, version: 5.100.0}]'
ok "the pack that is there" "$fixproof" run --unsigned --output packs-out asks
is "verify of what is no bundle" "$("$fixproof" verify --key k.pub empty | head -1)" "  FAIL manifest   manifest.json: No such file or directory"
is "nothing was written" "$(ls -A fixproof-out 2>/dev/null)" ""
is "a right passphrase opens the key" \
	"$(FIXPROOF_PASSWORD=correct-horse "$fixproof" run --key locked.key --output locked-out "$source_dir/examples/s3-encryption" | head -1 | cut -c1-23)" \
	"s3-encryption: VERIFIED"
"$fixproof" run --key k.key --output full "$source_dir/examples/s3-encryption" >/dev/full 2>"$work/errors"
is "a report that cannot be written is an error" "$?: $(tail -1 "$work/errors")" "4: fixproof: standard output could not be written"
finish
