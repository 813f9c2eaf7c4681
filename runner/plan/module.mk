LIB_SRCS += runner/plan/pack.c runner/plan/packwrite.c
UNIT_TESTS += test_pack
FUZZ_TARGETS += fuzz_pack
