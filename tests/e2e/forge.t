#!/bin/bash
# A holder of the key that is trusted signs what does not follow from the evidence, with a program of his own.
. tests/e2e/lib.sh
/usr/bin/python3 -c 'import cryptography' 2>/dev/null || skip_all "python3-cryptography is missing"
plan 17
make_key k
"$fixproof" run --key "$work/k.key" --output "$work/out" examples/s3-encryption examples/sg-appends >/dev/null
good=$work/out/s3-encryption.fixproof
bad=$work/out/sg-appends.fixproof
b=$work/forged.fixproof
forge() { # BUNDLE FILTER [PAYLOAD-TYPE]
	rm -rf "$b" && cp -r "$1" "$b" && /usr/bin/python3 tests/python/resign.py "$work/k.key" "$b" "${@:2}"
}
report() { # the failed or open checks, and the status
	local text status
	text=$("$fixproof" verify --key "$work/k.pub" "$b" 2>&1)
	status=$?
	printf '%s' "$status: $(sed -n 's/^  \(FAIL\|open\) *\([a-z]*\) */\1 \2 /p' <<<"$text" | paste -sd'|')"
}
not_following="the statement does not follow from the evidence"
forge "$good" .
is "what his program signs as it is, is accepted" "$(report)" "0: "
case_of='if .predicate.decision then'
forge "$good" "$case_of .predicate.verdicts[0].verdict = \"fail\" else . end"
is "a verdict flipped" "$(report)" "1: FAIL statement attestations/fix-verification.sigstore.json: $not_following"
forge "$good" "$case_of .predicate.verdicts[0].reason = \"all is well\" else . end"
is "a reason changed" "$(report)" "1: FAIL statement attestations/fix-verification.sigstore.json: $not_following"
forge "$good" "$case_of .predicate.notClaimed = [] else . end"
is "what is not claimed left out" "$(report)" "1: FAIL statement attestations/fix-verification.sigstore.json: $not_following"
forge "$good" 'if .predicate.verifiedLevels then .predicate.verifiedLevels += ["FIXPROOF_PLANNERS_AGREE"] else . end'
is "a level more" "$(report)" "1: FAIL statement fix.sigstore.json: $not_following"
forge "$good" 'if .predicate.verifiedLevels then .predicate.verifiedLevels |= map(select(. != "FIXPROOF_SINGLE_PLANNER")) else . end'
is "what weakens the proof left out" "$(report)" "1: FAIL statement fix.sigstore.json: $not_following"
forge "$good" 'if .predicate.verificationResult then .predicate.timeVerified = "2020-01-01T00:00:00Z" else . end'
is "another time" "$(report)" "1: FAIL statement fix.sigstore.json: $not_following"
forge "$good" '(.subject[] | select(.name == "tree").digest.gitTree) |= ("0" + .[1:])'
is "another tree as the subject" "$(report)" "1: FAIL statement fix.sigstore.json: $not_following"
forge "$good" 'if .predicate.verificationResult then .predicateType = "https://slsa.dev/verification_summary/v2" else . end'
is "another predicate type" "$(report)" "1: FAIL statement fix.sigstore.json: $not_following"
forge "$good" 'if .predicate.verificationResult then .predicate.extra = 1 else . end'
is "an unknown field in the predicate" "$(report)" "1: FAIL statement fix.sigstore.json: $not_following"
forge "$good" . application/vnd.in-toto.vsa+json
is "another payload type" "$(report)" \
	"1: FAIL signature fix.sigstore.json: the payload type is \"application/vnd.in-toto.vsa+json\", not \"application/vnd.in-toto+json\""
forge "$good" "$case_of .predicate.verdicts[3].ruleVersion = 99 else . end"
is "a rule that is not known here is told apart from a forgery" "$(report | cut -d\` -f1,2)" "3: open rules cannot rederive: version 99 of the rule \`idempotent"
forge "$good" "$case_of .predicate.verdicts[0].verifier = \"unheard-of\" else . end"
is "and so is a verifier that is not known here" "$(report | cut -d\` -f1,2)" "3: open rules cannot rederive: version 1 of the rule \`unheard-of"
forge "$bad" 'if .predicate.decision then .predicate.decision = "verified" else . end'
is "a refusal that says verified" "$(report)" "1: FAIL statement refusal.sigstore.json: $not_following"

# The whole set of an approval, taken from another bundle and put over the evidence of a refusal.
cp -r "$bad" "$work/swapped" && rm "$work/swapped/refusal.sigstore.json"
cp -r "$good"/{fix.sigstore.json,attestations,attestations.intoto.jsonl} "$work/swapped"
b=$work/swapped
is "statements of another bundle" "$(report)" "1: FAIL manifest manifest.json: is not the one that fix.sigstore.json was signed for"
cp -r "$work/swapped" "$work/approval"
b=$work/forged.fixproof
digest=$(sha256sum <"$bad/manifest.json" | cut -d' ' -f1)
forge "$work/approval" "(.subject[] | select(.name == \"manifest.json\").digest.sha256) = \"$digest\""
is "an approval made for the evidence of a refusal" "$(report)" "1: FAIL statement fix.sigstore.json: does not belong to a bundle that is refused"
is "sign does not sign it either" "$("$fixproof" sign --key "$work/k.key" "$b" 2>&1 | sed 's/.*: is/is/')" \
	"is signed already; \`rerun --countersign\` adds a signature"
finish
