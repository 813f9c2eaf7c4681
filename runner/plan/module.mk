LIB_SRCS += runner/plan/awsdata.c runner/plan/awsplan.c runner/plan/body.c runner/plan/config.c \
	runner/plan/configblocks.c runner/plan/configmoves.c runner/plan/expand.c runner/plan/graph.c \
	runner/plan/iampolicy.c runner/plan/imports.c runner/plan/infer.c runner/plan/jscan.c runner/plan/mock.c runner/plan/moves.c runner/plan/normal.c runner/plan/oldtypes.c \
	runner/plan/override.c runner/plan/pack.c runner/plan/packshow.c runner/plan/packwrite.c \
	runner/plan/planjson.c runner/plan/planner.c runner/plan/planrecord.c runner/plan/plansetup.c \
	runner/plan/planstate.c \
	runner/plan/planview.c runner/plan/planwrite.c runner/plan/provide.c runner/plan/replacing.c \
	runner/plan/lock.c runner/plan/lookup.c runner/plan/request.c runner/plan/resources.c \
	runner/plan/restype.c runner/plan/restypes.c runner/plan/target.c runner/plan/vars.c runner/plan/viewblocks.c runner/plan/viewdocs.c runner/plan/viewinstances.c runner/plan/viewrefs.c runner/plan/viewtext.c \
	runner/plan/version.c runner/plan/walk.c runner/worker.c
LIB_SRCS += $(addprefix runner/plan/tf/, ctypack.c ctystate.c h2.c mockprov.c mockserve.c msgpack.c pb.c \
	schemapb.c probe.c tfclient.c tfcompare.c tffacts.c tffiles.c tfplanner.c tfproviders.c tfrecord.c tfrun.c tfvalidators.c tfview.c)
UNIT_TESTS += test_pack test_places test_planner test_pinned test_recorded test_tfprotocol
FUZZ_TARGETS += fuzz_pack fuzz_planner fuzz_moves fuzz_override fuzz_state fuzz_template fuzz_tfvars fuzz_ctypack fuzz_h2 \
	fuzz_mockprov fuzz_schemapb
SCRIPT_TESTS += tests/conformance/run tests/conformance/provider \
	tests/conformance/corners

$(BUILD)/tests/conformance_compare: $(BUILD)/tests/conformance/compare.o $(BUILD)/libfixproof.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/libfixproof.a $(LIBS_ALL)

$(BUILD)/tests/conformance_modules: $(BUILD)/tests/conformance/modules.o $(BUILD)/tests/conformance/changes.o \
		$(BUILD)/libfixproof.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/libfixproof.a $(LIBS_ALL)

$(BUILD)/tests/test_pinned: $(BUILD)/tests/unit/test_pinned.o $(BUILD)/tests/tap.o \
		$(BUILD)/tests/conformance/changes.o $(BUILD)/libfixproof.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/libfixproof.a $(LIBS_ALL)

check-programs conformance: $(BUILD)/tests/conformance_compare $(BUILD)/tests/conformance_modules

BENCHES += $(BUILD)/tests/bench_planner
$(BUILD)/tests/bench_planner: $(BUILD)/tests/bench/bench_planner.o $(BUILD)/libfixproof.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/libfixproof.a $(LIBS_ALL)
