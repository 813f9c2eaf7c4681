#include "tests/fuzz/fuzz_findings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_findings(data, size, findings_asff);
	return 0;
}
