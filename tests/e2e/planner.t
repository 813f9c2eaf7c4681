#!/bin/bash
# Terraform itself as the planner, in the sandbox, against our mocked providers.
. tests/e2e/lib.sh
command -v terraform >/dev/null || skip_all "terraform is not installed"
plan 46
cd "$work" || exit 1
example=$source_dir/examples/s3-encryption
plans() { "$fixproof" plan --planner "$1" "$2" 2>&1; }
told() { # NAME PLANNER WORKSPACE STATUS WORDS…: the status, and that each of the words is said
	local name=$1 planner=$2 workspace=$3 status=$4 got word missing=''
	shift 4
	got=$("$fixproof" plan --planner "$planner" "$workspace" 2>&1)
	[ $? -eq "$status" ] || missing="another status than $status"
	for word in "$@"; do grep -qF -- "$word" <<<"$got" || missing="$missing; not said: $word"; done
	is "$name" "$missing" ""
	[ -z "$missing" ] || printf '%s\n' "$got" | head -10 | sed 's/^/# /'
}
workspace() { # NAME: main.tf from standard input
	mkdir -p "$1" && cat >"$1/main.tf"
}

is "terraform plans the example as the embedded planner does" \
	"$(plans terraform "$example/workspace")" "$(plans embedded "$example/workspace")"
is "both planners agree on it" "$(plans both "$example/workspace")" "$(plans embedded "$example/workspace")"
"$fixproof" run --unsigned --planner both --output out "$example" >report 2>&1
is "the case is verified with both" "$(head -1 report | cut -c1-23)" "s3-encryption: VERIFIED"
evidence() { jq -r ".$1" out/s3-encryption.fixproof/evidence/evidence.json; }
is "the evidence names the planner" "$(evidence planner) $(evidence planner_program)" "both terraform"
is "its version" "$(evidence planner_version)" "$(terraform version -json 2>/dev/null | jq -r .terraform_version)"
is "and its digest" "$(evidence planner_sha256)" "$(sha256sum "$(readlink -f "$(command -v terraform)")" | cut -d' ' -f1)"
for name in 07-modules 10-sensitive 16-waiting; do
	ws=$source_dir/tests/conformance/workspaces/$name
	"$fixproof" plan --planner terraform --record "$ws" | jq -S .view >one.json
	"$fixproof" plan --record "$ws" | jq -S .view >other.json
	ok "policies see the same of $name whatever planned it" cmp one.json other.json
done

workspace wrong <<'T'
resource "aws_s3_bucket" "b" {
  buckets = "x"
}
T
told "terraform's own error is told with its place" terraform wrong 1 \
	'main.tf:2:3: error: Unsupported argument: An argument named "buckets" is not expected here.'
workspace broken <<'T'
resource "aws_s3_bucket" "b" {
T
told "and its error of syntax" terraform broken 1 'main.tf:1:30: error: Unclosed configuration block'
workspace refused <<'T'
resource "aws_s3_bucket_versioning" "b" {
  bucket = "x"
  versioning_configuration {
    status = "On"
  }
}
T
told "what the provider's validators refuse is refused" terraform refused 1 \
	'main.tf:4:14: error: expected status to be one of ["Enabled" "Suspended" "Disabled"], got On'

workspace backend <<'T'
terraform {
  backend "s3" {
    bucket = "state"
    key    = "k"
    region = "eu-central-1"
  }
}
resource "aws_s3_bucket" "b" {
  bucket = "x"
}
T
told "an s3 backend needs no init" both backend 0 $'create\taws_s3_bucket.b'
workspace cloud <<'T'
terraform {
  cloud {
    organization = "o"
    workspaces { name = "w" }
  }
}
resource "aws_s3_bucket" "b" {
  bucket = "x"
}
T
told "a cloud block needs no init and no login" both cloud 0 $'create\taws_s3_bucket.b'
workspace many <<'T'
terraform {
  required_providers {
    hcloud     = { source = "hetznercloud/hcloud" }
    cloudflare = { source = "cloudflare/cloudflare" }
    google     = { source = "hashicorp/google", version = "~> 3.90" }
  }
}
resource "hcloud_server" "s" {
  name = "s"
  public_net {
    ipv4_enabled = false
  }
}
resource "cloudflare_record" "r" {
  value = hcloud_server.s.ipv4_address
}
resource "google_container_cluster" "c" {
  name = "c"
  master_auth {
    username = "of that time"
  }
}
T
told "providers without a pack, or with one of another version, are planned by inferred types" both many 0 \
	$'create\thcloud_server.s' $'create\tcloudflare_record.r' $'create\tgoogle_container_cluster.c' \
	'main.tf:5:5: warning: Provider version without a pack: The workspace asks for version "~> 3.90" of registry.terraform.io/hashicorp/google; what is known is version 6.50.0, so its types are inferred.'
clouds=$source_dir/tests/conformance/cycle/12-clouds
is "google, azurerm, kubernetes and others are planned by both planners with none of them installed" \
	"$(plans both "$clouds" | cut -f1 | sort | uniq -c | tr -s ' ')" " 24 create"
"$fixproof" plan --planner terraform --record "$clouds" >record.json
is "their types are known, and said to be derived" "$(jq -r '[.types[].source] | unique | join(" ")' record.json)" "derived"
is "the packs say what from" "$(jq -r '.packs[] | select(.provider | endswith("/null")) | .version + " " + .origin' record.json | cut -c1-69)" \
	"3.2.4 derived from npm @cdktf/provider-null@11.0.1 sha256:94dc6dee46f"
workspace typo <<'T'
resource "azurerm_storage_account" "s" {
  name                     = "s"
  resource_group_name      = "g"
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
  https_only               = true
}
ephemeral "random_password" "p" {
  length = 8
}
T
told "what such a provider does not have is refused" both typo 1 \
	'main.tf:7:3: error: Unsupported argument: An argument named "https_only" is not expected here.'
sed -i '/https_only/d' typo/main.tf
told "what bindings do not have is inferred" both typo 0 $'create\tazurerm_storage_account.s'

workspace hostile <<T
resource "terraform_data" "t" {
  provisioner "local-exec" {
    command = "touch $work/pwned"
  }
}
data "external" "e" {
  program = ["touch", "$work/pwned"]
}
data "http" "h" {
  url = "https://example.com/"
}
resource "evil_thing" "x" {
  seen = data.external.e.result
}
T
told "programs of a workspace are not run, and it says so" terraform hostile 0 \
	"main.tf:2:3: warning: Provisioner not run" "warning: External program not run" \
	"warning: Nothing is fetched" $'create\tevil_thing.x'
cp -r hostile applied
echo '{"format":"fixproof-plan-request/1","want_state":true}' >request.json
"$build/fixproof-worker" plan --terraform "$(command -v terraform)" --dir applied --request-file request.json >record.json
is "not even when the plan is applied" "$(jq -r '.status, (.state.terraform.resources | length)' record.json | tr '\n' ' ')$(ls pwned 2>&1)" \
	"planned 4 ls: cannot access 'pwned': No such file or directory"
told "nor by both planners" both hostile 0 "warning: Provisioner not run" "warning: External program not run" \
	"warning: Nothing is fetched" $'create\tevil_thing.x'
is "not there either" "$(ls pwned 2>&1)" "ls: cannot access 'pwned': No such file or directory"
brought=brought/.terraform/providers/registry.terraform.io/evil/thing/1.0.0/linux_amd64
mkdir -p "$brought"
printf '#!/bin/sh\ntouch %s/pwned\n' "$work" >"$brought/terraform-provider-thing_v1.0.0"
chmod +x "$brought/terraform-provider-thing_v1.0.0"
workspace brought <<'T'
terraform {
  required_providers {
    thing = { source = "evil/thing", version = "1.0.0" }
  }
}
resource "thing_x" "x" {
  a = 1
}
T
told "a provider that the workspace brings is not run" both brought 0 $'create\tthing_x.x'
is "but mocked" "$(ls pwned 2>&1)" "ls: cannot access 'pwned': No such file or directory"
mkdir json
echo '{"resource":{"terraform_data":{"t":{"provisioner":{"local-exec":{"command":"touch pwned"}}}}}}' >json/main.tf.json
told "a provisioner in JSON is refused" terraform json 3 "unsupported: Provisioner in JSON"
workspace network <<'T'
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
}
T
told "a module from the network is refused" terraform network 1 "main.tf:1:1: error: Module not installed"
told "by both planners too" both network 1 "main.tf:1:1: error: Module not installed"
for planner in embedded terraform both; do
	workspace import <<'T'
import {
  to = aws_s3_bucket.b
  id = "b"
}
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
T
	told "an import is undecided ($planner)" $planner import 3 \
		"main.tf:1:1: unsupported: Import block: What aws_s3_bucket.b looks like now is only known to its provider"
	workspace function <<'T'
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
output "o" {
  value = provider::aws::arn_parse("arn:aws:iam::1:user/x").account_id
}
T
	told "a function of a provider is undecided ($planner)" $planner function 3 "main.tf:7:11: unsupported: "
done
workspace moved <<'T'
resource "aws_s3_bucket" "b" {
  bucket = "b"
}
T
for planner in "" "--terraform $(command -v terraform)"; do
	cp -r moved before && cp -r moved after
	cat >after/main.tf <<'T'
resource "aws_s3_directory_bucket" "b" {
  bucket = "b"
  location {
    name = "a"
  }
}
moved {
  from = aws_s3_bucket.b
  to   = aws_s3_directory_bucket.b
}
T
	echo '{"format":"fixproof-plan-request/1","want_state":true}' >request.json
	# shellcheck disable=SC2086
	"$build/fixproof-worker" plan $planner --dir before --pack-file "$build/packs/hashicorp-aws-5.100.0.pack" --request-file request.json |
		jq -c '{format: "fixproof-plan-request/1", prior_state: .state}' >again.json
	# shellcheck disable=SC2086
	"$build/fixproof-worker" plan $planner --dir after --pack-file "$build/packs/hashicorp-aws-5.100.0.pack" --request-file again.json >record.json
	is "a move between types is undecided (${planner:-embedded})" "$(jq -r '.diagnostics[0] | .severity + " " + .summary' record.json)" \
		"unsupported Move between types"
	rm -rf before after
done
workspace remote <<'T'
data "terraform_remote_state" "net" {
  backend = "s3"
  config = { bucket = "b", key = "k", region = "eu-central-1" }
}
resource "aws_s3_bucket" "b" {
  bucket = data.terraform_remote_state.net.outputs.name
}
T
told "the state of another configuration is not read" terraform remote 3 \
	"unsupported: State of another configuration: The outputs of data.terraform_remote_state.net are not known here"
echo '{"format":"fixproof-plan-request/1","mock":{"data":{"terraform_remote_state":{"outputs":{"name":"given"}}}}}' >request.json
cp -r remote mocked
"$build/fixproof-worker" plan --terraform "$(command -v terraform)" --dir mocked --request-file request.json >record.json
is "unless it is mocked" "$(jq -r '.plan.resource_changes[0].change.after.bucket' record.json)" "given"
echo '{"format":"fixproof-plan-request/1","mock":{"resources":{"aws_s3_bucket.b":{"arn":"a"}}}}' >request.json
cp -r cloud address
"$build/fixproof-worker" plan --terraform "$(command -v terraform)" --dir address --request-file request.json >record.json
is "mock values for an address are refused" "$(jq -r '.status, .diagnostics[0].detail' record.json)" \
	$'refused\nTerraform tells its providers no addresses: the mock values of "aws_s3_bucket.b" can only be given for its type.'

# Programs that stand in for a planner: they check what they are given, or lie.
cat >tofu <<'S'
#!/bin/sh
fail() {
	echo "{\"type\":\"diagnostic\",\"diagnostic\":{\"severity\":\"error\",\"summary\":\"$1\",\"detail\":\"\"}}"
	exit 1
}
case $1 in
plan)
	case $TF_REATTACH_PROVIDERS in
	*'"registry.opentofu.org/hashicorp/aws":'*) ;;
	*) fail "no provider for the registry of OpenTofu" ;;
	esac
	case $TF_REATTACH_PROVIDERS in
	*'"registry.terraform.io/hashicorp/aws":'*) ;;
	*) fail "no provider for the registry of Terraform" ;;
	esac
	socket=${TF_REATTACH_PROVIDERS##*'"String":"'} pid=${TF_REATTACH_PROVIDERS##*'"Pid":'}
	[ -S "${socket%%\"*}" ] || fail "no socket ${socket%%\"*}"
	kill -0 "${pid%%,*}" || fail "no process ${pid%%,*}"
	[ -f "$TF_CLI_CONFIG_FILE" ] || fail "no settings"
	[ "$CHECKPOINT_DISABLE" = 1 ] || fail "would ask for updates"
	for a; do case $a in -out=*) touch "${a#-out=}" ;; esac; done
	;;
show)
	[ -f "$3" ] || fail "no plan $3"
	echo '{"format_version":"1.2","terraform_version":"1.9.1","resource_changes":[{"address":"aws_s3_bucket.b","mode":"managed","type":"aws_s3_bucket","name":"b","provider_name":"registry.opentofu.org/hashicorp/aws","change":{"actions":["delete"],"before":{"bucket":"x"},"after":null,"after_unknown":{},"before_sensitive":{},"after_sensitive":false}}]}'
	;;
esac
S
chmod +x tofu
is "tofu is handed both registries, live sockets and its settings" \
	"$("$fixproof" plan --planner tofu --planner-program tofu cloud 2>&1)" $'delete\taws_s3_bucket.b'
"$fixproof" plan --planner both --planner-program ./tofu cloud >/dev/null 2>said
is "two planners that differ are inconclusive" "$?" "3"
is "and the difference is shown" "$(grep -o 'The planners disagree: aws_s3_bucket.b.change.actions\[0\]: the embedded planner has "create", tofu has "delete"' said)" \
	'The planners disagree: aws_s3_bucket.b.change.actions[0]: the embedded planner has "create", tofu has "delete"'
cat >liar <<'S'
#!/bin/sh
echo oops >&2
exit 3
S
chmod +x liar
is "a planner that fails without a word that can be read is quoted" \
	"$("$fixproof" plan --planner terraform --planner-program liar cloud 2>&1)" \
	'error: "terraform plan" ended with status 3: oops\x0a'
cat >garbler <<'S'
#!/bin/sh
[ "$1" = plan ] || echo '{"format_version":'
S
chmod +x garbler
cp -r hostile garbled
echo '{"format":"fixproof-plan-request/1"}' >request.json
"$build/fixproof-worker" plan --terraform "$work/garbler" --dir garbled --request-file request.json >record.json 2>said
is "a plan that cannot be read is an error" "$? $(grep -c 'fixproof-worker: plan: the plan:' said)" "4 1"
ok "which leaves the workspace as it was" diff -r hostile garbled
finish
