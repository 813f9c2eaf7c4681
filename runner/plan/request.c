#include "runner/plan/request.h"

#include "runner/base/sha256.h"

#include <string.h>

static int read_var_files(const json_t *json, struct arena *a, struct request *r, struct err *e)
{
	const char **names;
	json_t *list, *name;
	size_t i;

	if (json_member(json, "request", "var_files", JSON_ARRAY, false, &list, e) < 0)
		return -1;
	names = arena_array(a, json_array_size(list) + 1, sizeof(*names));
	json_array_foreach (list, i, name) {
		if (!json_is_string(name))
			return err_set(e, ERR_INPUT, "request: \"var_files\" must hold strings");
		names[i] = arena_strdup(a, json_string_value(name));
	}
	r->var_files = names;
	r->var_file_count = json_array_size(list);
	return 0;
}

/* Address or type to an object of attributes. */
static int read_overrides(const json_t *mock, const char *key, const json_t **ret_object,
			  struct err *e)
{
	json_t *object, *values;
	const char *name;

	if (json_member(mock, "request: mock", key, JSON_OBJECT, false, &object, e) < 0)
		return -1;
	json_object_foreach (object, name, values)
		if (!json_is_object(values))
			return err_set(e, ERR_INPUT, "request: mock: %s: \"%s\" must be an object",
				       key, name);
	*ret_object = object;
	return 0;
}

static int read_text(const json_t *json, const char *what, const char *key, const char *otherwise,
		     struct arena *a, const char **ret_text, struct err *e)
{
	const char *text;

	if (json_string_member(json, what, key, false, &text, e) < 0)
		return -1;
	*ret_text = arena_strdup(a, text ? text : otherwise);
	return 0;
}

/* An account that nobody named is made up, and is another one under another salt. */
static const char *made_up_account(const char *salt, struct arena *a)
{
	struct sha256 digest;
	char digits[13];

	if (!*salt)
		return REQUEST_ACCOUNT;
	digest = sha256_of(salt, strlen(salt));
	for (size_t i = 0; i < 12; i++)
		digits[i] = (char)('0' + digest.bytes[i] % 10);
	digits[0] = '9';
	digits[12] = '\0';
	return arena_strdup(a, digits);
}

static int read_mock(const json_t *json, struct arena *a, struct request *r, struct err *e)
{
	static const char *const keys[] = {"account_id", "region", "data", "imports",
					   "resources",	 "salt",   NULL};
	json_t *mock;

	if (json_member(json, "request", "mock", JSON_OBJECT, false, &mock, e) < 0)
		return -1;
	if (mock && json_only_keys(mock, "request: mock", keys, e) < 0)
		return -1;
	if (read_text(mock, "request: mock", "account_id", "", a, &r->account_id, e) < 0 ||
	    read_text(mock, "request: mock", "region", "us-east-1", a, &r->region, e) < 0 ||
	    read_text(mock, "request: mock", "salt", "", a, &r->salt, e) < 0)
		return -1;
	r->account_made_up = !*r->account_id;
	if (r->account_made_up)
		r->account_id = made_up_account(r->salt, a);
	if (strlen(r->account_id) != 12 || strspn(r->account_id, "0123456789") != 12)
		return err_set(e, ERR_INPUT, "request: mock: \"account_id\" must be 12 digits");
	if (read_overrides(mock, "data", &r->mock_data, e) < 0 ||
	    read_overrides(mock, "resources", &r->mock_resources, e) < 0 ||
	    read_overrides(mock, "imports", &r->mock_imports, e) < 0)
		return -1;
	return 0;
}

static int read_facts(const json_t *json, struct request *r, struct err *e)
{
	const char *text;

	if (json_string_member(json, "request", "facts", false, &text, e) < 0)
		return -1;
	if (!text || strcmp(text, "recorded") == 0)
		r->facts = REQUEST_FACTS_RECORDED;
	else if (strcmp(text, "schema") == 0)
		r->facts = REQUEST_FACTS_SCHEMA;
	else
		return err_set(e, ERR_INPUT,
			       "request: \"facts\" must be \"recorded\" or \"schema\"");
	return 0;
}

static int read_flag(const json_t *json, const char *key, bool *ret_flag, struct err *e)
{
	json_t *flag;

	if (json_member(json, "request", key, JSON_TRUE, false, &flag, e) < 0)
		return -1;
	*ret_flag = json_is_true(flag);
	return 0;
}

static int check(const json_t *json, struct err *e)
{
	static const char *const keys[] = {"format",	"root",	      "var_files",
					   "workspace", "facts",      "mock",
					   "want_view", "want_state", NULL};
	const char *format;

	if (json_only_keys(json, "request", keys, e) < 0 ||
	    json_string_member(json, "request", "format", true, &format, e) < 0)
		return -1;
	if (strcmp(format, REQUEST_FORMAT) != 0)
		return err_set(e, ERR_INPUT, "request: \"format\" must be \"" REQUEST_FORMAT "\"");
	return 0;
}

/* Takes a member whose numbers must keep all their digits out of the request; true if it is one. */
static bool take_text(struct request *r, const char *key, struct jscan_text value)
{
	struct jscan_text *to = strcmp(key, "variables") == 0	  ? &r->variables
				: strcmp(key, "prior_state") == 0 ? &r->prior_state
								  : NULL;

	if (!to || to->size)
		return false;
	*to = value;
	return true;
}

/* The request without those members, for a strict reader. */
static int split(const char *text, size_t size, struct arena *a, struct request *r,
		 struct buf *rest, struct err *e)
{
	struct jscan j = {.at = text, .end = text + size, .arena = a};
	const char *key;

	if (jscan_peek(&j) != '{')
		return err_set(e, ERR_INPUT, "request: not an object");
	jscan_enter(&j, '{');
	buf_addch(rest, '{');
	while (jscan_key(&j, &key)) {
		struct jscan_text value = jscan_skip(&j);

		if (!j.bad && !take_text(r, key, value))
			buf_addf(rest, "%s\"%s\":%.*s", rest->size > 1 ? "," : "", key,
				 (int)value.size, value.data);
	}
	buf_addch(rest, '}');
	if (!jscan_done(&j))
		return err_set(e, ERR_INPUT, "request: not JSON, at byte %zu",
			       (size_t)(j.at - text));
	if (r->variables.size && *r->variables.data != '{')
		return err_set(e, ERR_INPUT, "request: \"variables\" must be an object");
	if (r->prior_state.size && *r->prior_state.data == 'n')
		r->prior_state = (struct jscan_text){NULL, 0};
	if (r->prior_state.size && *r->prior_state.data != '{')
		return err_set(e, ERR_INPUT, "request: \"prior_state\" must be an object or null");
	return buf_finish(rest, "the request", e);
}

int request_read(const char *text, size_t size, struct arena *a, json_t **ret_json,
		 struct request *ret_request, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf rest = BUF_INIT(size + 64);
	JSON_AUTO *json = NULL;
	struct request r = {.root = "."};

	if (split(text, size, a, &r, &rest, e) < 0 ||
	    json_parse("request", rest.data, rest.size, &json, e) < 0 || check(json, e) < 0)
		return -1;
	if (read_text(json, "request", "root", ".", a, &r.root, e) < 0 ||
	    read_text(json, "request", "workspace", "default", a, &r.workspace, e) < 0 ||
	    read_facts(json, &r, e) < 0 || read_var_files(json, a, &r, e) < 0 ||
	    read_mock(json, a, &r, e) < 0 || read_flag(json, "want_view", &r.want_view, e) < 0 ||
	    read_flag(json, "want_state", &r.want_state, e) < 0)
		return -1;
	*ret_json = FP_STEAL(json);
	*ret_request = r;
	return 0;
}
