#!/bin/bash
# Fixes that are a range of commits: --git BASE...HEAD.
. tests/e2e/lib.sh
plan 20
make_key k
repo=$work/repo
export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
git() { command git -C "$repo" -c init.defaultBranch=main -c commit.gpgsign=false "$@"; }
mkdir "$repo"
git init -q
cp -r examples/s3-encryption/workspace "$repo/infra"
mkdir "$repo/fixproof"
sed -e 's/^workspace: .*/workspace: infra/' -e 's/kind: patch/kind: git/' -e '/path: fix.patch/d' \
	-e 's/paths: \[main.tf\]/paths: [infra\/main.tf]/' -e 's/- modules\//- infra\/modules\//' \
	-e 's/file: main.tf/file: infra\/main.tf/' examples/s3-encryption/case.yaml >"$repo/fixproof/case.yaml"
git add -A && git commit -qm base
git checkout -qb fix
(cd "$repo/infra" && patch -s -p1 <"$source_dir/examples/s3-encryption/fix.patch")
git commit -qam "encrypt the lake"
git checkout -q main
echo "a change that has nothing to do with it" >"$repo/NEWS" && git add -A && git commit -qm news
run() { (cd "$repo" && "$fixproof" run --force --key "$work/k.key" --output "$work/out" "$@"); }
run --git main...fix fixproof/case.yaml >"$work/report" 2>&1
is "the difference from the merge base is verified" "$?: $(head -1 "$work/report" | cut -c1-23)" "0: s3-encryption: VERIFIED"
b=$work/out/s3-encryption.fixproof
ok "its bundle is accepted" "$fixproof" verify --key "$work/k.pub" "$b"
is "the commit is a subject" "$(jq -r .dsseEnvelope.payload "$b/fix.sigstore.json" | base64 -d | jq -r '.subject[] | select(.name == "commit").digest.gitCommit')" "$(git rev-parse fix)"
is "the tree after the fix is the commit's tree" \
	"$(jq -r .dsseEnvelope.payload "$b/fix.sigstore.json" | base64 -d | jq -r '.subject[] | select(.name == "tree").digest.gitTree')" \
	"$(git rev-parse 'fix^{tree}')"
binding() { "$fixproof" verify --key "$work/k.pub" "$@" "$b" | sed -n 's/^  \(ok\|FAIL\) *\(commit\|git-tree\|artifact\) */\1 \2 /p'; }
is "--commit binds it to what is deployed" "$(binding --commit "$(git rev-parse fix)" | cut -d' ' -f1,2)" "ok commit"
is "and refuses another" "$(binding --commit "$(git rev-parse main)" | cut -d' ' -f1,2)" "FAIL commit"
is "so does --git-tree" "$(binding --git-tree "$(git rev-parse 'fix^{tree}')" | cut -d' ' -f1,2)" "ok git-tree"
mkdir "$work/export" && git archive fix | tar -x -C "$work/export"
is "and --artifact with the tree that was checked out" "$(binding --artifact "$work/export" | cut -d' ' -f1,2)" "ok artifact"
is "it reruns without the repository" "$(cd / && mv "$repo" "$repo.away" && "$fixproof" rerun "$b" 2>&1 | tail -1 | sed 's/.*: //'; mv "$repo.away" "$repo")" same
is "what BASE has since then is no part of the change" "$(grep -c NEWS "$b/fix.diff")" 0

git checkout -qb cheat fix
sed -i 's/policies: .*/policies: [fp-aws-sg-ssh]/' "$repo/fixproof/case.yaml" && git commit -qam "change what judges it"
run --git main...cheat fixproof/case.yaml >"$work/report" 2>&1
is "a case that the change rewrites is taken from BASE, and the rewriting is refused" \
	"$?: $(sed -n 's/^  refused by //p' "$work/report")" "1: suppression: fixproof/case.yaml is changed, by which the change is judged"
ok "and out of scope" grep -q "FAIL *scope *fixproof/case.yaml is changed, outside of the paths of the scope" "$work/report"
git checkout -qb newcase fix
cp "$repo/fixproof/case.yaml" "$repo/fixproof/other.yaml" && git add -A && git commit -qm "a case of its own"
ends "a case that only HEAD has is refused" 4 \
	"fixproof: run: fixproof/other.yaml: is not in $(git rev-parse main), and a case is never taken from HEAD" \
	run --git main...newcase fixproof/other.yaml
git checkout -qb submodule fix
git update-index --add --cacheinfo "160000,$(git rev-parse main),sub" && git commit -qm sub
ends "a submodule is refused" 4 "fixproof: run: --git main...submodule: to: has a submodule" run --git main...submodule fixproof/case.yaml
git checkout -qf fix && git checkout -qb lfs
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n' >"$repo/infra/big" && git add -A && git commit -qm lfs
ends "a file kept by Git LFS is refused" 4 "fixproof: run: --git main...lfs: infra/big: is kept elsewhere by Git LFS" run --git main...lfs fixproof/case.yaml
ends "an unknown commit is refused" 4 "fixproof: run: --git main...nothing: nothing is no commit" run --git main...nothing fixproof/case.yaml
ends "a range of another form is refused" 2 "fixproof: run: --git: \"main..fix\" is not BASE...HEAD" run --git main..fix fixproof/case.yaml
# What the user's configuration or the attributes of the fix would have git run or rewrite does not happen.
git checkout -qf fix && git checkout -qb attributes
printf '* filter=evil text eol=crlf ident export-subst\n' >"$repo/infra/.gitattributes" && git add -A && git commit -qm attributes
git config filter.evil.smudge "touch $work/smudged; cat" && git config core.fsmonitor "touch $work/monitored" && git config core.hooksPath "$work"
run --git main...attributes fixproof/case.yaml >"$work/report" 2>&1
is "filters and hooks of the configuration do not run" "$(ls "$work" | grep -c 'smudged\|monitored')" 0
is "attributes of the fix change no byte" "$(grep -c $'\r' "$b/fix.diff")" 0
ends "outside of a repository it says so" 4 "fixproof: run: /: is in no git repository" \
	"$fixproof" run --force --key "$work/k.key" --output "$work/out" --git a...b --repository / fixproof/case.yaml
finish
