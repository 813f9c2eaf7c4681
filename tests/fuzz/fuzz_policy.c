/* Policies: read, and where they can be read judged on a view with a document inside a string. */
#include "policies/policy.h"
#include "runner/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char view_text[] =
	"{\"blocks\":[{\"address\":\"t.a\",\"file\":\"m.tf\",\"line\":1,\"config\":{\"policy\":1}},"
	"{\"address\":\"u.b\",\"config\":{}}],\"references\":[{\"from\":\"u.b\",\"path\":\"id\","
	"\"to\":\"t.a\",\"attribute\":\"id\",\"direct\":true}],\"instances\":[{\"address\":\"t.a\","
	"\"block\":0,\"mode\":\"managed\",\"type\":\"t\",\"values\":{\"x\":[1,\"a\",null],\"in\":[{"
	"\"p\":\"tcp\",\"f\":1,\"t\":9,\"c\":[\"0.0.0.0/0\"]}]},\"unknown\":{\"policy\":true},"
	"\"documents\":[{\"path\":\"policy\",\"document\":{\"Statement\":[{\"Effect\":\"Allow\","
	"\"Action\":\"*\"}]},\"unknown\":{\"Statement\":[{\"Action\":true}]}}]},{\"address\":"
	"\"u.b\",\"block\":1,\"mode\":\"managed\",\"type\":\"u\",\"values\":{},\"unknown\":{}}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 28);
	const struct policy_views *views;
	const struct policy *p;
	struct err e = ERR_INIT;
	json_t *view = NULL;

	if (size <= 1 << 16 &&
	    policy_parse(size > 0 && data[0] == '{' ? "p.json" : "p.yaml", (const char *)data, size,
			 &a, &p, &e) == 0 &&
	    json_parse("view", view_text, sizeof(view_text) - 1, &view, &e) == 0 &&
	    policy_views_open(view, view, view, &a, &views, &e) == 0)
		(void)policy_judge(p, views, &a);
	json_decref(view);
	arena_release(&a);
	return 0;
}
