/* What the planner is asked: format "fixproof-plan-request/1", see docs/planner.md. */
#ifndef RUNNER_PLAN_REQUEST_H
#define RUNNER_PLAN_REQUEST_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/plan/jscan.h"

#define REQUEST_FORMAT "fixproof-plan-request/1"
#define REQUEST_ACCOUNT "123456789012" /* of the mocked cloud, unless one is named */

enum request_facts {
	REQUEST_FACTS_RECORDED, /* what the real provider would plan */
	REQUEST_FACTS_SCHEMA, /* what the schema alone implies, as Terraform's mock_provider does */
};

struct request {
	const char *root;
	const char *workspace;
	enum request_facts facts;
	struct jscan_text
		variables; /* an object as text, since numbers keep all digits; or empty */
	const char *const *var_files;
	size_t var_file_count;
	const char *account_id, *region, *salt;
	bool account_made_up;			  /* nobody named it */
	const json_t *mock_data, *mock_resources; /* object or NULL: address or type to values */
	const json_t *mock_imports;		  /* address to what is there */
	struct jscan_text prior_state;		  /* likewise */
	bool want_view, want_state;
};

/*
 * Strict: what is unknown or of a wrong type is an error that names it.  The request borrows from
 * text and from *ret_json, which the caller releases.
 */
FP_MUST_CHECK int request_read(const char *text, size_t size, struct arena *a, json_t **ret_json,
			       struct request *ret_request, struct err *e);

#endif
