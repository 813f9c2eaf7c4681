/* A template file of any bytes, rendered with known, unknown and sensitive values. */
#include "tests/fuzz/fuzz_workspace.h"

static const char workspace[] =
	"variable \"s\" {\n  default = \"secret\"\n  sensitive = true\n}\n"
	"resource \"terraform_data\" \"t\" {}\n"
	"output \"o\" {\n  sensitive = true\n"
	"  value = templatefile(\"t.tftpl\", { u = terraform_data.t.id, s = var.s, n = 12,\n"
	"    l = [\"a\", \"b\"], m = { a = 1, b = null } })\n}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	fuzz_file("main.tf", workspace, strlen(workspace));
	fuzz_bytes("t.tftpl", data, size);
	fuzz_plan_once();
	return 0;
}
