# Everything that tests, checks, packages or shows the build.

FUZZ_TARGETS += fuzz_doc fuzz_patch fuzz_case fuzz_tree fuzz_bundle
FUZZ_BINS := $(FUZZ_TARGETS:%=build/fuzz/tests/%)
SCRIPT_TESTS += tests/fuzz/corpus.t
BENCHES += tests/bench/bench_case tests/bench/bench_terraform tests/bench/bench_plans
REPLAY_BINS := $(FUZZ_TARGETS:%=$(BUILD)/tests/replay_%)

# One job for each processor, unless make was told how many.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

check: deps
	@$(MAKE) --no-print-directory check-built

# Warnings are errors here, and not for packagers.
check-built:
	@$(MAKE) --no-print-directory -s $(JOBS) WERROR=-Werror check-programs
	@tests/run $(BUILD) $(TEST_BINS) $(SCRIPT_TESTS)

check-programs: all $(TEST_BINS) $(REPLAY_BINS)

$(BUILD)/tests/replay_%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/tests/fuzz/replay.o $(LIB) $(LIBS_ALL)

# The same without asking for packages: for work on the project.
test: check-built

deps:
	@packaging/deps

lint:
	@$(MAKE) --no-print-directory -s $(JOBS) all
	@tests/lint/all

asan:
	@packaging/deps asan
	@$(MAKE) --no-print-directory CONFIG=asan asan-run

asan-run: $(TEST_BINS) $(PROGRAMS)
	@tests/run $(BUILD) $(TEST_BINS)

tidy:
	@packaging/deps lint
	@tests/lint/tidy

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

FUZZ_SECONDS ?= 10
fuzz-build: CONFIG := fuzz
fuzz-build:
	@$(MAKE) --no-print-directory CONFIG=fuzz $(FUZZ_BINS)
fuzz:
	@packaging/deps fuzz
	@$(MAKE) --no-print-directory fuzz-build
	@tests/fuzz/run $(FUZZ_SECONDS) $(FUZZ_TARGETS)

bench: all
	@tests/bench/run $(BUILD) $(BENCHES)

conformance: all
	@tests/conformance/corners $(BUILD) all
	@tests/conformance/expressions/places $(BUILD)
	@tests/conformance/run $(BUILD) all
	@tests/conformance/provider $(BUILD) all
	@tests/conformance/provider $(BUILD) changes all
	@tests/conformance/provider $(BUILD) fresh all
	@tests/conformance/terraform $(BUILD)
	@if [ -n "$${FIXPROOF_NPM_PACKAGES:-}" ]; then images/tools/packs_derive --check "$$FIXPROOF_NPM_PACKAGES"; \
	else echo "the derived packs are not compared: FIXPROOF_NPM_PACKAGES names no packages"; fi

demo: deps
	@$(MAKE) --no-print-directory $(JOBS) all
	@examples/demo

.PHONY: check check-built check-programs test deps lint asan asan-run tidy format fuzz fuzz-build bench \
	conformance demo

.PHONY: scenarios-table
scenarios-table:
	@tests/scenarios/table >docs/scenarios.md.tmp
	@mv docs/scenarios.md.tmp docs/scenarios.md
