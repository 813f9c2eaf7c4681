// Verifies a Sigstore bundle made with a bare key whose signature must be in a transparency log:
//   node verify-log.mjs BUNDLE.sigstore.json KEY.pub trusted_root.json
// By a later version of @sigstore/verify: earlier ones do not know these entries.
import { readFileSync } from "node:fs";
import { createPublicKey } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { Verifier, toSignedEntity, toTrustMaterial } from "sigstore-verify-4";

const [file, pub, root] = process.argv.slice(2);
try {
	const bundle = bundleFromJSON(JSON.parse(readFileSync(file, "utf8")));
	const key = createPublicKey(readFileSync(pub));
	const trusted = TrustedRoot.fromJSON(JSON.parse(readFileSync(root, "utf8")));
	const material = toTrustMaterial(trusted, () => ({ publicKey: key, validFor: () => true }));
	new Verifier(material, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 }).verify(toSignedEntity(bundle));
	console.log(JSON.parse(bundle.content.dsseEnvelope.payload.toString("utf8")).predicateType);
} catch (error) {
	console.error(`${error.name}: ${error.message}`);
	process.exit(1);
}
