#!/bin/bash
# One byte changed in any file of a bundle, one file more or less: refused, and the file is named.
. tests/e2e/lib.sh
make_key k
"$fixproof" run --key "$work/k.key" --output "$work/out" examples/s3-encryption >/dev/null
b=$work/out/s3-encryption.fixproof
mapfile -t files < <(cd "$b" && find . -type f -size +0 | sed 's|^\./||' | LC_ALL=C sort)
plan $((${#files[@]} + 11))
flip() { # FILE: flips the lowest bit of its middle byte
	/usr/bin/python3 - "$1" <<'P'
import sys
with open(sys.argv[1], "r+b") as f:
    data = f.read()
    at = len(data) // 2
    f.seek(at)
    f.write(bytes([data[at] ^ 1]))
P
}
refused_naming() { # NAME FILE
	local report
	report=$("$fixproof" verify --key "$work/k.pub" "$b")
	is "$1" "$?: $(printf '%s\n' "$report" | grep -c "FAIL .*$2")" "1: 1"
}
cp -r "$b" "$work/clean"
again() { rm -rf "$b" && cp -r "$work/clean" "$b"; }
for f in "${files[@]}"; do
	flip "$b/$f"
	refused_naming "$f: one bit" "$f"
	again
done
# Eight more places in every file, by a sequence that is always the same.
is "one bit anywhere in any file" "$(/usr/bin/python3 - "$fixproof" "$work/k.pub" "$b" <<'P'
import os, subprocess, sys
fixproof, key, bundle = sys.argv[1:]
seed, accepted, tried = 12345, [], 0
for directory, _, names in os.walk(bundle):
    for name in names:
        path = os.path.join(directory, name)
        with open(path, "rb") as f:
            data = f.read()
        places = {0, len(data) - 1}
        for _ in range(6):
            seed = (seed * 1103515245 + 12345) % 2**31
            places.add(seed % max(len(data), 1))
        for at in sorted(p for p in places if 0 <= p < len(data)):
            with open(path, "r+b") as f:
                f.seek(at)
                f.write(bytes([data[at] ^ 4]))
            tried += 1
            done = subprocess.run([fixproof, "verify", "--key", key, bundle], stdout=subprocess.PIPE, text=True)
            failed = [line for line in done.stdout.splitlines() if line.startswith("  FAIL")]
            # Refused, and the file is named.
            if done.returncode != 1 or len(failed) != 1 or os.path.relpath(path, bundle) not in failed[0]:
                accepted.append(f"{path}:{at} {failed}")
            with open(path, "wb") as f:
                f.write(data)
print("none of", "many" if tried > 200 else tried, *accepted)
P
)" "none of many"
: >"$b/evidence/extra"
refused_naming "a file more" evidence/extra
again
rm "$b/plans/first-fresh.json"
refused_naming "a sealed file less" plans/first-fresh.json
again
rm "$b/attestations/test-result.sigstore.json"
refused_naming "a signature less" attestations/test-result.sigstore.json
again
cp "$b/fix.sigstore.json" "$b/refusal.sigstore.json"
refused_naming "the signature of another decision beside it" refusal.sigstore.json
again
ln -sf /etc/passwd "$b/fix.diff"
refused_naming "a link in place of a file" fix.diff
again
printf '\n' >>"$b/fix.sigstore.json"
refused_naming "one newline more in a signature file" fix.sigstore.json
again
sed -i 's/"hint":"SHA256:./"hint":"SHA256:!/' "$b/fix.sigstore.json"
refused_naming "another hint" fix.sigstore.json
again
sed -i 's/bundle.v0.3+json/bundle.v0.4+json/' "$b/fix.sigstore.json"
refused_naming "another media type" fix.sigstore.json
again
jq -c '.extra = 1' "$b/fix.sigstore.json" >"$work/x" && mv "$work/x" "$b/fix.sigstore.json"
refused_naming "an unknown field" fix.sigstore.json
again
make_key other
"$fixproof" verify --key "$work/other.pub" "$b" >"$work/report"
is "another key" "$?: $(grep -c 'no trusted key made this signature' "$work/report")" "1: 1"
finish
