#!/bin/bash
# A case may take its finding from a scanner's report, in each of the formats; it is refused when it
# points to nothing, lies in the bundle, and follows from it when the bundle is verified.
. tests/e2e/lib.sh
make_key k
example=$source_dir/examples/scanner-report reports=$source_dir/tests/vectors/findings
cd "$work" || exit 1
fresh() { # REPORT [SED-SCRIPT]
	rm -rf case && cp -r "$example" case && cp "$reports/$1" case/
	sed -i "s/report: .*/report: $1/" case/case.yaml
	[ -z "${2-}" ] || sed -i "$2" case/case.yaml
}
run() { "$fixproof" run --key k.key --force --output out case 2>&1; }
found() { jq -r '.claims.finding | "\(.tool) \(.rule) \(.resource) \(.file):\(.line)"' out/scanner-report.fixproof/evidence/evidence.json; }
bound() { jq -r '.claims.policies | join(" ")' out/scanner-report.fixproof/evidence/evidence.json; }
plan 35
while IFS='|' read -r report edit finding; do
	fresh "$report" "$edit"
	is "$report: its finding is the one that the fix is held against" "$(run | head -1 | cut -c1-24)" "scanner-report: VERIFIED"
	is "$report: what was found and where" "$(found)" "$finding"
	is "$report: it lies in the bundle as it was given" "$(sha256sum <"out/scanner-report.fixproof/case/finding/$report" | cut -c1-64)" \
		"$(jq -r '.reports[0].digest' out/scanner-report.fixproof/evidence/evidence.json)"
	ok "$report: the finding follows from it again" "$fixproof" verify --key k.pub out/scanner-report.fixproof
done <<'ROWS'
results.sarif||Checkov CKV_AWS_19 module.invoices.aws_s3_bucket.this modules/bucket/main.tf:6
checkov.json||checkov CKV_AWS_19 module.invoices.aws_s3_bucket.this modules/bucket/main.tf:6
trivy.json|s/CKV_AWS_19/AVD-AWS-0088/|trivy AVD-AWS-0088 module.invoices.aws_s3_bucket.this modules/bucket/main.tf:6
codetf.json||Checkov CKV_AWS_19 module.invoices.aws_s3_bucket.this modules/bucket/main.tf:6
ROWS
is "the policy is the one that stands for the rule" "$(bound)" fp-aws-s3-encryption
ok "rerun comes to the same statements" "$fixproof" rerun out/scanner-report.fixproof
ok "a statement names the report" jq -e '.payload | @base64d | fromjson | .predicate.claims.finding.report.format == "codetf"' <(jq '.dsseEnvelope' out/scanner-report.fixproof/attestations/fix-verification.sigstore.json)
# Security Hub speaks of the live bucket, and of its own control.
fresh asff.json 's/rule: CKV_AWS_19/rule: S3.9/'
run >/dev/null
is "a finding of Security Hub is tied by the name of the bucket" "$(found)" "Security Hub S3.9 module.invoices.aws_s3_bucket.this null:0"
is "and bound to the policy that its control is mapped to" "$(bound)" fp-aws-s3-access-log
ok "which lies in the bundle too" test -f out/scanner-report.fixproof/case/finding/asff.json
# A bundle whose claim does not follow from the report is refused.
fresh results.sarif
"$fixproof" run --unsigned --force --output out case >/dev/null 2>&1
b=out/scanner-report.fixproof
sed -i 's/CKV_AWS_21/CKV_AWS_99/' "$b/case/finding/results.sarif"
ends "a report that was changed" 1 "" "$fixproof" verify --key k.pub "$b"
says() { # NAME MESSAGE
	ends "$1" 4 "fixproof: run: case/case.yaml: $2" "$fixproof" run --key k.key --force --output none case
}
fresh results.sarif 's/rule: CKV_AWS_19/rule: CKV_AWS_145/'
says "a rule that the report does not have" 'results.sarif: none of its 2 findings is what the case means: CKV_AWS_19 at modules/bucket/main.tf:6-8, CKV_AWS_21 at modules/bucket/main.tf:6-8'
fresh results.sarif '/rule:/d'
says "two findings and no word which" 'results.sarif: 2 findings are what the case means; say which by rule, file, line, resource or index: 0: CKV_AWS_19 at modules/bucket/main.tf:6-8, 1: CKV_AWS_21 at modules/bucket/main.tf:6-8'
fresh results.sarif 's/rule:.*/index: 0/'
is "the index says which" "$(run | head -1 | cut -c1-24)" "scanner-report: VERIFIED"
fresh results.sarif && sed -i 's/"startLine": 6, "endLine": 8/"startLine": 40/' case/results.sarif
says "a place where nothing is" 'results.sarif: CKV_AWS_19 at modules/bucket/main.tf:40 points to no resource; nearest: module.invoices.aws_s3_bucket_public_access_block.this (modules/bucket/main.tf:10-16), module.invoices.aws_s3_bucket.this (modules/bucket/main.tf:6-8)'
fresh results.sarif && sed -i 's,modules/bucket/main.tf,storage.tf,' case/results.sarif
says "a file that is not there" 'results.sarif: CKV_AWS_19 at storage.tf:6-8 points to no file with a resource; nearest: modules/bucket/main.tf'
fresh results.sarif && sed -i 's/CKV_AWS_19/HOUSE_1/' case/results.sarif case/case.yaml
says "a rule that no policy stands for" 'results.sarif: no policy stands for the rule HOUSE_1; name one under "policies"'
fresh results.sarif && rm case/results.sarif
says "a report that is not there" 'results.sarif: No such file or directory'
fresh results.sarif && ln -sf /etc/passwd case/results.sarif
says "a report outside of the case" 'results.sarif: leaves the directory of the case'
fresh results.sarif && echo '{}' >case/results.sarif
says "a report of no known format" 'results.sarif: is neither SARIF 2.1.0 nor a report of Checkov, Trivy, ASFF or CodeTF'
ok "and nothing was written" test ! -e none/scanner-report.fixproof
# With --git the report is the one of BASE.
rm -rf repo && mkdir repo && cp -r "$example" repo/case && cd repo || exit 1
sed -i 's/^workspace:.*/workspace: case\/workspace/; s/kind: patch/kind: git/; /path: fix.patch/d; s,\[modules/bucket/main.tf\],[case/workspace/modules/bucket/main.tf],' case/case.yaml
mv case/fix.patch ../fix.patch
g() { git -c user.name=a -c user.email=a@example.com -c init.defaultBranch=main "$@" >/dev/null 2>&1; }
g init && g add . && g commit -m base && g checkout -b fix
patch -s -d case/workspace -p1 <../fix.patch && rm case/results.sarif && g commit -a -m fix
is "in git mode it is read from BASE" "$("$fixproof" run --unsigned --force --output ../git --git main...fix case/case.yaml 2>&1 | sed -n 's/^  refused by //p')" \
	"scope: case/results.sarif is changed, outside of the paths of the scope"
is "and is there for the finding" "$(jq -r .claims.finding.resource ../git/scanner-report.fixproof/evidence/evidence.json)" module.invoices.aws_s3_bucket.this
finish
