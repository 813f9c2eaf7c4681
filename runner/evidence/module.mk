LIB_SRCS += runner/evidence/evidence.c runner/evidence/evidence_read.c runner/evidence/fields.c
