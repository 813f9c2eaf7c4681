LIB_SRCS += runner/findings/asff.c runner/findings/codetf.c runner/findings/place.c runner/findings/read.c \
	runner/findings/sarif.c runner/findings/scanners.c
UNIT_TESTS += test_findings
FUZZ_TARGETS += fuzz_sarif fuzz_checkov fuzz_trivy fuzz_asff fuzz_codetf
