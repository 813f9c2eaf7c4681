/* What the program of a policy may print. */
#include <stdint.h>

#include "policies/policy.h"
#include "runner/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char view_text[] =
	"{\"blocks\":[{\"address\":\"t.a\",\"type\":\"t\",\"file\":\"main.tf\",\"line\":1,\"end_"
	"line\":"
	"4,\"config\":{}}],\"references\":[],\"instances\":[{\"address\":\"t.a[0]\",\"block\":0,"
	"\"mode\":\"managed\",\"type\":\"t\",\"values\":{},\"unknown\":{}}]}";
static const char policy_text[] = "metadata: {id: p, name: n}\nexec: {command: [a]}\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT((size_t)1 << 30);
	const struct policy_answer answer = {
		.what = "out", .text = (const char *)data, .size = size};
	const struct policy_views *views;
	const struct policy *p;
	struct err e = ERR_INIT;
	json_t *view = NULL;

	if (json_parse("view", view_text, sizeof(view_text) - 1, &view, &e) == 0 &&
	    policy_parse("p.yaml", policy_text, sizeof(policy_text) - 1, &a, &p, &e) == 0 &&
	    policy_views_open(view, NULL, NULL, &a, &views, &e) == 0)
		(void)policy_judge_answer(p, view, views, &answer, &a);
	json_decref(view);
	arena_release(&a);
	return 0;
}
