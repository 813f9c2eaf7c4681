#!/bin/bash
# Trust policies, timestamps by a real authority, certificates, and who counts as a signer.
. tests/e2e/lib.sh
command -v faketime >/dev/null || skip_all "faketime is missing"
plan 60
run() { "$fixproof" run --output "$work/out" --force "$@" examples/s3-encryption >/dev/null; }
b=$work/out/s3-encryption.fixproof
policy() { # NAME, the rest on standard input
	{ echo 'format: fixproof-trust/1' && cat; } >"$work/$1.yaml"
}
line() { # POLICY ID: the lines of that check, and the status
	local report status
	report=$("$fixproof" verify --trust "$work/$1.yaml" "$b" 2>&1)
	status=$?
	printf '%s' "$status: $(sed -n "s/^  \([a-zA-Z]*\) *$2 */\1 /p" <<<"$report" | paste -sd'|')"
}
make_key release
make_key second ed25519
make_key third rsa-3072
cd "$work" || exit 1
# An authority for signers and one for timestamps, both on this machine alone.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 3650 \
	-subj '/O=Example/CN=signing root' -addext 'keyUsage=critical,keyCertSign' 2>/dev/null
openssl req -new -key release.key -subj '/CN=ci' -out leaf.csr 2>/dev/null
leaf() { # NAME EXTENSIONS
	openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 1 -out "$1.pem" -extfile <(printf '%s\n' "$2") 2>/dev/null
}
leaf leaf 'keyUsage=critical,digitalSignature
extendedKeyUsage=codeSigning
subjectAltName=URI:https://ci.example/infra/main'
leaf server 'keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=URI:https://ci.example/infra/main'
openssl req -x509 -newkey rsa:3072 -nodes -keyout tsaroot.key -out tsaroot.pem -days 3650 -subj '/O=Example/CN=timestamp root' 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -subj '/O=Example/CN=timestamps' -out tsa.csr 2>/dev/null
openssl x509 -req -in tsa.csr -CA tsaroot.pem -CAkey tsaroot.key -days 30 -out tsaleaf.pem \
	-extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n') 2>/dev/null
cat tsaleaf.pem tsaroot.pem >tsa.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout x.key -out other.pem -days 3650 -subj '/CN=other' 2>/dev/null
cat >tsa.cnf <<'C'
[tsa]
serial = serial
signer_digest = sha256
digests = sha256, sha384, sha512
default_policy = 1.3.6.1.4.1.99999.1
accuracy = secs:1
C
cp "$source_dir/tests/python/tsa.py" . && echo 01 >serial
/usr/bin/python3 tsa.py >port 2>tsa.log &
authority=$!
trap 'kill $authority 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s port ] && break; sleep 0.05; done
url=http://127.0.0.1:$(cat port)/tsa
cd "$source_dir" || exit 1

policy plain <<<'signers: [{name: release, key: release.pub}]'
run --key "$work/release.key"
is "a policy that names the signer accepts" "$(line plain signer)" "0: ok release"
ok "trust check has nothing to refuse" "$fixproof" trust check "$work/plain.yaml"
policy nobody <<<'signers: [{name: second, key: second.pub}]'
is "another signer is refused" "$(line nobody signature)" "1: FAIL fix.sigstore.json: no trusted key made this signature"
policy ended <<<'signers: [{name: release, key: release.pub, until: 2026-01-01}]'
is "a key past its end is refused without a timestamp" "$(line ended signer | sed 's/judged at .*/judged/')" \
	"1: FAIL release is valid until 2026-01-01T23:59:59Z, and without a timestamp judged"
policy early <<<'signers: [{name: release, key: release.pub, from: 2099-01-01}]'
is "and so is one before its time" "$(line early signer | cut -c1-47)" "1: FAIL release is valid from 2099-01-01T00:00:"
policy revoked <<<'signers: [{name: release, key: release.pub, revoked: 2026-01-01}]'
is "a revoked key is refused" "$(line revoked signer | cut -c1-51)" "1: FAIL release is revoked since 2026-01-01T00:00:0"

# Every criterion: one policy that holds, one that does not, with what would be accepted.
criterion() { # ID HOLDS FAILS MESSAGE
	{ echo 'signers: [{name: release, key: release.pub}]' && echo "$2"; } | policy yes
	{ echo 'signers: [{name: release, key: release.pub}]' && echo "$3"; } | policy no
	is "$1: holds" "$(line yes "$1" | cut -c1-5)" "0: ok"
	is "$1: does not" "$(line no "$1")" "1: FAIL $4"
}
digest=$(jq -r '.files[] | select(.path == "case/policies/fp-aws-s3-encryption.yaml") | .sha256' "$b/manifest.json")
policy_digest=$(jq -r '.policies[] | select(.id == "fp-aws-s3-encryption") | .sha256' "$b/evidence/evidence.json")
pack_digest=$(jq -r '.packs[0].sha256 // .packs[0].digest' "$b/evidence/evidence.json")
standard=$(jq -r '.claims.controls[0] | "\(.standard) \(.version)"' "$b/evidence/evidence.json")
name=$(jq -r '.claims.controls[0].standard' "$b/evidence/evidence.json")
versions=$(jq -r '[.claims.controls[] | "\(.standard) \(.version)"] | unique | length' "$b/evidence/evidence.json")
planner=$(jq -r .planner "$b/evidence/evidence.json")
criterion decision 'decisions: [verified]' 'decisions: [refused]' "the decision is verified; accepted: refused"
criterion verifiers 'verifiers: [idempotent, policy]' 'verifiers: [idempotent, nothing]' "nothing: not judged; accepted: pass, not waived"
criterion policies "policies: [{id: fp-aws-s3-encryption, sha256: $policy_digest}]" 'policies: [mine-*, yours]' \
	"fp-aws-s3-encryption sha256:$policy_digest is bound; accepted: mine-* or yours"
criterion policies 'policies: [fp-aws-*]' "policies: [{id: fp-aws-s3-encryption, sha256: $digest}]" \
	"fp-aws-s3-encryption sha256:$policy_digest is bound; accepted: fp-aws-s3-encryption sha256:$digest"
criterion standards 'standards: ["*"]' "standards: [{standard: \"$name\", version: none}]" "$standard is claimed; accepted: $name none"
criterion planner "planners: [$planner]" 'planners: [both]' "the planner is $planner; accepted: both"
criterion packs "packs: [{provider: registry.terraform.io/hashicorp/aws, version: 5.100.0, sha256: $pack_digest}]" \
	'packs: [{provider: "*", version: 6.0.0}]' \
	"registry.terraform.io/hashicorp/aws 5.100.0 sha256:$pack_digest was used; accepted: * 6.0.0"
criterion image 'images: [none]' 'images: [base]' "the image is none; accepted: base"
criterion version "versions: [$("$fixproof" --version | cut -d' ' -f2)]" 'versions: ["9.*"]' \
	"the version of fixproof is $("$fixproof" --version | cut -d' ' -f2); accepted: 9.*"
{ echo 'signers: [{name: release, key: release.pub}]' && echo 'max_age_days: 30'; } | policy age
is "age: young enough" "$(line age age | cut -c1-5)" "0: ok"
is "age: too old, with what is accepted" "$(faketime '+40 days' "$fixproof" verify --trust "$work/age.yaml" "$b" | grep -c "FAIL age .* (by the signer's word); accepted: at most 30 days")" 1
is "inferred types are refused unless allowed, and there are none" "$(line plain inferred)" "0: ok no types inferred from the workspace"
is "waivers likewise" "$(line plain waivers)" "0: ok no waivers that count"

# Timestamps.
printf 'signers: [{name: release, key: release.pub}]\ntimestamp_authorities: [{name: tsa, chain: tsa.pem}]\nrequire_timestamp: true\n' | policy stamped
is "a timestamp that is asked for and missing is refused" "$(line stamped timestamp)" \
	"1: FAIL fix.sigstore.json: no timestamp by a trusted authority; accepted: one by tsa"
run --key "$work/release.key" --timestamp-server-url "$url"
is "a timestamp from a server is accepted" "$(line stamped timestamp | sed 's/SHA256:[^ ]*/KEY/; s/at 2[^,]*/at TIME/')" \
	"0: ok KEY signed at TIME, says a trusted authority"
# The same over TLS.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost 2>/dev/null
cat "$work/tls.key" "$work/tls.crt" >"$work/tls.pem"
(cd "$work" && exec /usr/bin/python3 tsa.py tls.pem >tls.port 2>>tsa.log) &
secure=$!
trap 'kill $authority $secure 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/tls.port" ] && break; sleep 0.05; done
tls=https://localhost:$(cat "$work/tls.port")/tsa
SSL_CERT_FILE=$work/tls.crt run --key "$work/release.key" --timestamp-server-url "$tls"
is "so is one over TLS" "$(line stamped timestamp | cut -c1-5)" "0: ok"
ends "whose certificate this machine must know" 4 "fixproof: run: examples/s3-encryption/case.yaml: $tls: certificate verify failed" \
	run --key "$work/release.key" --timestamp-server-url "$tls"
ends "for that very name" 4 "fixproof: run: examples/s3-encryption/case.yaml: ${tls/localhost/127.0.0.1}: certificate verify failed" \
	env SSL_CERT_FILE="$work/tls.crt" "$fixproof" run --output "$work/out" --force --key "$work/release.key" \
	--timestamp-server-url "${tls/localhost/127.0.0.1}" examples/s3-encryption
is "the timestamp decides, not today: the key has ended since" \
	"$(printf 'signers: [{name: release, key: release.pub, until: %s}]\ntimestamp_authorities: [{name: tsa, chain: tsa.pem}]\n' "$(date -u -d '+2 days' +%F)" | policy later
	faketime '+5 days' "$fixproof" verify --trust "$work/later.yaml" "$b" | grep -c 'ok   signer     release$')" 1
is "an authority whose certificate has expired still proves what it said" \
	"$(faketime '+3000 days' "$fixproof" verify --trust "$work/stamped.yaml" "$b" | tail -1)" "$b: verified"
printf 'signers: [{name: release, key: release.pub}]\ntimestamp_authorities: [{name: tsa, chain: other.pem}]\n' | policy stranger
is "an authority that nobody trusts is a note" "$(line stranger timestamp)" "0: note 3 timestamps, by no authority that is trusted here"
printf 'signers: [{name: release, key: release.pub}]\ntimestamp_authorities: [{name: tsa, chain: tsa.pem, until: 2026-01-01}]\nrequire_timestamp: true\n' | policy closed
is "nor is one outside of its window" "$(line closed timestamp | cut -c1-7)" "1: FAIL"
cp -r "$b" "$work/clean"
jq -c --slurpfile o "$b/attestations/test-result.sigstore.json" '.verificationMaterial.timestampVerificationData = $o[0].verificationMaterial.timestampVerificationData' \
	"$work/clean/fix.sigstore.json" >"$b/fix.sigstore.json"
is "a timestamp of another signature is refused" "$(line stamped timestamp)" \
	"1: FAIL fix.sigstore.json: the timestamp: it is for another signature"
is "a server that is not there is an error, and nothing is written" \
	"$("$fixproof" run --key "$work/release.key" --timestamp-server-url http://127.0.0.1:1/ --output "$work/none" examples/s3-encryption >/dev/null 2>&1
	echo "$?:$(find "$work/none" -mindepth 1 | wc -l)")" "4:0"
# Without a network.
run --key "$work/release.key"
"$fixproof" timestamp query --output "$work/tsq" "$b" >/dev/null
is "one request for each signature" "$(ls "$work/tsq" | wc -l)" 3
for q in "$work"/tsq/*.tsq; do
	(cd "$work" && openssl ts -reply -config tsa.cnf -section tsa -queryfile "$q" -signer tsaleaf.pem -inkey tsa.key -out "${q%q}r") 2>/dev/null
done
ok "the answers go where they belong" "$fixproof" timestamp add "$b" "$work"/tsq/*.tsr
is "and are accepted" "$(line stamped timestamp | cut -c1-5)" "0: ok"
ends "an answer to another question is refused" 4 "fixproof: timestamp: $work/clean: $work/tsq/fix.tsr: the timestamp: it is for another signature" \
	"$fixproof" timestamp add "$work/clean" "$work/tsq/fix.tsr"

# Certificates.
run --key "$work/release.key" --certificate "$work/leaf.pem" --timestamp-server-url "$url"
printf 'signers: [{name: ci, certificate_authority: ca.pem, identity: "https://ci.example/infra/*"}]\ntimestamp_authorities: [{name: tsa, chain: tsa.pem}]\n' | policy ci
is "a certificate of the authority, for the identity, is accepted" "$(line ci signer)" "0: ok ci"
is "also when it has expired, as it was signed before" "$(faketime '+10 days' "$fixproof" verify --trust "$work/ci.yaml" "$b" | tail -1)" "$b: verified"
printf 'signers: [{name: ci, certificate_authority: ca.pem, identity: "https://ci.example/other"}]\n' | policy other
if [ -d tests/node/node_modules ] || (cd tests/node && npm ci --no-audit --no-fund) >/dev/null 2>&1; then
	"$fixproof" trust root "$work/ci.yaml" >"$work/trusted_root.json"
	is "@sigstore/verify accepts it, by the root that we export" \
		"$(node tests/node/verify.mjs "$b/fix.sigstore.json" "$work/trusted_root.json" 2>&1)" "https://slsa.dev/verification_summary/v1"
	"$fixproof" trust root "$work/plain.yaml" >"$work/empty_root.json"
	is "and not by another root" "$(node tests/node/verify.mjs "$b/fix.sigstore.json" "$work/empty_root.json" 2>&1 | head -c 18)" "VerificationError:"
else
	result 0 "@sigstore/verify # SKIP the npm packages of tests/node cannot be installed"
	result 0 "and not by another root # SKIP likewise"
fi
is "another identity is refused" "$(line other signer | sed 's/SHA256:[^ ]*:/KEY:/')" \
	"1: FAIL KEY: its certificate is for https://ci.example/infra/main; accepted: https://ci.example/other"
printf 'signers: [{name: ci, certificate_authority: other.pem, identity: "https://ci.example/infra/*"}]\n' | policy foreign
is "another authority is refused" "$(line foreign signer | sed 's/SHA256:[^ ]*:/KEY:/')" \
	"1: FAIL KEY: ci: the certificate: unable to get local issuer certificate"
run --key "$work/release.key" --certificate "$work/server.pem"
is "a certificate for servers is refused" "$(line ci signer | sed 's/SHA256:[^ ]*:/KEY:/')" "1: FAIL KEY: ci: the certificate is not for signing code"
ends "a certificate of another key is refused" 4 "fixproof: run: $work/leaf.pem: is for the key $("$fixproof" key show "$work/release.pub" | cut -d' ' -f1), not for $("$fixproof" key show "$work/second.pub" | cut -d' ' -f1)" \
	"$fixproof" run --key "$work/second.key" --certificate "$work/leaf.pem" --output "$work/none" examples/s3-encryption
is "an identity that is anything fails the check of the policy" \
	"$(printf 'signers: [{name: ci, certificate_authority: ca.pem, identity: "*"}]\n' | policy any
	"$fixproof" trust check "$work/any.yaml" | grep -c '^  FAIL signer'; echo $?)" "1
0"

# A signed policy.
"$fixproof" trust sign --key "$work/second.key" "$work/plain.yaml" >/dev/null
run --key "$work/release.key"
ok "a policy that is signed" "$fixproof" verify --trust "$work/plain.yaml" --trust-key "$work/second.pub" "$b"
ends "by another key it is refused" 4 "fixproof: verify: $work/plain.yaml.sigstore.json: is not signed by the key of --trust-key" \
	"$fixproof" verify --trust "$work/plain.yaml" --trust-key "$work/third.pub" "$b"
echo '# more' >>"$work/plain.yaml"
ends "and so is a policy that was changed" 4 "fixproof: verify: $work/plain.yaml: is not the policy that $work/plain.yaml.sigstore.json was signed for" \
	"$fixproof" verify --trust "$work/plain.yaml" --trust-key "$work/second.pub" "$b"

# What it is about.
tree=$(jq -r '.runs.first.git_tree' "$b/evidence/evidence.json")
binding() { "$fixproof" verify --key "$work/release.pub" "$@" "$b" | sed -n 's/^  \(ok\|FAIL\) *\(artifact\|git-tree\|commit\) .*/\1 \2/p'; }
is "--git-tree" "$(binding --git-tree "$tree") $(binding --git-tree "${tree%?}x")" "ok git-tree FAIL git-tree"
is "--commit of what has none" "$(binding --commit abc)" "FAIL commit"
cp -r examples/s3-encryption/workspace "$work/deployed"
is "--artifact of another directory" "$(binding --artifact "$work/deployed")" "FAIL artifact"
patch -s -d "$work/deployed" -p1 <"$b/fix.diff"
is "--artifact of the fixed directory" "$(binding --artifact "$work/deployed")" "ok artifact"
is "--artifact of the plan" "$(binding --artifact "$b/plans/first-fresh.json")" "ok artifact"
finish
