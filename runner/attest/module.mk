LIB_SRCS += runner/attest/bundle_files.c runner/attest/bundle_verify.c \
	runner/attest/bundle_write.c runner/attest/key.c runner/attest/dsse.c runner/attest/sigstore.c runner/attest/signer.c \
	runner/attest/statement.c

UNIT_TESTS += test_attest
