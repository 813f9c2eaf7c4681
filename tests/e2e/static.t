#!/bin/bash
# A workspace that does not plan is judged as it is written: what fails there fails, the rest is open.
. tests/e2e/lib.sh
cd "$work" || exit 1
mkdir w && cat >w/main.tf <<'W'
variable "x" {}

resource "aws_sqs_queue" "q" {
  name                    = "a"
  sqs_managed_sse_enabled = true
}

resource "aws_db_instance" "d" {
  identifier          = "d"
  publicly_accessible = true
  storage_encrypted   = var.x
}

resource "aws_security_group" "s" {
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_s3_bucket" "b" {
  bucket = "b"
}
W
row() { "$fixproof" policy check --all --format json w 2>/dev/null | jq -r --arg p "$1" '.[] | select(.policy == $p) | "\(.address) \(.result) \(.view)"'; }
plan 13
ends "it fails for what is written" 1 'main.tf:8:32: error: Missing required argument: The argument "instance_class" is required, but no definition was found.' "$fixproof" policy check w
is "an argument that is written" "$(row fp-aws-rds-not-public)" "aws_db_instance.d fail static"
is "one that depends on a variable" "$(row fp-aws-rds-encryption)" "aws_db_instance.d unknown static"
is "one that a provider may set" "$(row fp-aws-rds-auto-minor-upgrade)" "aws_db_instance.d unknown static"
is "a rule that is open" "$(row fp-aws-sg-ssh)" "aws_security_group.s fail static"
is "one that may stand elsewhere" "$(row fp-aws-sg-rdp)" "aws_security_group.s unknown static"
is "what another resource would bring" "$(row fp-aws-s3-encryption)" "aws_s3_bucket.b unknown static"
sed -i '/aws_db_instance/,/^}/d; /aws_security_group/,/^}/d; /aws_s3_bucket/,/^}/d' w/main.tf
ends "nothing fails: that is open, and no pass" 3 'main.tf:1:1: error: No value for required variable: The root module input variable "x" is not set, and has no default value. Use a -var or -var-file command line argument to provide a value for this variable.' "$fixproof" policy check w
echo '}' >>w/main.tf
is "what cannot be read is not judged" "$("$fixproof" policy check --all w 2>/dev/null; echo $?)" 3
printf 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\nimport {\n  to = aws_sqs_queue.q\n  id = "q"\n}\n' >w/main.tf
ends "what is refused before anything is planned" 1 'main.tf:4:1: unsupported: Import block: What aws_sqs_queue.q looks like now is only known to its provider; "imports" of the mock values can say it.' "$fixproof" policy check w
# A case of such a workspace is inconclusive, and knows its finding.
cp -r "$source_dir/examples/scanner-report" case
sed -i 's/name   = "example-invoices"/name   = var.none/; $a variable "none" {}' case/workspace/main.tf
is "a case stays open" "$("$fixproof" run --unsigned --output out case | sed -n 's/^  inconclusive by //p')" \
	'idempotent: the run "first" could not be planned: main.tf:16: No value for required variable'
is "its finding is tied to the resource" "$(jq -r .claims.finding.resource out/scanner-report.fixproof/evidence/evidence.json)" module.invoices.aws_s3_bucket.this
is "and its view says that it was not planned" "$(jq .planned out/scanner-report.fixproof/evidence/view-before.json)" false
finish
