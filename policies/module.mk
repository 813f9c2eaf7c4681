LIB_SRCS += policies/eval.c policies/operators.c policies/parse.c policies/ranges.c
POLICY_FILES := $(sort $(wildcard policies/builtin/*.yaml))

GENERATED_SRCS += $(BUILD)/gen/builtin_policies.c

# The built-in policies as one C file; generated, so it lies beside the objects.
$(BUILD)/gen/builtin_policies.c: $(POLICY_FILES) policies/embed
	@mkdir -p $(@D)
	policies/embed $(POLICY_FILES) > $@.tmp && mv $@.tmp $@
EXTRA_OBJS += $(BUILD)/gen/builtin_policies.o
$(BUILD)/gen/builtin_policies.o: $(BUILD)/gen/builtin_policies.c
	$(CC) $(ALL_CFLAGS) $(PIE_CFLAGS) -MMD -MP -c -o $@ $<
UNIT_TESTS += test_policy
SCRIPT_TESTS += tests/e2e/policies.t
