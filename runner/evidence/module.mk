LIB_SRCS += runner/evidence/evidence.c runner/evidence/fields.c
