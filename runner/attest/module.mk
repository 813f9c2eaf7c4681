LIB_SRCS += runner/attest/bundle_archive.c runner/attest/bundle_check.c runner/attest/bundle_files.c runner/attest/bundle_logs.c runner/attest/bundle_mend.c \
	runner/attest/bundle_sign.c runner/attest/bundle_signers.c runner/attest/bundle_source.c \
	runner/attest/bundle_verify.c runner/attest/bundle_write.c runner/attest/certificate.c \
	runner/attest/check.c runner/attest/dsse.c runner/attest/merkle.c runner/attest/note.c runner/attest/key.c runner/attest/keyuri.c runner/attest/signer.c \
	runner/attest/signing.c runner/attest/spki.c runner/attest/sigstore.c runner/attest/statement.c \
	runner/attest/timestamp.c runner/attest/tlog.c runner/attest/trust.c runner/attest/trust_judge.c runner/attest/trustfile.c

UNIT_TESTS += test_attest test_bundle test_vectors
FUZZ_TARGETS += fuzz_archive fuzz_note fuzz_trust fuzz_timestamp
SCRIPT_TESTS += tests/e2e/trust.t tests/e2e/log.t tests/e2e/levels.t tests/e2e/forge.t tests/e2e/keys.t tests/e2e/rerun.t tests/e2e/redact.t tests/e2e/golden.t
