LIB_SRCS += runner/opt.c runner/pipeline.c
