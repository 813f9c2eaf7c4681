LIB_SRCS += runner/diff.c runner/report/record.c runner/report/recordwrite.c runner/report/text.c runner/locate.c runner/runs/record.c runner/runs/runs.c \
	runner/runs/sandboxes.c runner/runs/slice.c runner/runs/vary.c
UNIT_TESTS += test_record
