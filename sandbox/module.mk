LIB_SRCS += sandbox/answers.c sandbox/cgroup.c sandbox/collect.c sandbox/ending.c sandbox/filetimes.c sandbox/filter.c sandbox/host.c sandbox/inside.c \
	sandbox/job.c sandbox/mounts.c sandbox/payload.c sandbox/programs.c sandbox/refusals.c sandbox/rootlist.c \
	sandbox/sandbox.c sandbox/stop.c sandbox/unpack.c sandbox/usage.c sandbox/watch.c sandbox/wire.c \
	runner/launcher.c runner/launcher/codec.c runner/image.c runner/image/build.c runner/image/untar.c
GEN += $(BUILD)/gen/gen/seccomp_filters.h
UNIT_TESTS += test_sandbox test_launcher test_attack test_sandbox_programs test_cmd_sandbox \
	test_sandbox_torture test_filter test_image

# The filters are compiled here, once, and not when a sandbox starts.
$(BUILD)/filterc: sandbox/filterc.c sandbox/filter.h sandbox/sandbox.h $(BUILD)/.flags
	$(CC) $(ALL_CFLAGS) $(PIE_CFLAGS) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< -lseccomp

$(BUILD)/gen/gen/seccomp_filters.h: $(BUILD)/filterc $(wildcard policies/seccomp/*.list)
	@mkdir -p $(@D)
	$(BUILD)/filterc policies/seccomp > $@

# A caller that links nothing else of fixproof.
$(BUILD)/examples/confine: $(BUILD)/examples/confine.o $(BUILD)/libfixproof.a
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(LIB) -lcap -lcrypto

$(BUILD)/tests/attack_probe: $(BUILD)/tests/attack/probe.o
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(STATIC_LDFLAGS) -o $@ $<

$(BUILD)/tests/static_clock: $(BUILD)/tests/attack/static_clock.o
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(STATIC_LDFLAGS) -o $@ $<

$(BUILD)/tests/test_attack: $(BUILD)/tests/attack_probe $(BUILD)/tests/static_clock
$(BUILD)/tests/test_sandbox_programs: $(BUILD)/tests/attack_probe

FUZZ_TARGETS += fuzz_untar fuzz_launcher
BENCHES += $(BUILD)/tests/bench_sandbox
$(BUILD)/tests/bench_nothing: $(BUILD)/tests/bench/bench_nothing.o
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -static -o $@ $<

$(BUILD)/tests/bench_sandbox: $(BUILD)/tests/bench/bench_sandbox.o $(BUILD)/tests/bench_nothing $(BUILD)/libfixproof.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(LIB) $(LIBS_ALL)
