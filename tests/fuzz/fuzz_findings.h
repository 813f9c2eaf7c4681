/* One reader of reports, and where its rows point to. */
#ifndef TESTS_FUZZ_FUZZ_FINDINGS_H
#define TESTS_FUZZ_FUZZ_FINDINGS_H

#include <stdint.h>

#include "runner/base/json.h"
#include "runner/findings/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_findings(const uint8_t *data, size_t size,
			  int (*read)(struct findings_reader *r, const struct doc *root))
{
	static const char view_text[] =
		"{\"blocks\":[{\"address\":\"aws_s3_bucket.a\",\"type\":\"aws_s3_bucket\",\"file\":"
		"\"modules/bucket/"
		"main.tf\",\"line\":6,\"end_line\":8}],\"instances\":[{\"address\":"
		"\"aws_s3_bucket.a\",\"block\":0,\"mode\":\"managed\",\"type\":\"aws_s3_bucket\","
		"\"values\":{\"bucket\":\"example-invoices\"}}]}";
	struct arena a = ARENA_INIT((size_t)1 << 30);
	struct err e = ERR_INIT, f = ERR_INIT;
	struct findings_reader r = {.what = "f", .arena = &a, .e = &e};
	const struct findings_choice by = {.has_index = true};
	const struct doc *root;
	struct findings_place at;
	struct findings all;
	json_t *view = NULL;

	if (doc_read_json("f", (const char *)data, size, &a, &root, &e) == 0 &&
	    root->kind == DOC_OBJECT && read(&r, root) == 0 &&
	    json_parse("view", view_text, sizeof(view_text) - 1, &view, &f) == 0) {
		all = (struct findings){"f", "f", r.rows, r.count};
		(void)!findings_settle(&all, &by, view, &a, &at, &f);
	}
	json_decref(view);
	arena_release(&a);
}

#endif
