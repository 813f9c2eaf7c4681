#!/bin/bash
# Packs that were derived from what others wrote of a provider: what the evidence says of them, and what
# cannot be judged with them.
. tests/e2e/lib.sh
plan 17
make_key release
cd "$work" || exit 1
mkdir -p case/workspace case/after
storage() { # HTTPS-ONLY
	cat <<T
resource "azurerm_storage_account" "s" {
  name                       = "s"
  resource_group_name        = "g"
  location                   = "westeurope"
  account_tier               = "Standard"
  account_replication_type   = "LRS"
  https_traffic_only_enabled = $1
}
T
}
storage false >case/workspace/main.tf
storage true >case/after/main.tf
cat >case/case.yaml <<'C'
format: fixproof-case/1
id: derived
title: Take HTTPS only
workspace: workspace
finding: {tool: checkov, rule: CKV_AZURE_3, resource: azurerm_storage_account.s, severity: high, message: no HTTPS, file: main.tf, line: 1}
policies: [fp-azure-storage-https]
fix: {kind: files, path: after}
author: {kind: ai, tool: t, model: m}
reason: Data must not travel in the clear.
scope: {paths: [main.tf], resources: [azurerm_storage_account.s]}
C
run() { "$fixproof" run --key release.key --output out --force "$@" case >report 2>&1; }
b=out/derived.fixproof
run
is "what replaces a resource that holds data is not known well enough" "$? $(grep -o 'impact: .*' report | head -1)" \
	"3 impact: azurerm_storage_account.s: it is not known what replaces a azurerm_storage_account"
storage true | sed 's/"LRS"/"LRS"\n  is_hns_enabled = true/' >case/after/main.tf
run
is "what is known to replace it refuses" "$? $(grep -o 'impact: .*' report | head -1)" \
	"1 impact: azurerm_storage_account.s: the plan says delete, create (because of is_hns_enabled), and it may hold data"
storage true >case/after/main.tf
sed -i 's/scope: {/scope: {allow_replace: [azurerm_storage_account.s], /' case/case.yaml
run
is "where the case allows to replace it, nothing is open" "$? $(head -1 report | cut -c1-17)" "0 derived: VERIFIED"
evidence() { jq -r "$1" $b/evidence/evidence.json; }
is "the evidence names the pack and its version" "$(evidence '.packs[] | .provider + " " + .version')" \
	"registry.terraform.io/hashicorp/azurerm 4.55.0"
is "what it was derived from" "$(evidence '.packs[].origin' | sed 's/sha256:[0-9a-f]*/HASH/g')" \
	"derived from npm @cdktf/provider-azurerm@14.23.1 HASH, npm @pulumi/azure@6.30.0 HASH"
is "which types were derived" "$(evidence '.types[] | .kind + " " + .name + " " + .source')" "resource azurerm_storage_account derived"
is "and that none was inferred" "$(evidence '.inferred | length')" 0
payload() { jq -r .dsseEnvelope.payload "$1" | base64 -d; }
is "the summary says that it is weaker" "$(payload $b/fix.sigstore.json | jq -r '.predicate.verifiedLevels[] | select(contains("DERIVED"))' | grep -c DERIVED_TYPES)" 1
statement=$(grep -l . $b/attestations/*.json | while read -r f; do payload "$f" | jq -e 'has("predicate") and (tostring | contains("derivedTypes"))' >/dev/null && echo "$f"; done)
is "the statement lists the types" "$(payload "$statement" | jq -c '.. | .derivedTypes? // empty')" '["azurerm_storage_account"]'
is "a person is shown both" "$("$fixproof" show $b | grep -cE 'azurerm 4.55.0, derived from npm|derived type +azurerm_storage_account')" 2
trust() { { printf 'format: fixproof-trust/1\nsigners: [{name: release, key: release.pub}]\n' && cat; } >trust.yaml; }
line() { "$fixproof" verify --trust trust.yaml $b 2>&1 | sed -n "s/^  \([a-zA-Z]*\) *$1 */\1 /p"; }
trust </dev/null
is "a trust policy refuses derived types" "$(line derived)" "FAIL 1 types of packs that were derived, not recorded; accepted: none"
trust <<<'allow_derived_types: true'
is "unless it allows them" "$(line derived)" "note 1 types of packs that were derived, not recorded"
digest=$(evidence '.packs[].digest')
trust <<<"packs: [{provider: registry.terraform.io/hashicorp/azurerm, version: 4.55.0, sha256: $digest}]"
is "it may ask for one pack exactly" "$(line packs)" "ok all 1 packs are accepted"
other=$(printf '%064d' 7)
trust <<<"packs: [{provider: registry.terraform.io/hashicorp/azurerm, version: 4.55.0, sha256: $other}]"
is "and refuses any other" "$(line packs)" \
	"FAIL registry.terraform.io/hashicorp/azurerm 4.55.0 sha256:$digest was used; accepted: registry.terraform.io/hashicorp/azurerm 4.55.0 sha256:$other"
"$fixproof" rerun $b >report 2>&1
is "the bundle has what is needed to do it again" "$?" 0
"$fixproof" provider list >list
is "at least twenty types of each" "$(grep -A1 -E '/(google|azurerm|kubernetes) ' list | awk '/resource types/ { print ($1 >= 20) }' | tr '\n' ' ')" "1 1 1 "
is "each pack says how it was made" "$(grep -cE '^  (derived from npm|recorded from a binary)' list)" "$(grep -c '^registry' list)"
finish
