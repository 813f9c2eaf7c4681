#!/bin/bash
# Keys of every kind, from every place: files with and without a passphrase, and hardware by URI.
. tests/e2e/lib.sh
command -v softhsm2-util >/dev/null && command -v pkcs11-tool >/dev/null || skip_all "softhsm2 or opensc is missing"
module=$(ls /usr/lib/*/softhsm/libsofthsm2.so /usr/lib/softhsm/libsofthsm2.so 2>/dev/null | head -1)
[ -n "$module" ] || skip_all "libsofthsm2.so is missing"
plan 20
b=$work/out/s3-encryption.fixproof
signed() { # KEY PUB [run options]: signs, and says whether it verifies
	local key=$1 pub=$2
	shift 2
	"$fixproof" run --force --key "$key" --output "$work/out" "$@" examples/s3-encryption >/dev/null 2>"$work/err" </dev/null || { tail -1 "$work/err"; return; }
	"$fixproof" verify --key "$pub" "$b" | tail -1 | sed 's/.*: //'
}
for type in ecdsa-p256 ecdsa-p384 ed25519 rsa-3072 rsa-pss-3072; do
	make_key $type $type
	is "$type signs" "$(signed "$work/$type.key" "$work/$type.pub")" verified
done
# What OpenSSL makes itself.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/small.key" 2>/dev/null
is "RSA of 2048 bits does not" "$(signed "$work/small.key" x)" \
	"fixproof: run: $work/small.key: neither ECDSA on P-256 or P-384, nor Ed25519, nor RSA of 3072 bits or more"
openssl ecparam -name secp521r1 -genkey -noout -out "$work/p521.key"
is "nor does P-521" "$(signed "$work/p521.key" x)" \
	"fixproof: run: $work/p521.key: neither ECDSA on P-256 or P-384, nor Ed25519, nor RSA of 3072 bits or more"
openssl ecparam -name prime256v1 -genkey -noout -out "$work/sec1.key"
openssl pkey -in "$work/sec1.key" -pubout -out "$work/sec1.pub"
is "the traditional form of a key is read too" "$(signed "$work/sec1.key" "$work/sec1.pub")" verified
openssl pkcs8 -topk8 -in "$work/sec1.key" -out "$work/locked.key" -passout pass:correct-horse -scrypt
is "an encrypted key without its passphrase is an error" "$(setsid bash -c '"$0" run --key "$1" --output "$2" examples/s3-encryption' "$fixproof" "$work/locked.key" "$work/none" 2>&1)" \
	"fixproof: run: the key needs a passphrase, and there is no terminal to ask on"
echo correct-horse >"$work/pass"
is "passphrase from a file" "$(signed "$work/locked.key" "$work/sec1.pub" --password-file "$work/pass")" verified
exec 7<"$work/pass"
is "from a descriptor" "$(signed "$work/locked.key" "$work/sec1.pub" --password-fd 7)" verified
exec 7<&-
is "from the environment" "$(FIXPROOF_PASSWORD=correct-horse signed "$work/locked.key" "$work/sec1.pub")" verified
is "a wrong one is an error" "$(FIXPROOF_PASSWORD=wrong signed "$work/locked.key" "$work/sec1.pub")" \
	"fixproof: run: $work/locked.key: the passphrase is missing or wrong"
cat >"$work/terminal.py" <<'P'
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
while b"Passphrase" not in seen:
    seen += os.read(terminal, 4096)
os.write(terminal, b"correct-horse\n")
try:
    while data := os.read(terminal, 4096):
        seen += data
except OSError:
    pass
print(b"correct-horse" in seen, b"VERIFIED" in seen)
P
is "from the terminal, without echo" "$(/usr/bin/python3 "$work/terminal.py" "$fixproof" run --force --key "$work/locked.key" --output "$work/out" examples/s3-encryption)" \
	"False True"
# Hardware, as far as this machine can play it.
mkdir "$work/tokens"
echo "directories.tokendir = $work/tokens" >"$work/softhsm2.conf"
export SOFTHSM2_CONF=$work/softhsm2.conf PKCS11_MODULE_PATH=$module
softhsm2-util --init-token --free --label ci --pin 1234 --so-pin 5678 >/dev/null
hsm_key() { # NAME ID TYPE
	pkcs11-tool --module "$module" --token-label ci --pin 1234 --keypairgen --key-type "$3" --label "$1" --id "$2" >/dev/null 2>&1
	pkcs11-tool --module "$module" --token-label ci --read-object --type pubkey --id "$2" -o "$work/$1.der" >/dev/null 2>&1
	openssl pkey -pubin -inform DER -in "$work/$1.der" -out "$work/$1.pub" 2>/dev/null
}
hsm_key hsm-ec 01 EC:prime256v1
hsm_key hsm-rsa 02 rsa:3072
is "PKCS #11, P-256, PIN from the environment" "$(FIXPROOF_PASSWORD=1234 signed 'pkcs11:token=ci;object=hsm-ec;type=private' "$work/hsm-ec.pub")" verified
is "PKCS #11, RSA, PIN in the URI" "$(signed 'pkcs11:token=ci;object=hsm-rsa;type=private?pin-value=1234' "$work/hsm-rsa.pub")" verified
is "the key id is that of the public key" "$(jq -r '.verificationMaterial.publicKey.hint' "$b/fix.sigstore.json")" \
	"$("$fixproof" key show "$work/hsm-rsa.pub" | cut -d' ' -f1)"
is "no such key there" "$(FIXPROOF_PASSWORD=1234 signed 'pkcs11:token=ci;object=none;type=private' x | sed 's/\(opened there\).*/\1/')" \
	"fixproof: run: pkcs11:token=ci;object=none;type=private: no private key can be opened there"
is "an unknown scheme" "$(signed 'nonsense:x' x | sed 's/\(opened there\).*/\1/')" "fixproof: run: nonsense:x: no private key can be opened there"
is "a URI of the store" "$(signed "file:$work/ed25519.key" "$work/ed25519.pub")" verified
finish
