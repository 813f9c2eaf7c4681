#!/bin/bash
# What weakens a proof shows in the levels of its summary: a waiver, inferred types, the host's image, one planner
# alone; and what can be done again of each.
. tests/e2e/lib.sh
plan 21
make_key k
export XDG_CACHE_HOME=$work/cache
run() { "$fixproof" run --force --key "$work/k.key" --output "$work/out" "$@" >"$work/report" 2>&1; }
b=
levels() { jq -r '.dsseEnvelope.payload | @base64d | fromjson | .predicate.verifiedLevels[]' "$b/fix.sigstore.json" | grep -E "$1" | paste -sd' '; }
last() { "$@" 2>&1 | tail -1 | sed 's/.*: //'; }
example() { # NAME JQ: the example as JSON, changed
	rm -rf "$work/$1" && cp -r examples/s3-encryption "$work/$1" &&
		/usr/bin/python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout, default=str)' \
			"$work/$1/case.yaml" | jq ".id = \"$1\" | $2" >"$work/$1/case.json" && rm "$work/$1/case.yaml"
	b=$work/out/$1.fixproof
}
/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip_all "python3-yaml is missing"

example plain .
run "$work/plain"
is "without any weakness" "$(levels 'WAIVE|INFER|IMAGE|PLANNER')" "FIXPROOF_PLANNER_EMBEDDED FIXPROOF_IMAGE_NONE FIXPROOF_SINGLE_PLANNER"
example waived '.controls = [{standard: "Ours", version: "1", id: "1"}] | .waivers = [{verifier: "aligned", reason: "moved last week", owner: "ops", expires: "2099-01-01"}]'
run "$work/waived"
is "a waiver of a verifier" "$(levels 'WAIVE|ALIGNED')" "FIXPROOF_WAIVED_ALIGNED"
printf 'format: fixproof-trust/1\nsigners: [{name: k, key: k.pub}]\n' >"$work/trust.yaml"
is "which a trust policy does not accept unless it says so" \
	"$("$fixproof" verify --trust "$work/trust.yaml" "$b" | sed -n 's/^  FAIL //p')" "waivers    1 waivers that count; accepted: none"
example inferred .
printf 'resource "acme_thing" "x" {\n  name = "x"\n}\n' >"$work/inferred/workspace/acme.tf"
run "$work/inferred"
is "inferred types" "$(levels INFER)" "FIXPROOF_INFERRED_TYPES"
is "which a trust policy does not accept unless it says so either" \
	"$("$fixproof" verify --trust "$work/trust.yaml" "$b" | sed -n 's/^  FAIL //p')" "inferred   1 types inferred from the workspace; accepted: none"

# A script, on the system of this machine and on one that is pinned.
script='.fix = {kind: "script", command: ["/bin/bash", "/fix/fix.sh"], directory: "fix"}'
script() { # NAME JQ
	example "$1" "$script | $2"
	mkdir "$work/$1/fix"
	(cd "$work/$1/workspace" && patch -s -p1 <../fix.patch && cp main.tf ../fix/ && patch -s -R -p1 <../fix.patch)
	printf 'cat </fix/main.tf >main.tf\n' >"$work/$1/fix/fix.sh"
}
script host .
run "$work/host"
is "a script on the host's system" "$(levels IMAGE)" "FIXPROOF_IMAGE_HOST"
is "reruns here" "$(last "$fixproof" rerun "$b")" same
# An image with a shell and nothing else: what the script needs must be in it.
root=$work/root
image() { # NAME: packs $root
	tar -C "$root" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$work/$1.tar" . && zstd -q -f "$work/$1.tar" -o "$work/$1.tar.zst"
	jq -n --arg name "$1" --arg sha256 "$(sha256sum <"$work/$1.tar" | cut -d' ' -f1)" \
		'{format: "fixproof-image/1", name: $name, suite: "none", mirror: "none", variant: "none", epoch: "0", tar_sha256: $sha256, packages: {}}' >"$work/$1.json"
	"$fixproof" image import "$work/$1.tar.zst" >/dev/null
}
# As in an image of Debian, directories lie on the way to what may be written to.
mkdir -p "$root/bin" "$root/srv" "$root/var/tmp" "$root/var/lib"
for file in /bin/bash /bin/cat $(ldd /bin/bash /bin/cat | grep -o '/lib[^ ]*' | sort -u); do
	mkdir -p "$root$(dirname "$file")" && cp -L "$file" "$root$file"
done
ok "an image is imported" image small
script pinned '.fix.image = "small"'
run "$work/pinned"
is "a script on a pinned system" "$(levels IMAGE)" "FIXPROOF_IMAGE_SMALL"
digest=$(sha256sum <"$work/small.tar" | cut -d' ' -f1)
is "its digest is in the statement" \
	"$(jq -r '.dsseEnvelope.payload | @base64d | fromjson | .predicate.environment.imageDigest.sha256' "$b/attestations/fix-verification.sigstore.json")" "$digest"
is "and in the record" "$("$fixproof" show "$b" | sed -n 's/^ *image  *//p')" "small sha256:$digest"
is "it reruns" "$(last "$fixproof" rerun "$b")" same
printf 'images: [{name: small, sha256: %s}]\n' "$digest" | cat "$work/trust.yaml" - >"$work/small.yaml"
is "a trust policy may ask for that very image" "$("$fixproof" verify --trust "$work/small.yaml" "$b" | sed -n 's/^  ok *image *//p')" \
	"the image small is accepted"
printf 'images: [{name: small, sha256: %064d}]\n' 0 | cat "$work/trust.yaml" - >"$work/small.yaml"
is "and refuses another" "$("$fixproof" verify --trust "$work/small.yaml" "$b" | sed -n 's/^  FAIL *image *//p')" \
	"the image is small sha256:$digest; accepted: small sha256:$(printf %064d 0)"
echo other >"$root/other"
image small
is "rerun does not take another image of that name" "$("$fixproof" rerun "$b" | sed -n 's/^  open image *//p')" \
	"the image small is sha256:$(sha256sum <"$work/small.tar" | cut -d' ' -f1) here, and was sha256:$digest"
rm -rf "$XDG_CACHE_HOME"
is "and says what is missing" "$("$fixproof" rerun "$b" | sed -n 's/^  open image *//p')" \
	"image small: there is none of that name; see fixproof image list (sha256:$digest is needed)"
ends "a case whose image is not here is an error" 4 "fixproof: run: $work/pinned/case.json: image small: there is none of that name; see fixproof image list" "$fixproof" run --unsigned --force --output "$work/out" "$work/pinned"
script none '.fix.image = "none"'
ends "a script cannot do without a system" 4 \
	"fixproof: run: $work/none/case.json:38:14: fix.image: a script needs a system: \"host\", or the name of an image" \
	"$fixproof" run --unsigned --output "$work/out" "$work/none"
example patched '.fix.image = "host"'
ends "an image goes with a script alone" 4 \
	"fixproof: run: $work/patched/case.json:34:14: fix.image: does not go with the kind \"patch\"" \
	"$fixproof" run --unsigned --output "$work/out" "$work/patched"

# Both planners: one more reason to believe it, and one less weakness.
if command -v terraform >/dev/null; then
	run --planner both "$work/plain"
	b=$work/out/plain.fixproof
	is "two planners" "$(levels 'PLANNER')" "FIXPROOF_PLANNER_BOTH"
	is "rerun with both" "$(last "$fixproof" rerun "$b")" same
else
	result 0 "two planners # SKIP terraform is not installed"
	result 0 "rerun with both # SKIP terraform is not installed"
fi
finish
