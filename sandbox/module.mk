LIB_SRCS += sandbox/answers.c sandbox/collect.c sandbox/filter.c sandbox/host.c sandbox/inside.c \
	sandbox/job.c sandbox/mounts.c sandbox/payload.c sandbox/programs.c sandbox/refusals.c \
	sandbox/sandbox.c sandbox/unpack.c sandbox/usage.c sandbox/watch.c sandbox/wire.c \
	runner/launcher.c runner/launcher/codec.c
GEN += $(BUILD)/gen/gen/seccomp_filters.h
UNIT_TESTS += test_sandbox test_launcher

# The filters are compiled here, once, and not when a sandbox starts.
$(BUILD)/filterc: sandbox/filterc.c sandbox/filter.h sandbox/sandbox.h $(BUILD)/.flags
	$(CC) $(ALL_CFLAGS) $(PIE_CFLAGS) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< -lseccomp

$(BUILD)/gen/gen/seccomp_filters.h: $(BUILD)/filterc $(wildcard policies/seccomp/*.list)
	@mkdir -p $(@D)
	$(BUILD)/filterc policies/seccomp > $@

# A caller that links nothing else of fixproof.
$(BUILD)/examples/confine: $(BUILD)/examples/confine.o $(LIB)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(LIB) -lcap -lcrypto
