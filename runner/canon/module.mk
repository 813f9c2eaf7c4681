LIB_SRCS += runner/canon/jcs.c runner/canon/plan.c runner/canon/tree.c runner/canon/treewalk.c
UNIT_TESTS += test_golden test_jcs test_tree
