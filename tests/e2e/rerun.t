#!/bin/bash
# Doing it again from the bundle alone, elsewhere; signing elsewhere; two signers; packed bundles.
. tests/e2e/lib.sh
plan 37
make_key one
make_key two ed25519
make_key three
run() { "$fixproof" run --force --output "$work/out" "$@" >/dev/null; }
b=$work/out/s3-encryption.fixproof
run --key "$work/one.key" examples/s3-encryption
run --key "$work/one.key" examples/sg-appends
last() { "$@" 2>&1 | tail -1 | sed 's/.*: //'; }
is "it reruns to the same" "$(last "$fixproof" rerun "$b")" same
is "so does a refusal, whose fix is a script" "$(last "$fixproof" rerun "$work/out/sg-appends.fixproof")" same
ok "--replan plans the bundled trees again" "$fixproof" verify --key "$work/one.pub" --replan "$b"

# Another directory, user, clock and host name.
if [ "$(id -u)" -eq 0 ] && command -v faketime >/dev/null && command -v unshare >/dev/null; then
	mkdir "$work/elsewhere" && cp -r "$b" "$work/elsewhere/moved.fixproof" && cp "$work/two.key" "$work/elsewhere/"
	cp -r "$build" "$work/elsewhere/bin" && chmod 755 "$work" && chown -R nobody "$work/elsewhere"
	moved=$work/elsewhere/moved.fixproof
	is "as another user, on another day, under another host name: the same, and countersigned" \
		"$(cd / && unshare --uts bash -c 'hostname elsewhere.example && faketime "+400 days" setpriv --reuid nobody --regid nogroup --clear-groups env HOME=/nonexistent "$@" 2>&1 | tail -1' \
			x "$work/elsewhere/bin/fixproof" rerun --countersign "$work/elsewhere/two.key" "$moved" | sed 's/.*: //')" same
else
	cp -r "$b" "$work/moved.fixproof"
	moved=$work/moved.fixproof
	is "in another directory: the same, and countersigned # SKIP needs root, faketime and unshare for the rest" \
		"$(last "$fixproof" rerun --countersign "$work/two.key" "$moved")" same
fi
both() {
	cat >"$work/both.yaml" <<-Y
		format: fixproof-trust/1
		threshold: 2
		signers: [{name: one, key: one.pub}, {name: two, key: two.pub}, {name: three, key: three.pub}]
	Y
	"$fixproof" verify --trust "$work/both.yaml" "$1" | sed -n 's/^  \([a-zA-Z]*\) *threshold */\1 /p'
}
is "with two signers a threshold of two holds" "$(both "$moved")" "ok 2 signers, and 2 are needed"
is "with one it does not" "$(both "$b")" "FAIL 1 signers that count; accepted: 2 of the 3 that the policy names"
is "the lines of DSSE have both signatures" "$(jq -c '.signatures | length' "$moved/attestations.intoto.jsonl" | paste -sd' ')" "2 2 2"
if /usr/bin/python3 -c 'import securesystemslib' 2>/dev/null; then
	is "and securesystemslib accepts them with a threshold of two" \
		"$(/usr/bin/python3 tests/python/dsse.py "$moved/attestations.intoto.jsonl" "$work/one.pub" "$work/two.pub" 2>&1)" "3 signatures verified"
else
	result 0 "securesystemslib # SKIP is missing"
fi
ends "who signed already does not sign again" 4 "fixproof: rerun: $b: the key $("$fixproof" key show "$work/one.pub" | cut -d' ' -f1) has signed it already" \
	"$fixproof" rerun --countersign "$work/one.key" "$b"
cp -r "$moved" "$work/twice.fixproof"
cp -r "$work/twice.fixproof/countersigned/1" "$work/twice.fixproof/countersigned/2"
is "nor does his file under another number" \
	"$("$fixproof" verify --trust "$work/both.yaml" "$work/twice.fixproof" | sed -n 's/^  FAIL *//p' | cut -d: -f1)" "signature  attestations.intoto.jsonl"
cp -r "$moved" "$work/byte.fixproof"
/usr/bin/python3 - "$work/byte.fixproof/evidence/evidence.json" <<'P'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) // 2] ^= 1
open(sys.argv[1], "wb").write(data)
P
is "with one byte of the evidence changed it does not rerun" "$("$fixproof" rerun "$work/byte.fixproof" 2>&1)" \
	"fixproof: rerun: $work/byte.fixproof: evidence/evidence.json: is not what the manifest says"
ok "nor verify" test "$("$fixproof" verify --trust "$work/both.yaml" "$work/byte.fixproof" | grep -c '^  FAIL files *evidence/evidence.json')" = 1

# Evidence that was changed and signed anew by the one who may sign: only doing it again finds out.
forge() { # FILE JQ: changes one sealed file, and writes manifest and signatures anew, as a signer could
	rm -rf "$work/forged.fixproof" && cp -r "$b" "$work/forged.fixproof"
	(
		cd "$work/forged.fixproof" && rm -rf attestations attestations.intoto.jsonl fix.sigstore.json
		jq -cS "$2" "$1" | tr -d '\n' >"$work/new" && mv "$work/new" "$1"
		/usr/bin/python3 - "$1" <<-P
			import hashlib, json, sys
			m = json.load(open("manifest.json"))
			data = open(sys.argv[1], "rb").read()
			for f in m["files"]:
			    if f["path"] == sys.argv[1]:
			        f["size"], f["sha256"] = len(data), hashlib.sha256(data).hexdigest()
			open("manifest.json", "w").write(json.dumps(m, sort_keys=True, separators=(",", ":")))
		P
	)
	"$fixproof" sign --key "$work/one.key" "$work/forged.fixproof" >/dev/null
}
forge plans/first-fresh.json '.resource_changes[0].change.after.forged = "x"'
is "a plan forged in one run is signed as what it is judged to be" "$(last "$fixproof" verify --key "$work/one.pub" "$work/forged.fixproof")" refused
is "--replan refuses it, and says where" "$("$fixproof" verify --key "$work/one.pub" --replan "$work/forged.fixproof" | grep -c 'FAIL replan *first: plan fresh: /resource_changes/0/change/after/forged')" 1
is "rerun says that it is different, and where" "$("$fixproof" rerun "$work/forged.fixproof"; echo "status $?")" \
	"  FAIL first      plan fresh: /resource_changes/0/change/after/forged differs
$work/forged.fixproof: different
status 1"
is "and does not countersign" "$("$fixproof" rerun --countersign "$work/two.key" "$work/forged.fixproof" >/dev/null; [ -e "$work/forged.fixproof/countersigned" ] || echo none)" none

# What is missing.
rm -rf "$work/other" && cp -r "$b" "$work/other.fixproof"
is "another fixproof is told, when it differs" "$(forge evidence/evidence.json '.tools[2].value = "00" | .runs.first.git_tree = "0000000000000000000000000000000000000000"'
	"$fixproof" rerun "$work/forged.fixproof" >"$work/report"; echo "$?: $(grep -c 'open tools *fixproof-worker is sha256:.*, and was sha256:00 (fixproof' "$work/report")")" "3: 1"

# Signing elsewhere.
run --unsigned examples/s3-encryption
cp -r "$b" "$work/unsigned"
is "an unsigned bundle is not accepted" "$(last "$fixproof" verify --key "$work/one.pub" "$b")" "NOT ACCEPTED"
is "sign derives it again and signs" "$("$fixproof" sign --key "$work/one.key" "$b" | sed 's/SHA256:.*/KEY/; s|.*/||')" "s3-encryption.fixproof: verified, signed by KEY"
is "then it is" "$(last "$fixproof" verify --key "$work/one.pub" "$b")" verified
ends "signing twice is an error" 4 "fixproof: sign: $b: is signed already; \`rerun --countersign\` adds a signature" "$fixproof" sign --key "$work/two.key" "$b"
ends "countersigning what nobody signed too" 4 "fixproof: rerun: $work/unsigned: is not signed yet; \`sign\` does that" "$fixproof" rerun --countersign "$work/two.key" "$work/unsigned"
echo >>"$work/unsigned/fix.diff"
ends "a changed bundle is not signed" 4 "fixproof: sign: $work/unsigned: files: fix.diff: is not what the manifest says" "$fixproof" sign --key "$work/one.key" "$work/unsigned"

# A signing that was killed: whatever it left, the next one ends it.
run --unsigned examples/s3-encryption
"$fixproof" sign --key "$work/one.key" "$b" >/dev/null && cp -r "$b" "$work/signed"
left() { rm -rf "$b" && cp -r "$work/signed" "$b"; }
again() { "$fixproof" sign --key "$work/one.key" "$b" >/dev/null 2>&1; last "$fixproof" verify --key "$work/one.pub" "$b"; }
left && mv "$b/fix.sigstore.json" "$b/fix.sigstore.json.tmp-0123456789ab" && rm "$b/attestations.intoto.jsonl"
is "killed while a file was written" "$(again)" verified
left && rm "$b/attestations/test-result.sigstore.json" "$b/fix.sigstore.json" "$b/attestations.intoto.jsonl"
is "after the first statement" "$(again)" verified
left && rm "$b/attestations.intoto.jsonl"
is "before the lines" "$(again)" verified
left && "$fixproof" rerun --countersign "$work/two.key" "$b" >/dev/null && cp "$work/signed/attestations.intoto.jsonl" "$b"
is "a second signature before the lines" "$(last "$fixproof" rerun --countersign "$work/three.key" "$b") $(both "$b")" \
	"same ok 3 signers, and 2 are needed"
left && "$fixproof" rerun --countersign "$work/two.key" "$b" >/dev/null && rm "$b/countersigned/1/fix.sigstore.json"
is "a part of the second one" "$(last "$fixproof" rerun --countersign "$work/two.key" "$b") $(both "$b")" \
	"same ok 2 signers, and 2 are needed"

# Packed.
packed=$work/out/s3-encryption.fixproof.tar.zst
run --pack --key "$work/one.key" examples/s3-encryption
is "a packed bundle verifies" "$(last "$fixproof" verify --key "$work/one.pub" "$packed")" verified
is "shows" "$("$fixproof" show "$packed" | head -1 | cut -c1-23)" "s3-encryption: VERIFIED"
is "reruns, and is countersigned" "$(last "$fixproof" rerun --countersign "$work/two.key" "$packed")" same
is "with both signatures" "$(both "$packed")" "ok 2 signers, and 2 are needed"
ok "tar and zstd read it" bash -c "mkdir '$work/x' && zstd -dcq '$packed' | tar -x -C '$work/x' && '$fixproof' verify --key '$work/one.pub' '$work/x'"
is "unpacked and packed again it is the same tar" \
	"$("$fixproof" pack --output "$work/again.tar.zst" "$work/x" >/dev/null; zstd -dcq "$work/again.tar.zst" | sha256sum)" "$(zstd -dcq "$packed" | sha256sum)"
(cd "$work/x" && tar --format=ustar -cf - . | zstd -q -o "$work/foreign.tar.zst")
is "another tar of the same files is refused" "$("$fixproof" verify --key "$work/one.pub" "$work/foreign.tar.zst" 2>&1)" \
	"fixproof: verify: $work/foreign.tar.zst: byte 0 of the tar is not as fixproof writes it"
is "nothing is left in /tmp" "$(ls -d /tmp/fixproof-rerun-* 2>/dev/null | wc -l)" 0
is "an unknown file is an error" "$("$fixproof" rerun "$work/one.pub" 2>&1 | sed 's/zstd: .*/zstd/')" "fixproof: rerun: $work/one.pub: not a packed bundle: zstd"
finish
