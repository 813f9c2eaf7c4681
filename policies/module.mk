# What reads and judges policies; the compiler of the built-in ones is made of it, too.
POLICY_ENGINE := callers change conditions denials eval exec joins network operators parse paths principals \
	ranges statements views written
LIB_SRCS += $(addprefix policies/, builtin.c catalogue.c rules.c $(POLICY_ENGINE:%=%.c))
POLICY_FILES := $(sort $(wildcard policies/builtin/*.yaml))

GENERATED_SRCS += $(BUILD)/gen/builtin_policies.c

# The built-in policies as one C file; generated, so it lies beside the objects.
$(BUILD)/gen/builtin_policies.c: $(POLICY_FILES) $(BUILD)/policyc
	@mkdir -p $(@D)
	$(BUILD)/policyc $(POLICY_FILES) > $@.tmp && mv $@.tmp $@
POLICYC_OBJS := $(addprefix $(BUILD)/, $(addprefix policies/, policyc_main.o $(POLICY_ENGINE:%=%.o)) $(addprefix runner/base/, arena.o buf.o die.o doc.o \
	doc_json.o doc_yaml.o err.o fd.o hex.o json.o json_fast.o sha256.o treestream.o utf8.o) runner/canon/jcs.o \
	$(addprefix runner/findings/, asff.o codetf.o place.o read.o sarif.o scanners.o))
$(BUILD)/policyc: $(POLICYC_OBJS)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $(POLICYC_OBJS) -ljansson -lyaml -lpcre2-8 -lcrypto -lm
CATALOGUE_FILES := $(sort $(wildcard policies/catalogues/*.yaml))
GENERATED_SRCS += $(BUILD)/gen/builtin_catalogues.c
$(BUILD)/gen/builtin_catalogues.c: $(CATALOGUE_FILES) policies/embed
	@mkdir -p $(@D)
	policies/embed catalogue_builtin policies/catalogue.h $(CATALOGUE_FILES) > $@.tmp && mv $@.tmp $@
EXTRA_OBJS += $(BUILD)/gen/builtin_catalogues.o
$(BUILD)/gen/builtin_catalogues.o: $(BUILD)/gen/builtin_catalogues.c
	$(CC) $(ALL_CFLAGS) $(PIE_CFLAGS) -MMD -MP -c -o $@ $<
EXTRA_OBJS += $(BUILD)/gen/builtin_policies.o
$(BUILD)/gen/builtin_policies.o: $(BUILD)/gen/builtin_policies.c
	$(CC) $(ALL_CFLAGS) $(PIE_CFLAGS) -MMD -MP -c -o $@ $<
UNIT_TESTS += test_catalogue test_execpolicy test_policy test_policydenials test_policyviews
FUZZ_TARGETS += fuzz_policy fuzz_answer
SCRIPT_TESTS += tests/e2e/policies.t tests/e2e/labelled.t

BENCHES += $(BUILD)/tests/bench_policies
$(BUILD)/tests/bench_policies: $(BUILD)/tests/bench/bench_policies.o $(BUILD)/libfixproof.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/libfixproof.a $(LIBS_ALL)

.PHONY: policies-table
policies-table: all
	@$(BUILD)/fixproof policy list --format markdown > docs/policies.md.tmp
	@mv docs/policies.md.tmp docs/policies.md
