// Verifies a Sigstore bundle against a bare public key with @sigstore/verify, an implementation that
// shares nothing with fixproof:  node verify.mjs BUNDLE.sigstore.json KEY.pub
// Prints the predicate type of what was signed; anything but acceptance is exit status 1.
import { readFileSync } from "node:fs";
import { createPublicKey } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { Verifier, toSignedEntity } from "@sigstore/verify";

const [file, keyFile] = process.argv.slice(2);
try {
	const bundle = bundleFromJSON(JSON.parse(readFileSync(file, "utf8")));
	const key = createPublicKey(readFileSync(keyFile));
	const material = {
		certificateAuthorities: [],
		timestampAuthorities: [],
		tlogs: [],
		ctlogs: [],
		publicKey: () => ({ publicKey: key, validFor: () => true }),
	};
	const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
	verifier.verify(toSignedEntity(bundle));
	const statement = JSON.parse(bundle.content.dsseEnvelope.payload.toString("utf8"));
	console.log(statement.predicateType);
} catch (error) {
	console.error(`${error.name}: ${error.message}`);
	process.exit(1);
}
