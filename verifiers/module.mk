LIB_SRCS += verifiers/aligned.c verifiers/applies.c verifiers/coverage.c verifiers/minimal.c verifiers/pinned.c verifiers/secrets.c verifiers/converges.c verifiers/executes.c verifiers/expected.c \
	verifiers/helpers.c verifiers/impact.c verifiers/suppression.c \
	verifiers/hermetic.c verifiers/idempotent.c verifiers/kept.c verifiers/policy.c \
	verifiers/recorded.c verifiers/regression.c verifiers/reproducible.c verifiers/scope.c \
	verifiers/table.c verifiers/without.c
