LIB_SRCS += runner/worker/apply.c runner/fixcase/load.c runner/fixcase/patch.c runner/fixcase/patch_parse.c
UNIT_TESTS += test_fixcase test_patch
