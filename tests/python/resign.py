"""Changes what the statements of a bundle say and signs them anew, as a dishonest holder of the key could; it shares
nothing with fixproof.

    resign.py KEY.key BUNDLE FILTER [PAYLOAD-TYPE]

FILTER is one of jq, applied to every statement; what it leaves as it is gets a new signature too.
"""
import base64, glob, hashlib, json, subprocess, sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

key_file, bundle, jq = sys.argv[1:4]
payload_type = sys.argv[4] if len(sys.argv) > 4 else "application/vnd.in-toto+json"
with open(key_file, "rb") as f:
    key = serialization.load_pem_private_key(f.read(), None)
ssh = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).split()[1]
key_id = "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(ssh)).digest()).decode().rstrip("=")

def write(path, value):
    with open(path, "w") as f:
        f.write(value)

def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"

lines = {}
for path in glob.glob(bundle + "/*.sigstore.json") + glob.glob(bundle + "/attestations/*.sigstore.json"):
    with open(path) as f:
        b = json.load(f)
    payload = subprocess.run(["jq", "-cSj", jq], input=base64.b64decode(b["dsseEnvelope"]["payload"]), stdout=subprocess.PIPE,
                             check=True).stdout
    pae = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload)
    signature = base64.b64encode(key.sign(pae, ec.ECDSA(hashes.SHA256()))).decode()
    b["dsseEnvelope"] = {"payload": base64.b64encode(payload).decode(), "payloadType": payload_type,
                         "signatures": [{"keyid": key_id, "sig": signature}]}
    b["verificationMaterial"]["publicKey"]["hint"] = key_id
    write(path, compact(b))
    lines[path] = compact(b["dsseEnvelope"])
old = [line for line in open(bundle + "/attestations.intoto.jsonl")]
types = [json.loads(base64.b64decode(json.loads(line)["payload"]))["predicateType"] for line in old]
of_type = {json.loads(base64.b64decode(json.loads(line)["payload"]))["predicateType"]: line for line in lines.values()}
write(bundle + "/attestations.intoto.jsonl", "".join(of_type.get(t, line) for t, line in zip(types, list(of_type.values()) + old)))
