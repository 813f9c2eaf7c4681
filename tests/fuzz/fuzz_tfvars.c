/* Values of variables of many types from a file of any bytes, native or JSON. */
#include "tests/fuzz/fuzz_workspace.h"

static const char workspace[] =
	"variable \"s\" {\n  type = string\n  default = \"\"\n  sensitive = true\n}\n"
	"variable \"n\" {\n  type = number\n  default = 1\n  nullable = false\n"
	"  validation {\n    condition = var.n > 0\n    error_message = \"Below one.\"\n  }\n}\n"
	"variable \"l\" {\n  type = list(object({ a = string, b = optional(number, 2) }))\n"
	"  default = []\n}\n"
	"variable \"m\" {\n  type = map(set(string))\n  default = {}\n}\n"
	"variable \"t\" {\n  type = tuple([bool, any])\n  default = [true, 1]\n}\n"
	"variable \"a\" { default = null }\n"
	"output \"o\" {\n  value = [var.n, var.l, var.m, var.t, var.a]\n}\n"
	"resource \"fake_bucket\" \"b\" {\n  for_each = var.m\n  name = var.s\n}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	fuzz_file("main.tf", workspace, strlen(workspace));
	fuzz_file("terraform.tfvars", data, size);
	fuzz_plan_once();
	return 0;
}
