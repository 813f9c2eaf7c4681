#!/bin/bash
# Killed at any moment: no half-written bundle, no process, no mount; the next start sweeps the rest.
. tests/e2e/lib.sh
plan 5
# Programs of its own, so that its processes can be told from those of tests beside it.
mkdir "$work/bin"
cp "$build"/fixproof "$build"/fixproof-{launcher,main,signer,worker} "$work/bin"
ln -s "$build/packs" "$work/bin/packs"
fixproof=$work/bin/fixproof
make_key k
# Processes whose executable lies in the build; by /proc, since not every machine has pgrep.
alive() { readlink /proc/[0-9]*/exe 2>/dev/null | grep -c "^$work/bin/"; }
mounts=$(wc -l </proc/self/mountinfo)
whole=0 other=0
for ms in 2 5 8 12 16 20 25 30 35 40 45 50 60 70; do
	out=$work/out-$ms
	setsid "$fixproof" run --key "$work/k.key" --output "$out" examples/s3-encryption >/dev/null 2>&1 &
	pid=$!
	/usr/bin/python3 -c "import time; time.sleep($ms / 1000)"
	kill -KILL -- -$pid 2>/dev/null
	wait $pid 2>/dev/null
	if [ -d "$out/s3-encryption.fixproof" ]; then
		if "$fixproof" verify --key "$work/k.pub" "$out/s3-encryption.fixproof" >/dev/null; then whole=$((whole + 1)); else other=$((other + 1)); fi
	fi
	"$fixproof" run --force --key "$work/k.key" --output "$out" examples/s3-encryption >/dev/null 2>&1
	[ "$(ls -A "$out")" = s3-encryption.fixproof ] || other=$((other + 1))
done
is "every bundle that is there is whole, and the next start leaves only it" "$other" 0
# What a killed command started ends by itself; wait for it, not for a time.
for _ in $(seq 200); do
	[ "$(alive)" -eq 0 ] && break
	/usr/bin/python3 -c 'import time; time.sleep(0.05)'
done
is "no process is left" "$(alive)" 0
is "no mount is left" "$(wc -l </proc/self/mountinfo)" "$mounts"
# One case falls over: it has an outcome, and the others theirs.
cp -r examples/sg-appends "$work/hangs" && printf '#!/bin/sh\nsleep 60\n' >"$work/hangs/fix/fix.sh"
"$fixproof" run --force --unsigned --output "$work/out-3" "$work/hangs" >"$work/report" 2>&1 &
pid=$!
for _ in $(seq 200); do
	child=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
	[ -n "$child" ] && [ "$(cat "/proc/${child%% *}/task/${child%% *}/children" 2>/dev/null)" ] && break
	/usr/bin/python3 -c 'import time; time.sleep(0.05)'
done
kill -SEGV ${child%% *}
wait $pid
is "a case that falls over is an error that says so" "$?: $(cat "$work/report")" \
	"4: fixproof: run: $work/hangs: its process was ended by signal 11 (Segmentation fault)"
ok "and it works afterwards" "$fixproof" run --force --key "$work/k.key" --output "$work/out-2" examples/s3-encryption
finish
