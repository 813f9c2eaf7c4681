#!/bin/bash
# What a script may not depend on: each of these is refused, and the guilty variation is named.
. tests/e2e/lib.sh
make_key k
mkdir "$work/case"
cp -r examples/sg-appends/workspace "$work/case/workspace"
sed -e 's|command: .*|command: [/bin/bash, /fix/fix.sh]|' examples/sg-appends/case.yaml >"$work/case/case.yaml"
mkdir "$work/case/fix" "$work/case/workspace/list"
touch "$work"/case/workspace/list/{a,b,c,d,e}
cp "$build/tests/static_clock" "$work/case/fix"
# ($RANDOM of bash begins with the clock, the user's id and addresses of its own.)
# A good fix, to which each script adds one dependence.
good='sed -i "/description = \"ssh\"/,/cidr_blocks/ s|\[\"0.0.0.0/0\"\]|[var.office]|" main.tf'
judge() { # SCRIPT: what refused it, in one line
	printf '%s\n%s\n' "$good" "$1" >"$work/case/fix/fix.sh"
	"$fixproof" run --force --key "$work/k.key" --output "$work/out" "$work/case" 2>&1 | sed -n 's/^  refused by //p; s/^\(sg-appends: VERIFIED\).*/\1/p'
}
replay="reproducible: another run leaves another tree: main.tf differs; it depends on:"
once='grep -q "^# " main.tf ||'
rows=(
	"nothing more|true|sg-appends: VERIFIED"
	"the date|$once date '+# %F' >>main.tf|$replay clock"
	"\$RANDOM|$once echo \"# \$RANDOM\" >>main.tf|$replay clock, user, address layout"
	"the host name|$once echo \"# \$(uname -n)\" >>main.tf|$replay host name"
	"the user|$once echo \"# \$(id -u)\" >>main.tf|$replay user"
	"HOME|$once echo \"# \$HOME\" >>main.tf|$replay HOME"
	"the path|$once echo \"# \$PWD\" >>main.tf|$replay path of the workspace"
	"the time zone|$once echo \"# \$TZ\" >>main.tf|$replay time zone"
	"the locale|$once echo \"# \$LANG\" >>main.tf|$replay locale"
	"the umask|$once echo \"# \$(umask)\" >>main.tf|$replay umask"
	"the number of CPUs|$once echo \"# \$(nproc)\" >>main.tf|$replay number of CPUs"
	"the order of directory entries|$once echo \"# \$(ls -U list | tr '\n' ' ')\" >>main.tf|$replay order of directory entries"
	"an unrelated variable|$once echo \"# \$EDITOR\" >>main.tf|$replay environment"
	"a Python hash seed|$once python3 -c 'print(\"#\", hash(\"a\"))' >>main.tf|$replay randomness"
	"the clock through Python|$once python3 -c 'import time; print(\"#\", time.time_ns() // 10**12)' >>main.tf|$replay clock"
	"the clock through a static program|$once echo \"# \$(/fix/static_clock)\" >>main.tf|$replay clock"
	"the time of a file|$once { touch new; echo \"# \$(date +%F -r new)\" >>main.tf; rm new; }|$replay clock"
	"a marker in HOME, and nothing the second time|[ -e ~/done ] \|\| { touch ~/done; echo >>main.tf; }|idempotent: the second application changes the tree: main.tf differs"
	"a failing command|exit 3|applies: in the run \"first\": the command ended with status 3"
	"an attempt on the network|exec 3<>/dev/tcp/192.0.2.1/80 \|\| true|hermetic:"
)
plan ${#rows[@]}
if ! /usr/bin/python3 -c '' 2>/dev/null; then skip_all "python3 is missing"; fi
for row in "${rows[@]}"; do
	name=${row%%|*} rest=${row#*|}
	wanted=${rest##*|} script=${rest%|*}
	script=${script//\\|/|}
	script=${script//\\&/&}
	got=$(judge "$script")
	case $wanted in
	*:) is "$name" "${got%%:*}:" "$wanted" ;;
	*) is "$name" "$got" "$wanted" ;;
	esac
done
finish
