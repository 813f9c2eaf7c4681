LIB_SRCS += runner/opt.c runner/pipeline.c runner/cmd/cmd_sandbox.c
