LIB_SRCS += runner/base/arena.c runner/base/buf.c runner/base/die.c runner/base/doc.c runner/base/doc_json.c \
	runner/base/doc_yaml.c runner/base/err.c \
	runner/base/fd.c runner/base/heap.c runner/base/hex.c runner/base/instant.c runner/base/json.c runner/base/json_fast.c runner/base/secretscan.c runner/base/sha256.c \
	runner/base/treestream.c runner/base/utf8.c
UNIT_TESTS += test_base test_json test_secretscan
FUZZ_TARGETS += fuzz_json fuzz_secretscan
