#include <stdint.h>

#include "runner/attest/bundle_files.h"
#include "runner/attest/sigstore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* DSSE envelopes, Sigstore bundles with entries of logs, and manifests. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct err e = ERR_INIT, f = ERR_INIT, g = ERR_INIT;
	static const struct note_key log = {.name = "log.example"};
	struct bundle_manifest m;
	struct sigstore s;
	struct dsse d;

	(void)!dsse_read("f", (const char *)data, size, &a, &d, &e);
	if (sigstore_read("f", (const char *)data, size, &a, &s, &f) == 0 && s.log_count > 0)
		(void)!tlog_signed_by("f", &s.logs[0], &log, &a, &f);
	(void)!bundle_manifest_read((const char *)data, size, &a, &m, &g);
	arena_release(&a);
	return 0;
}
