"""Verifies lines of DSSE with python3-securesystemslib:  dsse.py attestations.intoto.jsonl KEY.pub...

Exit status 1 unless every line carries a good signature of each key, and no other. The library of Debian 12 has
primitives only, so the pre-authentication encoding is made here from the text of the specification.
"""
import base64
import json
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from securesystemslib import exceptions, keys


def load_key(path):
    with open(path, "rb") as f:
        pem = f.read()
    key = serialization.load_pem_public_key(pem)
    if isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        kind, scheme, public = "ed25519", "ed25519", raw.hex()
    elif isinstance(key, ec.EllipticCurvePublicKey):
        size = key.curve.key_size
        kind, scheme, public = "ecdsa", f"ecdsa-sha2-nistp{size}", pem.decode()
    else:
        kind, scheme, public = "rsa", "rsa-pkcs1v15-sha256", pem.decode()
    return {"keyid": "00", "keytype": kind, "scheme": scheme, "keyval": {"public": public}}


def pae(payload_type, payload):
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def is_good(key, signature, data):
    try:
        return keys.verify_signature(key, signature, data)
    except exceptions.FormatError:  # of a key of another kind
        return False


def main(lines_file, *key_files):
    known = [load_key(file) for file in key_files]
    count = 0
    with open(lines_file, encoding="utf-8") as f:
        for line in f:
            row = json.loads(line)
            data = pae(row["payloadType"], base64.b64decode(row["payload"]))
            good = set()
            for signature in row["signatures"]:
                found = {"keyid": "00", "sig": base64.b64decode(signature["sig"]).hex()}
                for i, key in enumerate(known):
                    if is_good(key, found, data):
                        good.add(i)
            if len(good) != len(known) or len(row["signatures"]) != len(known):
                return 1
            count += 1
    print(f"{count} signatures verified")
    return 0 if count > 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
