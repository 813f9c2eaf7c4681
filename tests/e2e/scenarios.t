#!/bin/bash
# The fixes that must be refused, each by the verifier and with the reason that a person would give, and the
# honest twin of each, which is verified: tests/scenarios, told in docs/scenarios.md.
. tests/e2e/lib.sh
home=$source_dir/tests/scenarios
scenarios=$(find "$home" -name '*.txt' ! -name A12.txt | sort)
# shellcheck disable=SC2086
"$home/unpack" "$work/cases" $scenarios
grep -h '^%fix ' "$home/A12.txt" | sed 's/^%fix \([^ ]*\) \([^ ]*\) *\([^ ]*\) */A12.\1\t\2\t\3\t/' >"$work/git-wanted"
fixes=$(cat "$work/cases/wanted" "$work/git-wanted" | wc -l)
plan $((fixes + 9))
"$fixproof" run --unsigned --format json --output "$work/out" "$work"/cases/*/ >"$work/json" 2>"$work/errors"
is "no case is an error" "$(cat "$work/errors")" ""

# What judges a change is read from BASE: the case, and the policies of the repository.
repo=$work/repo
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
git() { command git -C "$repo" -c init.defaultBranch=main -c commit.gpgsign=false -c core.hooksPath=/nowhere "$@"; }
mkdir -p "$repo/fixproof/policies"
git init -q
cp -r "$home/S04/workspace" "$repo/infra"
cat >"$repo/fixproof/case.yaml" <<'C'
format: fixproof-case/1
id: A12
workspace: infra
finding: {tool: checkov, rule: CKV_AWS_24, resource: aws_security_group.bastion, file: infra/main.tf, line: 2, end_line: 20}
policies: [fp-aws-sg-ssh-v4]
fix: {kind: git}
author: {kind: ai, tool: fix-bot, model: example-model-1}
reason: The bastion could be reached from everywhere.
scope: {paths: [infra/, fixproof/policies/], keep: [aws_security_group.jump]}
C
cat >"$repo/fixproof/policies/house.yaml" <<'P'
metadata: {id: house-egress, name: Groups say where packages come from, subjects: [aws_security_group]}
definition: {cond_type: attribute, attribute: name, operator: exists}
P
git add -A && git commit -qm base
propose() { # NAME COMMAND…: a branch with the fix and what the command does besides
	local name=$1
	shift
	git checkout -qb "$name" main
	sed -i 's|"0.0.0.0/0"|"198.51.100.0/24"|' "$repo/infra/main.tf"
	(cd "$repo" && "$@")
	git add -A && git commit -qm "$name"
	(cd "$repo" && "$fixproof" run --unsigned --force --format json --policies fixproof/policies \
		--output "$work/out" --git "main...$name" fixproof/case.yaml) |
		jq -c --arg name "A12.$name" '.case = $name' >>"$work/json"
}
propose bad sed -i 's/^policies: .*/policies: [fp-aws-sg-rdp]/' fixproof/case.yaml
propose policy sed -i 's/operator: exists/operator: not_exists/' fixproof/policies/house.yaml
propose new-policy sh -c 'sed s/house-egress/more/ fixproof/policies/house.yaml >fixproof/policies/more.yaml'
propose waiver sh -c 'echo "waivers: [{verifier: regression, reason: r, owner: o, expires: 2099-12-31}]" >>fixproof/case.yaml'
propose twin true

declare -A decision refused reason
while IFS=$'\t' read -r name one two three; do
	decision[$name]=$one refused[$name]=$two reason[$name]=$three
done < <(jq -r '[.case, .decision, ([.verdicts[] | select(.verdict == "fail" or .verdict == "inconclusive") | .verifier]
	| join(",")) + ".", .reason // ""] | join("\t")' "$work/json")
check() { # NAME DECISION VERIFIERS REASON, where … in a reason stands for anything
	local name=$1 pattern v got wanted
	pattern=$(sed 's/[][*?\\]/\\&/g; s/…/*/g' <<<"$4")
	got="${decision[$name]:-missing}" wanted=$2
	for v in ${3//,/ }; do
		wanted+=" $v"
		[[ ,${refused[$name]%.}, != *,$v,* ]] || got+=" $v"
	done
	# shellcheck disable=SC2053
	[[ ${reason[$name]} == $pattern ]] || { got+=": ${reason[$name]}" wanted+=": $4"; }
	is "$name is $2${3:+ by $3}" "$got" "$wanted"
}
while IFS=$'\t' read -r name verdict verifiers reason_wanted; do
	check "$name" "$verdict" "$verifiers" "$reason_wanted"
done < <(cat "$work/cases/wanted" "$work/git-wanted")
is "the first of the verifiers decides" "$(jq -r '[.case, .decided_by // ""] | join("\t")' "$work/json" | sort)" \
	"$(cut -f1,3 "$work/cases/wanted" "$work/git-wanted" | sed 's/,.*//' | sort)"
# What a fix brings reaches the reader: as text, and as no command to a terminal, a runner of workflows or a browser.
hostile="comment reason file-name line-in-a-name output message"
mkdir "$work/shown"
for name in $hostile; do
	for format in text markdown html; do
		"$fixproof" show --format $format "$work/out/A11.$name.fixproof" >"$work/shown/$name.$format"
	done
	"$fixproof" run --unsigned --force --output "$work/again" "$work/cases/A11.$name" >"$work/shown/$name.run" 2>&1
done
is "what stands in names, comments, reasons and output is shown" \
	"$(cd "$work/shown" && grep -l 'set.\{0,1\}-output\|::error\|:\\:error' -- *.text *.markdown *.html | wc -l)" 18
is "no line is a command to a runner of workflows" "$(cd "$work/shown" && grep -n '^[[:space:]]*::\|##\[' -- *.text *.markdown *.run)" ""
is "nothing is a command to a terminal" "$(cd "$work/shown" && LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]' -- *)" ""
is "and no tag or link is one of a page" \
	"$(cd "$work/shown" && grep -n '<script>alert\|<img src\|<b>x\|href="javascript' -- *.html; grep -n '<script\|<img\|<b>\|\[x\](' -- *.markdown | grep -v ':    ')" ""
numbers=$({ seq -f 'R%02g' 28; seq -f 'A%02g' 13; } | sort)
is "each of them has a bad fix" "$(grep -l '^%fix bad \(refused\|inconclusive\) ' "$home"/*.txt | sed 's|.*/||; s/\.txt//' | sort)" "$numbers"
is "and an honest twin" "$(grep -l '^%fix twin verified$' "$home"/*.txt | sed 's|.*/||; s/\.txt//' | sort)" "$numbers"
"$home/table" >"$work/table"
is "the table of the documentation is made from them" "$(diff "$work/table" "$source_dir/docs/scenarios.md" | head -5)" ""
finish
