#!/bin/bash
# Our signatures, checked by implementations that are not ours.
. tests/e2e/lib.sh
if [ ! -d tests/node/node_modules/sigstore-verify-4 ]; then
	(cd tests/node && npm ci --no-audit --no-fund) >/dev/null 2>&1 ||
		skip_all "the npm packages of tests/node cannot be installed"
fi
/usr/bin/python3 -c 'import securesystemslib, cryptography' 2>/dev/null ||
	skip_all "python3-securesystemslib is missing"
plan 18
# As `ssh-keygen -lf` prints it, by another implementation of the encoding.
ssh_fingerprint() {
	/usr/bin/python3 - "$1" <<'P'
import base64, hashlib, sys
from cryptography.hazmat.primitives import serialization as s
key = s.load_pem_public_key(open(sys.argv[1], "rb").read())
blob = base64.b64decode(key.public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH).split()[1])
print("SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("="))
P
}
node_verify() { node tests/node/verify.mjs "$@"; }
for type in ecdsa-p256 ed25519 rsa-3072 ecdsa-p384; do
	make_key $type $type
	"$fixproof" run --key "$work/$type.key" --output "$work/$type-out" examples/s3-encryption >/dev/null
	b=$work/$type-out/s3-encryption.fixproof
	if [ $type != ecdsa-p384 ]; then # which @sigstore/verify does not take with a bare key
		is "$type: @sigstore/verify accepts the summary" "$(node_verify "$b/fix.sigstore.json" "$work/$type.pub" 2>&1)" \
			"https://slsa.dev/verification_summary/v1"
		is "$type: and the fix verification" "$(node_verify "$b/attestations/fix-verification.sigstore.json" "$work/$type.pub" 2>&1)" \
			"https://fixproof.dev/fix-verification/v1"
	fi
	is "$type: securesystemslib accepts every line" \
		"$(/usr/bin/python3 tests/python/dsse.py "$b/attestations.intoto.jsonl" "$work/$type.pub" 2>&1)" "3 signatures verified"
	is "$type: the key id is the fingerprint of the SSH encoding" \
		"$("$fixproof" key show "$work/$type.pub" | cut -d' ' -f1)" "$(ssh_fingerprint "$work/$type.pub")"
done
b=$work/ecdsa-p256-out/s3-encryption.fixproof
jq -c '.dsseEnvelope.payload |= (@base64d | sub("PASSED";"FAILED") | @base64)' "$b/fix.sigstore.json" >"$work/forged.json"
is "a forged payload is refused by @sigstore/verify" "$(node_verify "$work/forged.json" "$work/ecdsa-p256.pub" 2>&1)" \
	"VerificationError: signature verification failed"
is "another key is refused by @sigstore/verify" "$(node_verify "$b/fix.sigstore.json" "$work/ecdsa-p384.pub" 2>&1 | head -c 18)" \
	"VerificationError:"
# In a log: @sigstore/verify looks for the proof that our own test log gave, by the root that we print.
"$fixproof" log query --key "$work/ecdsa-p256.pub" --output "$work/requests" "$b" >/dev/null
log=$(/usr/bin/python3 tests/python/tlog.py log.example "$work"/requests/*.entry.json)
printf 'format: fixproof-trust/1\nsigners: [{name: release, key: ecdsa-p256.pub}]\nlogs: ["%s"]\n' "$log" >"$work/trust.yaml"
"$fixproof" trust root "$work/trust.yaml" >"$work/root.json"
log_verify() { node tests/node/verify-log.mjs "$b/fix.sigstore.json" "$work/ecdsa-p256.pub" "$work/root.json" 2>&1; }
is "without a log's entry @sigstore/verify refuses where one is demanded" "$(log_verify)" \
	"VerificationError: expected 1 tlog entries, got 0"
"$fixproof" log add --key "$work/ecdsa-p256.pub" "$b" "$work"/requests/*.answer.json >/dev/null
is "with it, it accepts" "$(log_verify)" "https://slsa.dev/verification_summary/v1"
finish
