#!/bin/bash
# No secret enters a bundle: found in inputs, or the value of a sensitive variable.
. tests/e2e/lib.sh
plan 27
make_key k
cp -r examples/s3-encryption "$work/case"
# Put together here, so that no scanner takes this file for a leak.
token=ghp_$(printf '16C7e42F292c6912E7710c838347Ae178B4a')
password='Tr0ub4''dor&3-"x"'
cat >"$work/case/workspace/leak.tf" <<T
# deployed with $token
locals { leak = "$token" }
T
cat >"$work/case/workspace/secret.tf" <<'T'
variable "db_password" {
  type      = string
  sensitive = true
}
variable "pin" {
  type      = string
  sensitive = true
}
resource "aws_ssm_parameter" "db" {
  name  = "/db/password"
  type  = "SecureString"
  value = "${var.db_password}${local.leak}"
}
T
printf 'variables:\n  db_password: %s\n  pin: "4711"\n' "'$password'" >>"$work/case/case.yaml"
grep -q '^variables:' examples/s3-encryption/case.yaml && /usr/bin/python3 - "$work/case/case.yaml" "$password" <<'P'
import sys, yaml
text = open(sys.argv[1]).read()
head, tail = text.rsplit("variables:\n", 1)
open(sys.argv[1], "w").write(head.replace("variables:\n", "variables:\n" + tail, 1))
P
head -c 48 /dev/urandom >"$work/mine"
b=$work/out/s3-encryption.fixproof
run() { "$fixproof" run --force --key "$work/k.key" --output "$work/out" "$@" "$work/case" 2>"$work/err"; }
is "a case with secrets is judged" "$(run --redaction-key "$work/mine" | head -1 | cut -c1-23)" "s3-encryption: VERIFIED"
in_bundle() { grep -rlF -- "$1" "$b" | wc -l; }
is "the token is nowhere in the bundle" "$(in_bundle "$token")" 0
is "nor is the password, as it is or with its quotes escaped" "$(in_bundle "$password") $(in_bundle "${password//\"/\\\"}")" "0 0"
is "nor the short one beside its name" "$(grep -c 4711 "$b/case/case.yaml")" 0
is "nor in the plans as a value" "$(grep -l '"4711"' "$b"/plans/* "$b"/evidence/* | wc -l)" 0
is "the manifest marks the file" "$(jq -c '.files[] | select(.path == "case/workspace/leak.tf") | .redacted' "$b/manifest.json")" true
digest=$(jq -r '.redactions[] | select(.path == "case/workspace/leak.tf") | .digest' "$b/evidence/evidence.json" | head -1)
is "the digest is HMAC-SHA256 by the user's key" "$digest" \
	"$(/usr/bin/python3 -c 'import hashlib, hmac, sys; print(hmac.new(open(sys.argv[1], "rb").read(), sys.argv[2].encode(), hashlib.sha256).hexdigest())' "$work/mine" "$token")"
ok "in its place stands its beginning" grep -q "leak = \"redacted-hmac-sha256-${digest:0:32}\"" "$b/case/workspace/leak.tf"
is "each is listed with its kind" "$(jq -r '[.redactions[].detector] | unique | join(" ")' "$b/evidence/evidence.json")" "assigned github-token sensitive-variable"
is "it verifies, and the check says on whose word the digests stand" \
	"$("$fixproof" verify --key "$work/k.pub" "$b" | sed -n 's/^  \(note\) redactions [0-9]* /\1 /p')" \
	"note secrets redacted: the digests of the originals stand on the signer's word"
printf 'format: fixproof-trust/1\nsigners: [{name: k, key: k.pub}]\nallow_redactions: false\n' >"$work/t.yaml"
is "a policy can refuse that" "$("$fixproof" verify --trust "$work/t.yaml" "$b" | grep -c '^  FAIL redactions')" 1
is "rerun cannot, and says what is missing" "$("$fixproof" rerun "$b" >"$work/report"; echo "$?: $(grep -c 'open redacted *case/workspace/leak.tf: . redacted (github-token)' "$work/report")")" "3: 1"
ends "a short key is an error" 4 "fixproof: run: $work/k.pub.short: a key needs 32 bytes or more" \
	bash -c "echo short >'$work/k.pub.short'; '$fixproof' run --key '$work/k.key' --redaction-key '$work/k.pub.short' --output '$work/none' '$work/case'"
first=$digest
run >/dev/null
is "without a key it is a random one" "$([ "$(jq -r '.redactions[0].digest' "$b/evidence/evidence.json")" != "$first" ] && in_bundle "$token")" 0
is "what has no secrets has no redactions" "$("$fixproof" run --force --key "$work/k.key" --output "$work/out" examples/s3-encryption >/dev/null; jq -c .redactions "$b/evidence/evidence.json")" "[]"
# Numbers, truth values, keys and names.
cp -r examples/s3-encryption "$work/more"
cat >"$work/more/workspace/more.tf" <<T
variable "pin" {
  type      = number
  sensitive = true
  default   = 4711
}
variable "encrypted" {
  sensitive = true
  default   = true
}
variable "long" {
  sensitive = true
  default   = 271828182845
}
resource "aws_db_instance" "d" {
  identifier          = "d"
  engine              = "mysql"
  instance_class      = "db.t3.micro"
  allocated_storage   = var.pin
  port                = 4712
  storage_encrypted   = var.encrypted
  skip_final_snapshot = true
  tags                = { "$token" = "x", "long" = var.long }
}
T
"$fixproof" run --force --key "$work/k.key" --output "$work/out" "$work/more" >"$work/report"
# Not where digits are those of a digest or a signature.
is "short numbers in the block of their variable" "$(grep -rlE --exclude="*.sigstore.json" --exclude="*.jsonl" "(^|[^0-9a-f])4711([^0-9a-f]|\$)" "$b" | wc -l)" 0
is "long ones anywhere" "$(grep -rl 271828182845 "$b" | wc -l)" 0
is "other numbers stay" "$(jq -c '.resource_changes[] | select(.address == "aws_db_instance.d").change.after.port' "$b/plans/first-fresh.json")" 4712
planned() { jq -r ".resource_changes[] | select(.address == \"aws_db_instance.d\").change.after.$1" "$b/plans/first-fresh.json" | cut -c1-20; }
is "a number of a plan" "$(planned allocated_storage)" redacted-hmac-sha256
is "a truth value of a plan" "$(planned storage_encrypted)" redacted-hmac-sha256
seen() { jq -c "[.instances[] | select(.address == \"aws_db_instance.d\") | .values.$1, .unknown.$1]" "$b/evidence/view-first.json"; }
is "what policies see of them is that they are not known" "$(seen allocated_storage) $(seen storage_encrypted)" "[null,true] [null,true]"
is "and of a variable" "$(jq -r '.variables[] | select(.name == "pin").value' "$b/evidence/view-first.json" | cut -c1-20)" redacted-hmac-sha256
is "a key of a map" "$(grep -rlF -- "$token" "$b" | wc -l)" 0
is "a policy that needs one of them leaves it open" \
	"$(jq -r '.dsseEnvelope.payload | @base64d | fromjson | .predicate.policies[] | select(.id == "fp-aws-rds-encryption") | .after' "$b"/*.sigstore.json "$b"/attestations/*.sigstore.json 2>/dev/null | head -1)" unknown
ok "such a bundle is derived again" bash -c "'$fixproof' verify --key '$work/k.pub' '$b' | grep -q '^  ok *statement'"
: >"$work/more/workspace/$token.txt"
is "a name cannot be replaced: no bundle is written" "$("$fixproof" run --force --key "$work/k.key" --output "$work/none" "$work/more" 2>&1 | sed 's/[0-9a-f]\{32\}/DIGEST/')" \
	"fixproof: run: $work/more/case.yaml: case/workspace/redacted-hmac-sha256-DIGEST.txt: the name of the file holds a secret; no bundle is written"
is "and nothing is" "$(ls -A "$work/none" | wc -l)" 0
finish
