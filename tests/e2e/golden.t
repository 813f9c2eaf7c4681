#!/bin/bash
# Bundles that were made by earlier builds of this format verify for ever, by the rules of their time.
. tests/e2e/lib.sh
golden=tests/golden/bundle-1
plan 5
outcome() { "$fixproof" verify --key "$golden/signer.pub" "$golden/$1.fixproof.tar.zst" | tail -1 | sed 's/.*: //'; }
is "the verified one" "$(outcome s3-encryption)" verified
is "the refused one" "$(outcome sg-appends)" refused
is "by the trust policy that lies beside them" "$("$fixproof" verify --trust "$golden/trust.yaml" "$golden/s3-encryption.fixproof.tar.zst" | tail -1 | sed 's/.*: //')" verified
# The same statements, byte for byte: whoever changes how one is derived makes a new version.
is "its statement is what it was" "$("$fixproof" verify --key "$golden/signer.pub" "$golden/s3-encryption.fixproof.tar.zst" | grep -c '^  ok   statement')" 1
is "their tar is what it was" "$(for f in "$golden"/*.tar.zst; do zstd -dcq "$f" | sha256sum | cut -c1-64; done | paste -sd' ')" "$(paste -sd' ' "$golden/tar.sha256")"
finish
