#!/bin/bash
# Each verifier refuses, or leaves open, what it is there for, with the reason that a person would give.
. tests/e2e/lib.sh
mkdir -p "$work/case/workspace" "$work/case/after"
cat >"$work/case/workspace/main.tf" <<'T'
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { Owner = "o", Environment = "e" }
  }
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

resource "aws_s3_bucket" "data" {
  bucket = "data"
}

resource "aws_s3_bucket" "log" {
  bucket = "log"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "log" {
  bucket = aws_s3_bucket.log.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
T
echo "hands off" >"$work/case/workspace/other.txt"
soc=$("$fixproof" policy list | awk '{ print $1 }' | while read -r id; do
	"$fixproof" policy show "$id" | grep -q 'standard: SOC 2.*"CC6.6"' && echo "$id"
done | head -1)
sse() { # NAME BUCKET
	printf 'resource "aws_s3_bucket_server_side_encryption_configuration" "%s" {\n  bucket = %s\n  rule {\n    apply_server_side_encryption_by_default {\n      sse_algorithm = "aws:kms"\n    }\n  }\n}\n' "$1" "$2"
}
fresh() {
	rm -rf "$work/case/after" && cp -r "$work/case/workspace" "$work/case/after"
	cat >"$work/case/case.yaml" <<'C'
format: fixproof-case/1
id: a
workspace: workspace
finding: {tool: checkov, rule: CKV_AWS_19, resource: aws_s3_bucket.data, file: main.tf, line: 13, end_line: 15}
policies: [fp-aws-s3-encryption]
controls: [{standard: PCI DSS, version: "4.0", id: "8.3.2"}]
fix: {kind: files, path: after}
author: {kind: person, name: Ada}
reason: because
scope: {paths: [main.tf], resources: [aws_s3_bucket_server_side_encryption_configuration.data], keep: [aws_s3_bucket.log]}
C
}
main() { cat >>"$work/case/after/main.tf"; }
edit() { sed -i "$@" "$work/case/after/main.tf"; }
claim() { sed -i "$@" "$work/case/case.yaml"; }
good() { sse data aws_s3_bucket.data.id | main; }
verdict() { # NAME WANTED: the deciding line, or VERIFIED
	is "$1" "$("$fixproof" run --unsigned --force --output "$work/out" "$work/case" 2>&1 |
		sed -n 's/^  \(refused\|inconclusive\) by //p; s/^a: \(VERIFIED\).*/\1/p')" "$2"
}
plan 88
fresh; good
verdict "the honest fix" VERIFIED
fresh; good; claim '/^author/d'
verdict "no author" "recorded: the case does not record the author"
fresh; good; claim '/^reason/d'
verdict "no reason" "recorded: the case does not record the reason"
fresh; good; claim '/^finding/d'
verdict "no finding" "recorded: the case does not record the finding"
fresh; good; claim '/^policies/d'
verdict "no policy" "recorded: the case does not record the policy"
fresh
verdict "a fix that changes nothing" "policy: fp-aws-s3-encryption still fails after the fix on aws_s3_bucket.data: no aws_s3_bucket_server_side_encryption_configuration is connected with it"
fresh; sse data aws_s3_bucket.log.id | main
verdict "the wrong bucket is encrypted" "policy: fp-aws-s3-encryption still fails after the fix on aws_s3_bucket.data: no aws_s3_bucket_server_side_encryption_configuration is connected with it"
fresh; edit '/^resource "aws_s3_bucket" "data"/,/^}/d'
verdict "the bucket is deleted" "kept: aws_s3_bucket.data is gone after the fix"
fresh; good; edit 's/  bucket = "data"/  count  = 0\n  bucket = "data"/; s/aws_s3_bucket.data.id/try(aws_s3_bucket.data[0].id, "none")/'
verdict "the bucket is counted to zero" "kept: aws_s3_bucket.data[0] is gone after the fix"
fresh; good; edit 's/"aws_s3_bucket" "data"/"aws_s3_bucket" "renamed"/; s/aws_s3_bucket.data/aws_s3_bucket.renamed/'
verdict "the bucket is renamed" "kept: aws_s3_bucket.data is gone after the fix"
fresh; good; edit 's/"aws_s3_bucket" "data"/"aws_s3_bucket" "renamed"/; s/aws_s3_bucket.data/aws_s3_bucket.renamed/'
printf 'moved {\n  from = aws_s3_bucket.data\n  to   = aws_s3_bucket.renamed\n}\n' | main
claim 's/resources: \[/resources: [aws_s3_bucket.renamed, /'
verdict "renamed with a moved block it is the same" VERIFIED
fresh; good; edit 's/  bucket = "data"/  provider = aws.west\n  bucket   = "data"/'
verdict "another provider configuration" "kept: aws_s3_bucket.data is with another provider configuration after the fix: registry.terraform.io/hashicorp/aws aws.west, not registry.terraform.io/hashicorp/aws aws"
fresh; good; edit 's/region = "eu-central-1"/region = local.region/'; echo 'locals { region = "eu-central-1" }' | main
verdict "the same region, told otherwise" VERIFIED
cp "$work/case/workspace/main.tf" "$work/plain.tf"
sed -i 's/region = "eu-central-1"/region = local.region/' "$work/case/workspace/main.tf"
echo 'locals { region = "eu-central-1" }' >>"$work/case/workspace/main.tf"
fresh; good; edit 's/local.region/"eu-central-1"/'
verdict "the same region, told plainly" VERIFIED
fresh; good; edit 's/{ region = "eu-central-1" }/{ region = "eu-west-1" }/'
verdict "another region through a local" "kept: aws_s3_bucket.data is another object after the fix: region of the provider configuration aws is another one"
cp "$work/plain.tf" "$work/case/workspace/main.tf"
fresh; sse data aws_s3_bucket.data.id | sed 's/"aws:kms"/terraform.workspace == "default" ? "aws:kms" : "AES256"/' | main
verdict "a value that depends on the Terraform workspace" "reproducible: what is planned depends on terraform.workspace, and nothing says which it will be"
fresh; good; claim 's/resource: aws_s3_bucket.data/resource: aws_s3_bucket.nowhere/'
verdict "a finding that points to nothing" "kept: aws_s3_bucket.nowhere is not in the workspace before the fix"
fresh; claim 's/resource: aws_s3_bucket.data/resource: aws_s3_bucket.log/; s/, keep: .*\]}/}/'; edit 's/"AES256"/"aws:kms"/'
verdict "a policy that passed before" "policy: fp-aws-s3-encryption passes before the fix already: nothing to prove"
fresh; good; claim 's/^policies: .*/policies: [fp-none]/; /^controls/d'
verdict "a policy that nobody knows" "policy: the policy fp-none is not known"
fresh; good; claim 's/^policies: .*/policies: [fp-aws-sg-ssh]/; /^controls/d'
verdict "a policy that does not judge the resource" "policy: fp-aws-sg-ssh does not judge aws_s3_bucket.data"
fresh; sse data aws_s3_bucket.data.id | sed 's/"aws:kms"/aws_s3_bucket.log.bucket_domain_name/' | main
verdict "a value that is known only after apply" "policy: fp-aws-s3-encryption cannot be decided after the fix on aws_s3_bucket.data: aws_s3_bucket_server_side_encryption_configuration.data: rule.apply_server_side_encryption_by_default.sse_algorithm is not known before apply"
fresh; good; edit '/_configuration" "log"/,/^}/d'
verdict "another resource loses what it had" "regression: fp-aws-s3-encryption does not pass any more on aws_s3_bucket.log: no aws_s3_bucket_server_side_encryption_configuration is connected with it"
fresh; good; printf 'resource "aws_s3_bucket" "more" {\n  bucket = "more"\n}\n' | main
claim 's/resources: \[/resources: [aws_s3_bucket.more, /'
verdict "a new resource that fails a policy" "regression: fp-aws-s3-abort-multipart does not pass any more on aws_s3_bucket.more: lifecycle_rule.abort_incomplete_multipart_upload_days is not set"
fresh; good; claim 's/id: "8.3.2"/id: "3.5.1"/'
verdict "a control of another subject" "aligned: PCI DSS 4.0 3.5.1 is not about this: the policy's control there is 8.3.2"
fresh; good; claim 's/PCI DSS/SOC 2/'
verdict "a version that no catalogue is of" "aligned: there is no catalogue of SOC 2 4.0"
fresh; good; claim 's/standard: PCI DSS, version: "4.0", id: "8.3.2"/standard: SOC 2, version: "2017", id: CC6.6/'
verdict "a control that another policy is about" "aligned: SOC 2 2017 CC6.6 belongs to another subject: it is what $soc is about"
fresh; good; claim 's/standard: PCI DSS, version: "4.0", id: "8.3.2"/standard: SOC 2, version: "2017", id: CC6.9/'
verdict "a control that does not exist" "aligned: SOC 2 2017 has no control CC6.9"
fresh; good; claim 's/standard: PCI DSS, version: "4.0", id: "8.3.2"/standard: SOC 2, version: "2017", id: CC1.1/'
verdict "a control that no policy is about" "aligned: no bound policy maps to SOC 2 2017 CC1.1"
fresh; good; claim 's/standard: PCI DSS, version: "4.0", id: "8.3.2"/standard: AWS Foundational Security Best Practices, version: "1.0.0", id: S3.99/'
verdict "a control that our catalogue does not know" "aligned: our catalogue of AWS Foundational Security Best Practices 1.0.0 does not know S3.99"
while IFS='|' read -r standard version id wanted; do
	fresh; good; claim "s/standard: PCI DSS, version: \"4.0\", id: \"8.3.2\"/standard: $standard, version: \"$version\", id: \"$id\"/"
	if [ "$standard" = "NIST 800-53" ]; then # of which this policy maps to none
		claim 's/fp-aws-s3-encryption/fp-aws-s3-sse-kms/'
		edit 's|"aws:kms"|&\n      kms_master_key_id = "alias/data"|'
	fi
	verdict "$standard $version $id" "aligned: $wanted"
done <<'ROWS'
CIS AWS Foundations Benchmark|5.0.0|9.9|CIS AWS Foundations Benchmark 5.0.0 has no control 9.9
CIS AWS Foundations Benchmark|6.0.0|1.1|CIS AWS Foundations Benchmark 6.0.0 has no control 1.1
CIS AWS Foundations Benchmark|1.5.0|2.1.2|CIS AWS Foundations Benchmark 1.5.0 2.1.2 is not about this but about fp-aws-s3-tls-only: the policy's control there is 2.1.1
CIS Google Cloud Platform Foundation Benchmark|4.0.0|5.3|CIS Google Cloud Platform Foundation Benchmark 4.0.0 has no control 5.3
CIS Google Cloud Platform Foundation Benchmark|4.0.0|5.2|CIS Google Cloud Platform Foundation Benchmark 4.0.0 5.2 belongs to another subject: it is what fp-gcp-bucket-uniform-access is about
CIS Microsoft Azure Foundations Benchmark|3.0.0|4.18|CIS Microsoft Azure Foundations Benchmark 3.0.0 has no control 4.18
NIST 800-53|r5|AC-26|NIST 800-53 r5 has no control AC-26
NIST 800-53|r5|SC-7(30)|NIST 800-53 r5 has no control SC-7(30)
NIST 800-53|r5|SC-7(2)|NIST 800-53 r5 has withdrawn SC-7(2)
NIST 800-53|r5|AC-1a.2|our catalogue of NIST 800-53 r5 does not know AC-1a.2
CIS Kubernetes Benchmark|1.10.0|5.6.1|CIS Kubernetes Benchmark 1.10.0 has no control 5.6.1
ROWS
fresh; good; claim '/^controls/d'
verdict "no control claimed" VERIFIED
fresh; good; echo changed >"$work/case/after/other.txt"
verdict "another file" "scope: other.txt is changed, outside of the paths of the scope"
fresh; good; edit 's/bucket = "log"/bucket        = "log"\n  force_destroy = true/'
verdict "a resource that is to be kept" "scope: aws_s3_bucket.log is to be kept, and the plan says update"
fresh; good; printf 'resource "aws_sqs_queue" "q" {\n  name = "q"\n  sqs_managed_sse_enabled = true\n}\n' | main
verdict "a resource outside of the scope" "scope: aws_sqs_queue.q is changed (create), outside of the scope"
fresh; good; claim 's/paths: \[main.tf\], //'
verdict "without paths only the finding's file may change" VERIFIED
fresh; good; claim 's/paths: \[main.tf\], //; s/file: main.tf/file: other.txt/'
verdict "and no other" "scope: main.tf is changed, outside of the finding's file"
fresh; good; printf 'resource "aws_s3_bucket" "data" {}\n' | main
verdict "a tree that cannot be planned" "applies: the run \"first\" could not be planned: main.tf:37: Duplicate resource \"aws_s3_bucket\" configuration"
fresh; good; claim 's/^fix: .*/fix: {kind: patch, path: p}/'; printf -- '--- a/main.tf\n+++ b/main.tf\n@@ -1 +1 @@\n-x\n+y\n' >"$work/case/p"
verdict "a patch that does not apply" "applies: in the run \"first\": main.tf: hunk 1 (line 3 of the patch) does not match"
fresh; good; claim 's/, keep: .*\]}/}/; s/resources: \[/resources: [aws_s3_bucket.log, aws_s3_bucket_server_side_encryption_configuration.log, /'; edit 's/bucket = "log"/bucket = "logs"/'
verdict "a resource that may hold data is replaced" "impact: aws_s3_bucket.log: the plan says delete, create (because of bucket), and it may hold data"
claim 's/paths: \[main.tf\]/paths: [main.tf], allow_replace: [aws_s3_bucket.log]/'
verdict "unless the case allows it" VERIFIED
fresh; printf '# checkov:skip=CKV_AWS_19: later\n' | main; good
verdict "a comment that silences a scanner" "suppression: main.tf:29 tells a scanner to look away: checkov:skip=CKV_AWS_19: later"
fresh; good; edit 's/  bucket = "data"/  bucket = "data"\n  lifecycle {\n    ignore_changes = all\n  }/'
verdict "changes that are ignored from now on" "suppression: aws_s3_bucket.data ignores more changes than before"
fresh; good; edit 's/  bucket = "data"/  bucket = "data"\n  provisioner "local-exec" {\n    command = "id"\n  }/'
verdict "a provisioner" "executes: aws_s3_bucket.data gets a provisioner"
claim 's/paths: \[main.tf\]/paths: [main.tf], declare: [aws_s3_bucket.data]/'
verdict "unless it is declared" VERIFIED
fresh; good; printf 'data "external" "x" {\n  program = ["id"]\n}\n' | main
verdict "a program that runs at plan time" "executes: data.external.x runs a program while it is planned"
fresh; good; printf 'resource "aws_instance" "i" {\n  ami           = "ami-12345678"\n  instance_type = "t3.micro"\n  user_data     = "#!/bin/sh"\n  associate_public_ip_address = false\n  metadata_options {\n    http_tokens = "required"\n  }\n}\n' | main
claim 's/resources: \[/resources: [aws_instance.i, /'
verdict "user data" "executes: aws_instance.i runs other code: its user_data is new or changed"
fresh; good; printf 'module "m" {\n  source = "git::https://example.org/m.git?ref=main"\n}\n' | main
verdict "a module from elsewhere, by a branch" "pinned: module.m: git::https://example.org/m.git?ref=main names no commit"
fresh; good; claim '/^controls/d'; printf 'waivers: [{verifier: regression, reason: r, owner: o, expires: 2100-01-01}]\n' >>"$work/case/case.yaml"
edit '/_configuration" "log"/,/^}/d'; claim 's/resources: \[/resources: [aws_s3_bucket_server_side_encryption_configuration.log, /'
verdict "a waiver holds" VERIFIED
claim 's/2100-01-01/2020-01-01/'
verdict "until it expires" "regression: fp-aws-s3-encryption does not pass any more on aws_s3_bucket.log: no aws_s3_bucket_server_side_encryption_configuration is connected with it"
for id in recorded applies hermetic idempotent reproducible converges kept policy scope; do
	fresh; printf 'waivers: [{verifier: %s, reason: r, owner: o, expires: 2100-01-01}]\n' $id >>"$work/case/case.yaml"
	ends "a waiver of $id, which is of the core" 4 "fixproof: run: $work/case/case.yaml:11:22: waivers[0].verifier: \"$id\" is of the core and cannot be waived" \
		"$fixproof" run --unsigned --force --output "$work/out" "$work/case"
done
fresh; printf 'waivers: [{verifier: minimal, reason: r, owner: o, expires: 2100-01-01}, {verifier: minimum, reason: r, owner: o, expires: 2100-01-01}]\n' >>"$work/case/case.yaml"
ends "a waiver of a verifier that is none" 4 "fixproof: run: $work/case/case.yaml:11:85: waivers[1].verifier: no verifier has the id \"minimum\"" \
	"$fixproof" run --unsigned --force --output "$work/out" "$work/case"
fresh; printf 'waivers: [{policy: fp-aws-none, reason: r, owner: o, expires: 2100-01-01}]\n' >>"$work/case/case.yaml"
ends "a waiver of a policy that is none" 4 "fixproof: run: $work/case/case.yaml:11:20: waivers[0].policy: no policy has the id \"fp-aws-none\"" \
	"$fixproof" run --unsigned --force --output "$work/out" "$work/case"
fresh; good; printf 'locals {\n  k = "AKIAQ7XWLMZRT2VKHU5D"\n}\n' | main
verdict "an access key" "secrets: main.tf:38: an access key id of AWS"
cp "$work/case/after/main.tf" "$work/case/workspace/main.tf.keep"
fresh; printf 'locals {\n  k = "AKIAQ7XWLMZRT2VKHU5D"\n}\n' >>"$work/case/workspace/old.tf"; fresh; good
verdict "one that was there before is not of the fix" VERIFIED
rm "$work/case/workspace/old.tf" "$work/case/workspace/main.tf.keep"
fresh; good; printf 'terraform {\n  required_providers {\n    random = {\n      source  = "hashicorp/random"\n      version = ">= 3.0"\n    }\n  }\n}\n' | main
verdict "a provider of any version" "pinned: provider random: may be any of \">= 3.0\""
fresh; good; printf 'terraform {\n  required_providers {\n    random = {\n      source  = "hashicorp/random"\n      version = "3.6.0"\n    }\n  }\n}\n' | main
verdict "a provider of one version" VERIFIED
echo '# pins' >"$work/case/workspace/.terraform.lock.hcl"
fresh; good; claim 's/paths: \[/paths: [.terraform.lock.hcl, /; s,^fix: .*,fix: {kind: script\, directory: after\, command: [sh\, -c\, rm -f .terraform.lock.hcl; cp /fix/main.tf .]},'
verdict "a lock file that is dropped" "pinned: .terraform.lock.hcl is gone"
rm "$work/case/workspace/.terraform.lock.hcl"
fresh; good; printf 'resource "aws_sagemaker_model" "m" {\n  name               = "m"\n  execution_role_arn = "arn:aws:iam::123456789012:role/m"\n  primary_container {\n    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/m:latest"\n  }\n}\n' | main
claim 's/resources: \[/resources: [aws_sagemaker_model.m, /'
verdict "an image by its tag" "pinned: aws_sagemaker_model.m: the image 123456789012.dkr.ecr.eu-central-1.amazonaws.com/m:latest has no digest"
fresh; good; echo 'invariants: [fp-aws-s3-encryption]' >>"$work/case/case.yaml"
verdict "an invariant that holds" VERIFIED
fresh; good; echo 'invariants: [fp-aws-s3-versioning]' >>"$work/case/case.yaml"
verdict "an invariant that does not" "coverage: fp-aws-s3-versioning: no resource passes it before the fix"
fresh; edit '/^resource "aws_s3_bucket" "data"/,/^}/d'; claim 's/paths: \[/remove: [aws_s3_bucket.data], paths: [/; s/resources: \[/resources: [aws_s3_bucket.data, /'
verdict "a declared removal without invariants" "policy: fp-aws-s3-encryption: aws_s3_bucket.data is gone after the fix"
echo 'invariants: [fp-aws-s3-encryption]' >>"$work/case/case.yaml"
verdict "a declared removal whose invariants hold" VERIFIED
fresh; good; claim 's/resources: \[[^]]*\]/resources: ["*"]/'
verdict "where anything may change, what the policy needs is enough" VERIFIED
printf 'resource "aws_sqs_queue" "q" {\n  name = "q"\n  sqs_managed_sse_enabled = true\n}\n' | main
verdict "a passenger" "minimal: aws_sqs_queue.q is new, and the bound policies pass without that"
fresh; claim 's/resources: \[[^]]*\]/resources: ["*"]/'
{
	printf 'data "aws_kms_alias" "k" {\n  name = "alias/data"\n}\n'
	sse data aws_s3_bucket.data.id | sed 's/"aws:kms"/&\n      kms_master_key_id = data.aws_kms_alias.k.target_key_arn/'
} | main
verdict "what a needed change refers to is needed" VERIFIED
# Of the finding's own resource each argument is asked for.
cat >"$work/case/workspace/main.tf" <<'T'
provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { Owner = "o", Environment = "e" }
  }
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/web/0123456789abcdef"
  port              = 443
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/0123456789abcdef"
  }
}
T
listener() { fresh; claim 's/aws_s3_bucket.data/aws_lb_listener.web/; s/fp-aws-s3-encryption/fp-aws-alb-https-redirect/; /^controls/d; s/^scope: .*/scope: {paths: [main.tf]}/'; }
https() { edit 's/"HTTP"/"HTTPS"\n  certificate_arn   = "arn:aws:acm:eu-central-1:123456789012:certificate\/0"\n  ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"/'; }
listener; https
verdict "what may come with what is needed" "minimal: aws_lb_listener.web: certificate_arn, ssl_policy are new, and the bound policies pass without that; whether what they need goes without it is not known"
claim 's/^scope: {/&declare: [aws_lb_listener.web.certificate_arn, aws_lb_listener.web.ssl_policy], /'
verdict "what is declared to come with it" VERIFIED
edit 's/= 443/= 8443/'
verdict "a port that changes besides" "minimal: aws_lb_listener.web: port is changed, and the bound policies pass without that"
claim 's/declare: \[.*\], /declare: [aws_lb_listener.web], /'
verdict "a resource that is declared as a whole" VERIFIED
listener; edit 's/type  *= "forward"/type = "redirect"/; s/target_group_arn = .*/redirect {\n      port = "443"\n      protocol = "HTTPS"\n      status_code = "HTTP_301"\n    }/'
verdict "a block that is another one" VERIFIED
finish
