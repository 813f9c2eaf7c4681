# Provider packs, built from what images/packs knows of each provider.
PACKS := $(BUILD)/packs/hashicorp-aws-5.100.0.pack
PACK_BUILD := $(BUILD)/images/tools/pack_build
DERIVED := archive-2.7.1 azurerm-4.55.0 google-6.50.0 helm-3.1.1 kubernetes-2.38.0 local-2.6.1 \
	null-3.2.4 random-3.7.2 tls-4.1.0
PACKS += $(DERIVED:%=$(BUILD)/packs/hashicorp-%.pack)

$(PACK_BUILD): $(BUILD)/images/tools/pack_build.o $(BUILD)/libfixproof.a
	$(CC) $(ALL_LDFLAGS) $(PIE_LDFLAGS) -o $@ $< $(BUILD)/libfixproof.a -ljansson -lzstd -lcrypto

$(BUILD)/packs/hashicorp-aws-%.pack: images/packs/aws-%.schema.json.zst \
		images/packs/aws-%.facts.json.zst images/packs/aws-%.recorded.json.zst \
		images/packs/aws-%.more.json $(PACK_BUILD)
	@mkdir -p $(@D)
	$(PACK_BUILD) images/packs/aws-$*.schema.json.zst images/packs/aws-$*.facts.json.zst \
		images/packs/aws-$*.recorded.json.zst images/packs/aws-$*.more.json $@

$(DERIVED:%=$(BUILD)/packs/hashicorp-%.pack): $(BUILD)/packs/hashicorp-%.pack: \
		images/packs/%.derived.json.zst $(PACK_BUILD)
	@mkdir -p $(@D)
	$(PACK_BUILD) $< $@

all check-programs asan-run: $(PACKS)

# Reads the pinned npm packages again (from PACKAGES, or by npm); see images/packs/README.md.
.PHONY: derive-packs
derive-packs:
	images/tools/packs_derive $(PACKAGES)
