/*
 * A workspace of one file of any bytes is planned against a state that holds objects alone,
 * counted, by key and within modules, and with objects that can be imported: what moved, removed
 * and import blocks do with them.
 */
#include <sys/stat.h>

#include "tests/fuzz/fuzz_workspace.h"

#define PLACE(MODULE, NAME, KEY)                                                          \
	"{\"mode\":\"managed\",\"module\":\"" MODULE                                      \
	"\",\"type\":\"fake_bucket\",\"name\":\"" NAME "\",\"key\":" KEY                  \
	",\"provider\":\"registry.terraform.io/hashicorp/fake\","                         \
	"\"provider_config\":\"\",\"values\":{\"force\":null,\"id\":\"i\",\"list\":null," \
	"\"name\":\"n\",\"rule\":[],\"tags\":null},\"sensitive\":{}}"

static const char child[] = "resource \"fake_bucket\" \"in\" {\n  name = \"n\"\n}\n";
static const char request[] = FUZZ_REQUEST
	",\"want_view\":true,\"want_state\":true,\"mock\":{\"imports\":{"
	"\"fake_bucket.new\":{\"name\":\"n\"},\"fake_bucket.many[0]\":{\"tags\":{\"a\":\"b\"}},"
	"\"module.m.fake_bucket.in\":{\"rule\":[{\"size\":1}]}}},\"prior_state\":{"
	"\"format\":\"fixproof-state/1\",\"outputs\":{},\"resources\":{"
	"\"fake_bucket.one\":" PLACE(
		"", "one",
		"null") ","
			"\"fake_bucket.many[0]\":" PLACE(
				"", "many",
				"0") ","
				     "\"fake_bucket.many[1]\":" PLACE(
					     "", "many",
					     "1") ","
						  "\"fake_bucket.keys[\\\"a\\\"]\":" PLACE(
							  "", "keys",
							  "\"a\"") ","
								   "\"fake_bucket.keys[\\\"b\\\"]"
								   "\":" PLACE(
									   "", "keys",
									   "\"b\"") ","
										    "\"module.m."
										    "fake_bucket."
										    "in\":" PLACE(
											    "module"
											    ".m",
											    "in",
											    "null") ","
												    "\"module.c[0].fake_bucket.in\":" PLACE(
													    "module.c[0]",
													    "in",
													    "null") ","
														    "\"module.c[1].fake_bucket.in\":" PLACE(
															    "module.c[1]",
															    "in",
															    "null") "}}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FP_CLEANUP(buf_release) struct buf bytes = BUF_INIT(65536);
	FP_CLEANUP(buf_release) struct buf record = BUF_INIT(64u << 20);
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct pack pack;

	if (size > 65536)
		return 0;
	if (mkdirat(fuzz_dir(), "child", 0700) == 0)
		fuzz_bytes("child/main.tf", child, strlen(child));
	fuzz_file("main.tf", data, size);
	pack = fuzz_pack(&a, &bytes);
	fuzz_plan(&pack, request, strlen(request), &a, &record);
	arena_release(&a);
	return 0;
}
