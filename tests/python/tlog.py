"""A transparency log of the second Rekor API, as far as a test needs one; it shares nothing with fixproof.

    tlog.py NAME REQUEST.json...    writes REQUEST.answer.json beside each, prints the log's key as NAME+HASH+BASE64

Leaves and answers as rekor-tiles makes them, the checkpoint as C2SP tlog-checkpoint says, hashes as RFC 6962.
"""
import base64, hashlib, json, sys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

def b64(data):
    return base64.b64encode(data).decode()

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def leaf_of(request):
    if "hashedRekordRequestV002" in request:
        r = request["hashedRekordRequestV002"]
        size = len(base64.b64decode(r["digest"]))
        return "hashedrekord", {"hashedRekordV002": {
            "data": {"algorithm": {32: "SHA2_256", 48: "SHA2_384"}[size], "digest": r["digest"]},
            "signature": r["signature"]}}
    r = request["dsseRequestV002"]
    payload = base64.b64decode(r["envelope"]["payload"])
    return "dsse", {"dsseV002": {
        "payloadHash": {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(payload).digest())},
        "signatures": [{"content": r["envelope"]["signatures"][0]["sig"], "verifier": r["verifiers"][0]}]}}

def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()

def split(count):
    k = 1
    while k * 2 < count:
        k *= 2
    return k

def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))

def proof(leaves, index):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return proof(leaves[:k], index) + [root(leaves[k:])]
    return proof(leaves[k:], index - k) + [root(leaves[:k])]

name, files = sys.argv[1], sys.argv[2:]
key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
log_id = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()
bodies = [(None, b"what others logged before, %d" % i) for i in range(5)]
for file in files:
    kind, spec = leaf_of(json.load(open(file)))
    bodies.append((kind, canonical({"apiVersion": "0.0.2", "kind": kind, "spec": spec})))
leaves = [hashlib.sha256(b"\x00" + body).digest() for _, body in bodies]
text = "%s\n%d\n%s\n" % (name, len(leaves), b64(root(leaves)))
signed = text + "\n\u2014 %s %s\n" % (name, b64(log_id[:4] + key.sign(text.encode())))
for file, index in zip(files, range(5, len(leaves))):
    answer = {"logIndex": str(index), "logId": {"keyId": b64(log_id)},
              "kindVersion": {"kind": bodies[index][0], "version": "0.0.2"}, "integratedTime": "0", "inclusionPromise": None,
              "inclusionProof": {"logIndex": str(index), "rootHash": b64(root(leaves)), "treeSize": str(len(leaves)),
                                 "hashes": [b64(h) for h in proof(leaves, index)], "checkpoint": {"envelope": signed}},
              "canonicalizedBody": b64(bodies[index][1])}
    json.dump(answer, open(file.replace(".entry.json", ".answer.json"), "w"))
print("%s+%s+%s" % (name, log_id[:4].hex(), b64(b"\x01" + public)))
