LIB_SRCS += runner/archive/merkle.c runner/archive/note.c
UNIT_TESTS += test_vectors
FUZZ_TARGETS += fuzz_note
