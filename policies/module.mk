LIB_SRCS += $(addprefix policies/, catalogue.c change.c conditions.c eval.c network.c operators.c parse.c paths.c rules.c \
	ranges.c views.c)
POLICY_FILES := $(sort $(wildcard policies/builtin/*.yaml))

GENERATED_SRCS += $(BUILD)/gen/builtin_policies.c

# The built-in policies as one C file; generated, so it lies beside the objects.
$(BUILD)/gen/builtin_policies.c: $(POLICY_FILES) policies/embed
	@mkdir -p $(@D)
	policies/embed policy_builtin policies/policy.h $(POLICY_FILES) > $@.tmp && mv $@.tmp $@
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
UNIT_TESTS += test_catalogue test_policy test_policyviews
FUZZ_TARGETS += fuzz_policy
SCRIPT_TESTS += tests/e2e/policies.t

BENCHES += $(BUILD)/tests/bench_policies
$(BUILD)/tests/bench_policies: $(BUILD)/tests/bench/bench_policies.o $(BUILD)/libfixproof.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/libfixproof.a $(LIBS_ALL)

.PHONY: policies-table
policies-table: all
	@$(BUILD)/fixproof policy list --format markdown > docs/policies.md.tmp
	@mv docs/policies.md.tmp docs/policies.md
