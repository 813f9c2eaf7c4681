// Verifies a Sigstore bundle with @sigstore/verify, an implementation that shares nothing with fixproof:
//   node verify.mjs BUNDLE.sigstore.json KEY.pub           against a bare public key
//   node verify.mjs BUNDLE.sigstore.json trusted_root.json against authorities, with a timestamp
// Prints the predicate type of what was signed; anything but acceptance is exit status 1.
import { readFileSync } from "node:fs";
import { createPublicKey } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { Verifier, toSignedEntity, toTrustMaterial } from "@sigstore/verify";

const [file, trusted] = process.argv.slice(2);
try {
	const bundle = bundleFromJSON(JSON.parse(readFileSync(file, "utf8")));
	const bare = !trusted.endsWith(".json");
	const key = bare && createPublicKey(readFileSync(trusted));
	const material = bare
		? {
				certificateAuthorities: [],
				timestampAuthorities: [],
				tlogs: [],
				ctlogs: [],
				publicKey: () => ({ publicKey: key, validFor: () => true }),
			}
		: toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(readFileSync(trusted, "utf8"))));
	const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: bare ? 0 : 1 });
	verifier.verify(toSignedEntity(bundle));
	const statement = JSON.parse(bundle.content.dsseEnvelope.payload.toString("utf8"));
	console.log(statement.predicateType);
} catch (error) {
	console.error(`${error.name}: ${error.message}`);
	process.exit(1);
}
