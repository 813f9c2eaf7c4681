#!/bin/bash
# Signatures in a transparency log: asked for, added, demanded, and every way in which an entry can be wrong.
. tests/e2e/lib.sh
/usr/bin/python3 -c 'import cryptography' 2>/dev/null || skip_all "python3-cryptography is missing"
plan 37
b=$work/out/s3-encryption.fixproof
sign_anew() { "$fixproof" run --output "$work/out" --force --key "$work/$1.key" "${@:2}" examples/s3-encryption >/dev/null; }
answers() { /usr/bin/python3 tests/python/tlog.py "${1:-log.example}" "$work"/requests/*.entry.json; }
policy() { # NAME KEY LOG-LINES
	printf 'format: fixproof-trust/1\nsigners: [{name: release, key: %s.pub}]\n%s\n' "$2" "$3" >"$work/$1.yaml"
}
line() { # POLICY ID: the lines of that check, and the status
	local report status
	report=$("$fixproof" verify --trust "$work/$1.yaml" "$b" 2>&1)
	status=$?
	printf '%s' "$status: $(sed -n "s/^  \([a-zA-Z]*\) *$2 */\1 /p" <<<"$report" | sed 's/SHA256:[^ ]*:/KEY:/' | paste -sd'|')"
}
for type in ecdsa-p256 ecdsa-p384 rsa-3072 ed25519; do
	rm -rf "$work/requests"
	make_key $type $type
	sign_anew $type
	is "$type: a request for each signature" "$("$fixproof" log query --key "$work/$type.pub" --output "$work/requests" "$b" | wc -l)" 3
	log=$(answers)
	is "$type: every answer finds its signature" \
		"$("$fixproof" log add --key "$work/$type.pub" "$b" "$work"/requests/*.answer.json | sed 's/.*: //' | paste -sd' ')" \
		"attestations/fix-verification.sigstore.json attestations/test-result.sigstore.json fix.sigstore.json"
	policy $type $type "$(printf 'logs: ["%s"]\nrequire_log: true' "$log")"
	is "$type: the policy that demands the log accepts" "$(line $type log)" "0: ok KEY: its signatures are in log.example"
done
is "a dsse entry for the key that signs no digest" "$(jq -r 'keys[0]' "$work/requests/fix.entry.json")" dsseRequestV002
ends "nothing is left to ask" 4 "fixproof: log: $b: no signature of that key is left that is in no log" \
	"$fixproof" log query --key "$work/ed25519.pub" --output "$work/again" "$b"
ends "another key has no request" 4 "fixproof: log: $b: no signature of that key is left that is in no log" \
	"$fixproof" log query --key "$work/rsa-3072.pub" --output "$work/again" "$b"
ends "a bare key must be given" 2 "fixproof: log: $b: attestations/fix-verification.sigstore.json: signed by a bare key; give it with --key" \
	"$fixproof" log add "$b" "$work/requests/fix.answer.json"
ends "an answer about another key's signature belongs nowhere" 4 \
	"fixproof: log: $b: $work/requests/fix.answer.json: is not about a signature of that key" \
	"$fixproof" log add --key "$work/rsa-3072.pub" "$b" "$work/requests/fix.answer.json"
policy none ed25519 ""
is "a log that nobody trusts is a note" "$(line none log)" "0: note 3 entries of logs, of none that is trusted here"
other=$(/usr/bin/python3 tests/python/tlog.py other.example)
policy other ed25519 "$(printf 'logs: ["%s"]\nrequire_log: true' "$other")"
is "another log does not count" "$(line other log)" "1: FAIL fix.sigstore.json: is in no trusted log; accepted: other.example"
is "verify --format json has the check" \
	"$("$fixproof" verify --format json --trust "$work/ed25519.yaml" "$b" | jq -r '[.. | objects | select(.id? == "log")][0].state')" ok

# A signer whose certificate made the signature.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out "$work/ca.pem" -days 30 -subj '/CN=root' \
	-addext 'keyUsage=critical,keyCertSign' 2>/dev/null
openssl req -new -key "$work/ecdsa-p256.key" -subj '/CN=ci' -out "$work/leaf.csr" 2>/dev/null
openssl x509 -req -in "$work/leaf.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -days 1 -out "$work/leaf.pem" -extfile <(printf '%s\n' \
	'keyUsage=critical,digitalSignature' 'extendedKeyUsage=codeSigning' 'subjectAltName=URI:https://ci.example/main') 2>/dev/null
rm -rf "$work/requests"
sign_anew ecdsa-p256 --certificate "$work/leaf.pem"
is "a certificate needs no key" "$("$fixproof" log query --output "$work/requests" "$b" | wc -l)" 3
is "and is in the request" "$(jq -r '.hashedRekordRequestV002.signature.verifier | keys | join(" ")' "$work/requests/fix.entry.json")" \
	"keyDetails x509Certificate"
log=$(answers)
ok "its answers are added" "$fixproof" log add "$b" "$work"/requests/*.answer.json
printf 'format: fixproof-trust/1\nsigners: [{name: ci, certificate_authority: ca.pem, identity: "https://ci.example/*"}]\nlogs: ["%s"]\nrequire_log: true\n' \
	"$log" >"$work/ci.yaml"
is "and accepted" "$(line ci log)" "0: ok KEY: its signatures are in log.example"

# What is wrong with an answer, or with an entry that is there.
key=$work/ecdsa-p256
rm -rf "$work/requests"
sign_anew ecdsa-p256
"$fixproof" log query --key "$key.pub" --output "$work/requests" "$b" >/dev/null
answers >/dev/null
answer=$work/requests/fix.answer.json
refused() { # NAME FILTER MESSAGE
	jq "$2" "$answer" >"$work/wrong.json"
	ends "$1" 4 "fixproof: log: $b: $work/wrong.json: $3" "$fixproof" log add --key "$key.pub" "$b" "$work/wrong.json"
}
refused "another index than the proof's" '.logIndex = "4"' "the proof is of entry 7, not of 4"
refused "another place in the tree" '.logIndex = "6" | .inclusionProof.logIndex = "6"' "the log's proof: the proof leads to another root"
refused "a hash too few" '.inclusionProof.hashes |= .[1:]' "the log's proof: the proof has another length than the tree needs"
refused "another size than the checkpoint's" '.inclusionProof.treeSize = "9"' "the proof is of another tree than the checkpoint"
refused "another root than the checkpoint's" '.inclusionProof.rootHash = .inclusionProof.hashes[0]' "the proof is of another tree than the checkpoint"
refused "a leaf about something else" '.canonicalizedBody = "e30="' "the log's entry is about another signature"
refused "a kind that cannot be checked" '.kindVersion.version = "0.0.1"' "the log's entry is of the kind hashedrekord 0.0.1, which cannot be checked"
refused "a promise instead of a proof" '.inclusionPromise = {}' "carries a promise of inclusion; only proofs are taken"
refused "a field that the protocol does not have" '.extra = 1' 'unknown key "extra"'
"$fixproof" log add --key "$key.pub" "$b" "$work"/requests/*.answer.json >/dev/null
policy plain ecdsa-p256 "$(printf 'logs: ["%s"]' "$log")"
cp "$b/fix.sigstore.json" "$work/good.json"
jq -cS '.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint.envelope |= sub("— log.example [A-Za-z0-9+/]{12}"; "— log.example AAAAAAAAAAAA")' \
	"$work/good.json" >"$b/fix.sigstore.json"
is "a checkpoint that the log did not sign" "$(line plain log | cut -c1-7)" "1: FAIL"
cp "$work/good.json" "$b/fix.sigstore.json"
is "and whole again" "$(line plain log)" "0: ok KEY: its signatures are in log.example"
# What the policy itself may get wrong.
policy empty ecdsa-p256 'require_log: true'
ends "a log that is demanded must be named" 4 "fixproof: trust: $work/empty.yaml:1:1: \"require_log\" needs \"logs\"" \
	"$fixproof" trust check "$work/empty.yaml"
policy foreign ecdsa-p256 "logs: [\"${log/log.example/other.example}\"]"
ends "a key of another name than its id is of" 4 \
	"fixproof: trust: $work/foreign.yaml:3:8: logs[0]: \"${log/log.example/other.example}\": the id is not that of the key" \
	"$fixproof" trust check "$work/foreign.yaml"
finish
