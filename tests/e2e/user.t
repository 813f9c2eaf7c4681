#!/bin/bash
# The same as an ordinary user, and installed elsewhere.
. tests/e2e/lib.sh
[ "$(id -u)" -eq 0 ] || skip_all "is what all other tests are when they are not run by root"
command -v setpriv >/dev/null || skip_all "setpriv is missing"
plan 4
chmod 755 "$work"
make -s install DESTDIR="$work/root" PREFIX=/opt/fixproof >/dev/null 2>&1
prefix=$work/root/opt/fixproof
cp -r examples "$work/examples" && chmod -R a+rX "$work"
mkdir "$work/home" && chown 65534:65534 "$work/home"
as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups env -i PATH=/usr/bin:/bin HOME="$work/home" "$@"; }
cd "$work/home" || exit 1
ok "doctor finds nothing amiss" as_user "$prefix/bin/fixproof" doctor
ok "a key is made" as_user "$prefix/bin/fixproof" key generate --no-password
is "the good fix is verified, the bad one refused" \
	"$(as_user "$prefix/bin/fixproof" run --key fixproof.key ../examples/s3-encryption ../examples/sg-appends | sed -n 's/^\([a-z0-9-]*: [A-Z]*\) .*/\1/p' | tr '\n' ' ')" \
	"s3-encryption: VERIFIED sg-appends: REFUSED "
cd "$source_dir" && make -s uninstall DESTDIR="$work/root" PREFIX=/opt/fixproof >/dev/null 2>&1
is "uninstall takes everything away" "$(find "$work/root" -type f | wc -l)" 0
finish
