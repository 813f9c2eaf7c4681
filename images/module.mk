# Provider packs, built from the recorded facts in images/packs.
PACKS := $(BUILD)/packs/hashicorp-aws-5.100.0.pack
PACK_BUILD := $(BUILD)/images/tools/pack_build

$(PACK_BUILD): $(BUILD)/images/tools/pack_build.o $(BUILD)/libfixproof.a
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/libfixproof.a -ljansson -lzstd -lcrypto

$(BUILD)/packs/hashicorp-%.pack: images/packs/%.schema.json.zst images/packs/%.facts.json.zst \
		images/packs/%.recorded.json.zst images/packs/%.more.json $(PACK_BUILD)
	@mkdir -p $(@D)
	$(PACK_BUILD) images/packs/$*.schema.json.zst images/packs/$*.facts.json.zst \
		images/packs/$*.recorded.json.zst images/packs/$*.more.json $@

all check-programs asan-run: $(PACKS)
