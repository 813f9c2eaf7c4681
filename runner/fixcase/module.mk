LIB_SRCS += runner/fixcase/load.c
UNIT_TESTS += test_fixcase
