#include "tests/tap.h"

#include "policies/internal.h"
#include "policies/policy.h"
#include "runner/canon/jcs.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"

#define META "metadata: {id: p, name: n, subjects: [t]}\ndefinition:\n"

/* One instance of type t named t.a with these values and unknowns; the others are connected with
 * it. */
static enum policy_result judge(const char *definition, const char *values, const char *unknown,
				const char **ret_reason)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 26);
	FP_CLEANUP(buf_release) struct buf view = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	static char reason[4096];
	const struct policy_views *views;
	const struct policy *p;
	struct policy_report r;
	json_t *json = NULL;
	struct err e = ERR_INIT;

	buf_addf(&text, META "%s", definition);
	buf_addf(&view,
		 "{\"blocks\":[{\"address\":\"t.a\",\"file\":\"m.tf\",\"line\":1,\"config\":{}},"
		 "{\"address\":\"u.b\",\"config\":{}}],\"references\":[{\"from\":\"u.b\",\"to\":"
		 "\"t.a\"}],"
		 "\"instances\":[{\"address\":\"t.a\",\"block\":0,\"mode\":\"managed\",\"type\":"
		 "\"t\",\"values\":%s,"
		 "\"unknown\":%s},{\"address\":\"u.b\",\"block\":1,\"mode\":\"managed\",\"type\":"
		 "\"u\",\"values\":{\"on\":true,"
		 "\"cidr\":\"128.0.0.0/"
		 "3\",\"proto\":\"tcp\",\"from\":22,\"to\":22},\"unknown\":{}}]}",
		 values, unknown);
	if (policy_parse("p.yaml", buf_text(&text), text.size, &a, &p, &e) < 0 ||
	    json_parse("view", buf_text(&view), view.size, &json, &e) < 0 ||
	    policy_views_open(json, NULL, NULL, &a, &views, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	r = policy_judge(p, views, &a);
	CHECK_INT(r.count, 1);
	(void)snprintf(reason, sizeof(reason), "%s", r.rows[0].reason);
	if (ret_reason)
		*ret_reason = reason;
	json_decref(json);
	return r.rows[0].result;
}

static const struct {
	const char *condition, *values, *unknown;
	enum policy_result result;
} rows[] = {
	{"attribute: x, operator: equals, value: 1", "{\"x\":1}", "{}", POLICY_PASS},
	{"attribute: x, operator: equals, value: 1", "{\"x\":\"1\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: equals, value: true", "{\"x\":\"true\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: equals, value: 1", "{\"x\":2}", "{}", POLICY_FAIL},
	{"attribute: x, operator: equals, value: 1", "{}", "{}", POLICY_FAIL},
	{"attribute: x, operator: equals, value: 1", "{}", "{\"x\":true}", POLICY_UNKNOWN},
	{"attribute: x, operator: not_equals, value: 1", "{}", "{}", POLICY_PASS},
	{"attribute: x, operator: not_equals, value: 1", "{}", "{\"x\":true}", POLICY_UNKNOWN},
	{"attribute: x, operator: exists", "{}", "{\"x\":true}", POLICY_UNKNOWN},
	{"attribute: x, operator: not_exists", "{}", "{\"x\":true}", POLICY_UNKNOWN},
	{"attribute: x, operator: exists", "{}", "{}", POLICY_FAIL},
	{"attribute: x, operator: not_exists", "{\"x\":null}", "{}", POLICY_PASS},
	{"attribute: x, operator: within, value: [a, b]", "{\"x\":\"b\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: not_within, value: [a, b]", "{\"x\":\"b\"}", "{}", POLICY_FAIL},
	{"attribute: x, operator: contains, value: b", "{\"x\":[\"a\",\"b\"]}", "{}", POLICY_PASS},
	{"attribute: x, operator: contains, value: b", "{\"x\":\"abc\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: starting_with, value: ab", "{\"x\":\"abc\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: ending_with, value: bc", "{\"x\":\"abc\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: regex_match, value: '^a.c$'", "{\"x\":\"abc\"}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: regex_match, value: '^b'", "{\"x\":\"abc\"}", "{}", POLICY_FAIL},
	{"attribute: x, operator: greater_than, value: 3", "{\"x\":\"4\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: greater_than_or_equal, value: 4", "{\"x\":4}", "{}", POLICY_PASS},
	{"attribute: x, operator: less_than, value: 4", "{\"x\":4}", "{}", POLICY_FAIL},
	{"attribute: x, operator: less_than_or_equal, value: 4", "{\"x\":4}", "{}", POLICY_PASS},
	{"attribute: x, operator: greater_than, value: 3", "{\"x\":\"four\"}", "{}", POLICY_FAIL},
	{"attribute: x, operator: length_equals, value: 2", "{\"x\":[1,2]}", "{}", POLICY_PASS},
	{"attribute: x, operator: length_greater_than, value: 2", "{\"x\":[1,2]}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: length_less_than, value: 3", "{\"x\":\"ab\"}", "{}", POLICY_PASS},
	{"attribute: x, operator: is_true", "{\"x\":true}", "{}", POLICY_PASS},
	{"attribute: x, operator: is_false", "{\"x\":true}", "{}", POLICY_FAIL},
	{"attribute: x, operator: is_empty", "{\"x\":[]}", "{}", POLICY_PASS},
	{"attribute: x, operator: is_not_empty", "{}", "{}", POLICY_FAIL},
	{"attribute: x, operator: is_not_empty", "{}", "{\"x\":true}", POLICY_UNKNOWN},
	{"attribute: x, operator: subset, value: [a, b, c]", "{\"x\":[\"a\",\"c\"]}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: subset, value: [a]", "{\"x\":[\"a\",\"c\"]}", "{}", POLICY_FAIL},
	{"attribute: x, operator: intersects, value: [c]", "{\"x\":[\"a\",\"c\"]}", "{}",
	 POLICY_PASS},
	{"attribute: a.b, operator: equals, value: 1", "{\"a\":[{\"b\":2},{\"b\":1}]}", "{}",
	 POLICY_PASS},
	{"attribute: a.b, operator: equals, value: 1, quantify: all",
	 "{\"a\":[{\"b\":2},{\"b\":1}]}", "{}", POLICY_FAIL},
	{"attribute: a.b, operator: equals, value: 3, quantify: none",
	 "{\"a\":[{\"b\":2},{\"b\":1}]}", "{}", POLICY_PASS},
	{"attribute: a.0.b, operator: equals, value: 2", "{\"a\":[{\"b\":2},{\"b\":1}]}", "{}",
	 POLICY_PASS},
	{"attribute: a.b, operator: equals, value: 1, quantify: all", "{\"a\":[{\"b\":1},{}]}",
	 "{\"a\":[{},{\"b\":true}]}", POLICY_UNKNOWN},
	{"attribute: x, operator: exists, view: static", "{\"x\":1}", "{}", POLICY_FAIL},
	{"attribute: x, operator: equals_ignore_case, value: AbC", "{\"x\":\"aBc\"}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: not_equals_ignore_case, value: AbC", "{\"x\":\"aBc\"}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: contains, value: b", "{\"x\":[\"a\",null]}",
	 "{\"x\":[false,true]}", POLICY_UNKNOWN},
	{"attribute: x, operator: contains, value: a", "{\"x\":[\"a\",null]}",
	 "{\"x\":[false,true]}", POLICY_PASS},
	{"attribute: x, operator: not_contains, value: b", "{\"x\":[\"a\",null]}",
	 "{\"x\":[false,true]}", POLICY_UNKNOWN},
	{"attribute: x, operator: subset, value: [a]", "{\"x\":[\"a\",null]}",
	 "{\"x\":[false,true]}", POLICY_UNKNOWN},
	{"attribute: x, operator: subset, value: [b]", "{\"x\":[\"a\",null]}",
	 "{\"x\":[false,true]}", POLICY_FAIL},
	{"attribute: x, operator: intersects, value: [b]", "{\"x\":[\"a\",null]}",
	 "{\"x\":[false,true]}", POLICY_UNKNOWN},
	{"attribute: x, operator: not_intersects, value: [b]", "{\"x\":[\"a\"]}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: not_subset, value: [b]", "{\"x\":[\"a\"]}", "{}", POLICY_PASS},
	{"attribute: x, operator: length_not_equals, value: 2", "{\"x\":[1]}", "{}", POLICY_PASS},
	{"attribute: x, operator: length_greater_than_or_equal, value: 2", "{\"x\":[1,2]}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: length_less_than_or_equal, value: 2", "{\"x\":[1,2,3]}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: number_of_words_equals, value: 2", "{\"x\":\"a  b\"}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: number_of_words_greater_than, value: 2", "{\"x\":\"a b\"}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: number_of_words_less_than, value: 2", "{\"x\":\"a\"}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: range_includes, value: 22", "{\"x\":[\"1-21\",\"22-80\"]}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: range_includes, value: [21, 22]", "{\"x\":22}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: range_not_includes, value: 22", "{\"x\":\"1-21\"}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: cidr_range_subset, value: 10.0.0.0/8", "{\"x\":\"10.1.0.0/16\"}",
	 "{}", POLICY_PASS},
	{"attribute: x, operator: cidr_range_subset, value: [10.0.0.0/8]",
	 "{\"x\":[\"10.1.0.0/16\",\"11.0.0.0/8\"]}", "{}", POLICY_FAIL},
	{"attribute: x, operator: cidr_range_not_subset, value: 10.0.0.0/8", "{\"x\":\"::/0\"}",
	 "{}", POLICY_PASS},
	{"attribute: '$.a[*].b', operator: jsonpath_equals, value: 1",
	 "{\"a\":[{\"b\":2},{\"b\":1}]}", "{}", POLICY_PASS},
	{"attribute: \"a[1]['b']\", operator: jsonpath_not_equals, value: 1",
	 "{\"a\":[{\"b\":2},{\"b\":1}]}", "{}", POLICY_FAIL},
	{"attribute: $.a.c, operator: jsonpath_exists", "{\"a\":[{\"b\":2}]}", "{}", POLICY_FAIL},
	{"attribute: 'a.*', operator: equals, value: 1", "{\"a\":1}", "{}", POLICY_PASS},
	{"attribute: 'a.*', operator: equals, value: 1", "{\"a\":{\"k\":1}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers", "{}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers", "{\"x\":{}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers", "{}", "{\"x\":true}", POLICY_UNKNOWN},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-1\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"stringequals\":{\"AWS:principalorgid\":\"o-1\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEquals\":{\"kms:CallerAccount\":123456789012}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringLike\":{\"aws:PrincipalAccount\":\"*\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringLike\":{\"aws:PrincipalAccount\":\"12345678901?\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringLike\":{\"aws:PrincipalOrgPaths\":\"o-1/r-1/*\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEquals\":{\"aws:PrincipalAccount\":\"*\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEquals\":{\"aws:PrincipalAccount\":\"${aws:PrincipalAccount}\"}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEquals\":{\"aws:PrincipalAccount\":\"${aws:ResourceAccount}\"}}}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEquals\":{\"aws:PrincipalAccount\":[]}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEquals\":{\"aws:PrincipalAccount\":\"\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringLike\":{\"aws:PrincipalAccount\":[\"123456789012\",\"*\"]}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringNotEquals\":{\"aws:PrincipalAccount\":\"1\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringEqualsIfExists\":{\"aws:PrincipalAccount\":\"123456789012\"}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"ForAllValues:StringEquals\":{\"aws:PrincipalOrgPaths\":\"o-1\"}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"ForAnyValue:StringLike\":{\"aws:PrincipalOrgPaths\":[\"o-1/*\"]}}}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"Null\":{\"aws:PrincipalAccount\":\"false\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"DateLessThan\":{\"aws:CurrentTime\":\"2030-01-01T00:00:00Z\"}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"Bool\":{\"aws:SecureTransport\":\"true\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"Bool\":{\"aws:PrincipalIsAWSService\":\"true\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"Bool\":{\"aws:PrincipalIsAWSService\":\"false\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:sns:*:123456789012:*\"}}}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"ArnEquals\":{\"aws:SourceArn\":\"arn:aws:sns:eu-west-1:*:t\"}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:s3:::own-bucket\"}}}", "{}",
	 POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:s3:::*\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers", "{\"x\":{\"ArnLike\":{\"aws:SourceArn\":\"*\"}}}",
	 "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/app\"}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"IpAddress\":{\"aws:SourceIp\":\"198.51.100.0/24\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"IpAddress\":{\"aws:SourceIp\":[\"198.51.100.0/24\",\"0.0.0.0/1\"]}}}", "{}",
	 POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/7\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"IpAddress\":{\"aws:SourceIp\":\"2001:db8::/32\"}}}", "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"IpAddress\":{\"aws:SourceIp\":\"2001:db8::/31\"}}}", "{}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"Bool\":{\"aws:SecureTransport\":\"true\"},\"StringEquals\":{\"aws:"
	 "SourceAccount\":\"123456789012\"}}}",
	 "{}", POLICY_PASS},
	{"attribute: x, operator: names_callers", "{\"x\":{\"StringEquals\":{}}}",
	 "{\"x\":{\"StringEquals\":{\"aws:SourceAccount\":true}}}", POLICY_PASS},
	{"attribute: x, operator: names_callers", "{\"x\":{\"ArnEquals\":{}}}",
	 "{\"x\":{\"ArnEquals\":{\"aws:SourceArn\":true}}}", POLICY_UNKNOWN},
	{"attribute: x, operator: names_callers", "{\"x\":{\"StringLike\":{}}}",
	 "{\"x\":{\"StringLike\":{\"aws:SourceAccount\":true}}}", POLICY_UNKNOWN},
	{"attribute: x, operator: names_callers", "{\"x\":{}}", "{\"x\":{\"StringEquals\":true}}",
	 POLICY_UNKNOWN},
	{"attribute: x, operator: names_callers", "{\"x\":{}}",
	 "{\"x\":{\"StringNotEquals\":true}}", POLICY_FAIL},
	{"attribute: x, operator: names_callers",
	 "{\"x\":{\"StringLike\":{\"aws:SourceAccount\":[\"123456789012\",null]}}}",
	 "{\"x\":{\"StringLike\":{\"aws:SourceAccount\":[false,true]}}}", POLICY_UNKNOWN},
};

TEST(each_operator_says_pass_fail_or_unknown)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		char definition[1024];

		tap_row("%s on %s %s", rows[i].condition, rows[i].values, rows[i].unknown);
		(void)snprintf(definition, sizeof(definition), "  {cond_type: attribute, %s}\n",
			       rows[i].condition);
		CHECK_STR(policy_result_name(
				  judge(definition, rows[i].values, rows[i].unknown, NULL)),
			  policy_result_name(rows[i].result));
	}
}

TEST(logic_is_three_valued)
{
	static const enum policy_result all[] = {POLICY_PASS, POLICY_FAIL, POLICY_UNKNOWN};
	/* Kleene's tables, in the order of `all`. */
	static const enum policy_result and_table[3][3] = {
		{POLICY_PASS, POLICY_FAIL, POLICY_UNKNOWN},
		{POLICY_FAIL, POLICY_FAIL, POLICY_FAIL},
		{POLICY_UNKNOWN, POLICY_FAIL, POLICY_UNKNOWN}};

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++)
			CHECK_INT(policy_and(all[i], all[k]), and_table[i][k]);
	CHECK_INT(policy_or(POLICY_UNKNOWN, POLICY_PASS), POLICY_PASS);
	CHECK_INT(policy_or(POLICY_UNKNOWN, POLICY_FAIL), POLICY_UNKNOWN);
	CHECK_INT(policy_not(POLICY_UNKNOWN), POLICY_UNKNOWN);
}

TEST(a_connection_is_found_through_references)
{
	const char *reason;

	CHECK_INT(judge("  {cond_type: connection, operator: exists, connected_resource_types: "
			"[u]}\n",
			"{}", "{}", NULL),
		  POLICY_PASS);
	CHECK_INT(judge("  {cond_type: connection, operator: exists, connected_resource_types: "
			"[v]}\n",
			"{}", "{}", &reason),
		  POLICY_FAIL);
	CHECK_STR(reason, "no v is connected with it");
	CHECK_INT(judge("  {cond_type: connection, operator: not_exists, connected_resource_types: "
			"[u]}\n",
			"{}", "{}", NULL),
		  POLICY_FAIL);
	CHECK_INT(
		judge("  {cond_type: connection, operator: exists, connected_resource_types: [u], "
		      "where: {cond_type: attribute, attribute: on, operator: is_false}}\n",
		      "{}", "{}", &reason),
		POLICY_FAIL);
	CHECK_STR(reason, "u.b: on is true");
}

#define NETWORK                                                                                    \
	"  {cond_type: network, operator: closed, protocol: tcp, port: 22, sources: [{attribute: " \
	"in, protocol: proto, "                                                                    \
	"from: from, to: to, addresses: [cidr]}, {resource_types: [u], protocol: proto, from: "    \
	"from, to: to, addresses: [cidr]}]}\n"

TEST(two_halves_of_the_world_are_the_world)
{
	static const struct {
		const char *values, *unknown;
		enum policy_result result;
	} networks[] = {
		{"{}", "{}", POLICY_PASS}, /* u.b alone opens an eighth */
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"0.0.0.0/3\"]}]}",
		 "{}", POLICY_FAIL},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"0.0.0.0/4\"]}]}",
		 "{}", POLICY_PASS},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"2000::/3\"]}]}",
		 "{}", POLICY_FAIL},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"2001:db8::/"
		 "32\"]}]}",
		 "{}", POLICY_PASS},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"192.0.2.1\"]}]}",
		 "{}", POLICY_PASS},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":1,\"to\":65535,\"cidr\":[\"0.0.0.0/0\"]}]}",
		 "{}", POLICY_FAIL},
		{"{\"in\":[{\"proto\":\"-1\",\"from\":0,\"to\":0,\"cidr\":[\"0.0.0.0/0\"]}]}", "{}",
		 POLICY_FAIL},
		{"{\"in\":[{\"proto\":\"6\",\"from\":22,\"to\":22,\"cidr\":[\"::/0\"]}]}", "{}",
		 POLICY_FAIL},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"0::/0\"]}]}", "{}",
		 POLICY_FAIL},
		{"{\"in\":[{\"proto\":\"udp\",\"from\":22,\"to\":22,\"cidr\":[\"0.0.0.0/0\"]}]}",
		 "{}", POLICY_PASS},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":23,\"to\":80,\"cidr\":[\"0.0.0.0/0\"]}]}",
		 "{}", POLICY_PASS},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"10.0.0.0/8\"]}]}",
		 "{}", POLICY_PASS},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22,\"cidr\":[\"128.0.0.0/8\"]}]}",
		 "{}", POLICY_PASS},
		{"{\"in\":[{\"proto\":\"tcp\",\"from\":22,\"to\":22}]}",
		 "{\"in\":[{\"cidr\":true}]}", POLICY_UNKNOWN},
		{"{\"in\":[{\"from\":22,\"to\":22,\"cidr\":[\"0.0.0.0/1\"]}]}",
		 "{\"in\":[{\"proto\":true}]}", POLICY_UNKNOWN},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(networks); i++) {
		tap_row("%s %s", networks[i].values, networks[i].unknown);
		CHECK_STR(policy_result_name(
				  judge(NETWORK, networks[i].values, networks[i].unknown, NULL)),
			  policy_result_name(networks[i].result));
	}
}

static const struct {
	const char *text, *message;
} refused[] = {
	{"metadata: {}\n", "p.yaml:1:1: \"definition\" is missing"},
	{"metadata: {id: p}\ndefinition: {}\n", "p.yaml:1:11: metadata: \"name\" is missing"},
	{META "  {}\n", "p.yaml:3:3: definition: \"cond_type\" is missing"},
	{META "  {cond_type: magic}\n",
	 "p.yaml:3:15: definition.cond_type: \"magic\" is no kind of condition"},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  main: x\n",
	 "p.yaml:5:3: tests: must be a list, not a mapping"},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {expect: "
	      "pass, main: x}\n",
	 "p.yaml:5:5: tests[0]: \"name\" is missing"},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {name: a, "
	      "expect: pass}\n",
	 "p.yaml:5:5: tests[0]: needs either \"main\" or \"files\""},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {name: a, "
	      "expect: pass, main: x, files: {a.tf: x}}\n",
	 "p.yaml:5:5: tests[0]: needs either \"main\" or \"files\""},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {name: a, "
	      "expect: pass, files: {}}\n",
	 "p.yaml:5:36: tests[0].files: must not be empty"},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {name: a, "
	      "expect: pass, files: {../a.tf: x}}\n",
	 "p.yaml:5:46: tests[0].files.../a.tf: the name of the file has a \".\" or \"..\" "
	 "component"},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {name: a, "
	      "expect: pass, main: 7}\n",
	 "p.yaml:5:35: tests[0].main: must be a string, not a number"},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {name: a, "
	      "expect: maybe, main: x}\n",
	 "p.yaml:5:23: tests[0].expect: must be pass, fail or unknown, not \"maybe\""},
	{META "  {cond_type: attribute, attribute: a, operator: exists}\ntests:\n  - {name: a, "
	      "expect: pass, main: x, more: 1}\n",
	 "p.yaml:5:44: tests[0].more: unknown key"},
	{META "  {cond_type: attribute, attribute: a, operator: like}\n",
	 "p.yaml:3:50: definition.operator: \"like\" is no operator"},
	{META "  {cond_type: attribute, attribute: a, operator: equals}\n",
	 "p.yaml:3:3: definition: the operator \"equals\" needs a \"value\""},
	{META "  {cond_type: attribute, attribute: a, operator: within, value: 1}\n",
	 "p.yaml:3:65: definition.value: must be a list"},
	{META "  {cond_type: attribute, attribute: a, operator: regex_match, value: '('}\n",
	 "p.yaml:3:70: definition.value: is no regular expression"},
	{META "  {cond_type: attribute, attribute: a, operator: exists, extra: 1}\n",
	 "p.yaml:3:65: definition.extra: unknown key"},
	{META "  {cond_type: attribute, attribute: a, operator: exists, quantify: most}\n",
	 "p.yaml:3:68: definition.quantify: \"most\" is not known here"},
	{META "  {cond_type: attribute, attribute: a..b, operator: exists}\n",
	 "p.yaml:3:37: definition.attribute: has an empty step"},
	{META "  {cond_type: attribute, attribute: '$..b', operator: jsonpath_exists}\n",
	 "p.yaml:3:37: definition.attribute: is more of JSONPath than names, indexes and \"*\""},
	{META "  {cond_type: attribute, attribute: 'a[?(@.b)]', operator: exists}\n",
	 "p.yaml:3:37: definition.attribute: has something in brackets that is no index, \"*\" or "
	 "name"},
	{META "  {cond_type: each, attribute: a}\n",
	 "p.yaml:3:3: definition: \"where\" is missing"},
	{META
	 "  {cond_type: connection, connected_resource_types: [u], operator: exists, direction: "
	 "up}\n",
	 "p.yaml:3:87: definition.direction: \"up\" is not known here"},
	{META "  {cond_type: change, attribute: a, operator: not_weakened}\n",
	 "p.yaml:3:3: definition: needs either \"stronger\" or \"order\""},
	{META "  {cond_type: change, operator: unchanged}\n",
	 "p.yaml:3:3: definition: \"attribute\" is missing"},
	{META "  {cond_type: network, operator: closed, protocol: tcp, port: 99999, sources: []}\n",
	 "p.yaml:3:63: definition.port: must be a port or a range of ports like 1-1023"},
	{META "  {cond_type: attribute, attribute: a, operator: cidr_range_subset, value: x}\n",
	 "p.yaml:3:76: definition.value: must be an address range, or a list of them"},
	{META "  {cond_type: attribute, attribute: a, operator: range_includes, value: x}\n",
	 "p.yaml:3:73: definition.value: must be a number"},
	{META "  {cond_type: filter, attribute: name, value: [t]}\n",
	 "p.yaml:3:34: definition.attribute: \"name\" is not known here"},
	{META "  {and: []}\n", "p.yaml:3:9: definition.and: must not be empty"},
	{META "  {and: [{cond_type: filter, value: [t]}], or: []}\n",
	 "p.yaml:3:3: definition: \"and\" must stand alone"},
	{"metadata: {id: p, name: n}\ndefinition: {cond_type: attribute, attribute: a, operator: "
	 "exists}\n",
	 "p.yaml:1:1: names no type of resource"},
	{"metadata: {id: p, name: n, severity: odd}\ndefinition: {}\n",
	 "p.yaml:1:38: metadata.severity: \"odd\" is not known here"},
};

TEST(a_fault_in_a_policy_is_told_with_file_line_and_key)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(refused); i++) {
		struct arena a = ARENA_INIT((size_t)1 << 24);
		const struct policy *p;
		struct err e = ERR_INIT;

		tap_row("%s", refused[i].text);
		CHECK_INT(policy_parse("p.yaml", refused[i].text, strlen(refused[i].text), &a, &p,
				       &e),
			  -1);
		CHECK_STR(e.text, refused[i].message);
		arena_release(&a);
	}
}

static int nested(unsigned int depth, struct err *e)
{
	struct arena a = ARENA_INIT((size_t)1 << 24);
	struct buf text = BUF_INIT(1 << 20);
	const struct policy *p;
	int result;

	buf_addstr(&text, META "  ");
	for (unsigned int i = 1; i < depth; i++)
		buf_addstr(&text, "{not: ");
	buf_addstr(&text, "{cond_type: filter, value: [t]}");
	for (unsigned int i = 1; i < depth; i++)
		buf_addch(&text, '}');
	result = policy_parse("p.yaml", buf_text(&text), text.size, &a, &p, e);
	buf_release(&text);
	arena_release(&a);
	return result;
}

TEST(depth_32_is_read_and_33_is_refused)
{
	struct err e = ERR_INIT;

	CHECK_INT(nested(32, &e), 0);
	CHECK_INT(nested(33, &e), -1);
	CHECK(strstr(e.text, "nested deeper than 32 levels"));
}

TEST(the_digest_names_the_meaning_and_not_the_layout)
{
	static const char *const same[] = {META "  {cond_type: filter, value: [t]}\n",
					   "# a comment\n" META
					   "  cond_type: filter\n  value:\n    - t\n"};
	struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct policy *p[2];
	struct err e = ERR_INIT;

	for (size_t i = 0; i < 2; i++)
		CHECK_INT(policy_parse("p.yaml", same[i], strlen(same[i]), &a, &p[i], &e), 0);
	CHECK(sha256_equal(&p[0]->digest, &p[1]->digest));
	arena_release(&a);
}

TEST(a_policy_of_checkovs_shared_vocabulary_runs_unchanged)
{
	static const char text[] = "metadata:\n  id: CKV2_CUSTOM_1\n  name: n\n  category: "
				   "GENERAL_SECURITY\n  severity: HIGH\n"
				   "definition:\n  and:\n  - cond_type: filter\n    attribute: "
				   "resource_type\n    operator: within\n"
				   "    value: [t]\n  - cond_type: attribute\n    resource_types: "
				   "[t]\n    attribute: x\n"
				   "    operator: equals\n    value: true\n";
	struct arena a = ARENA_INIT((size_t)1 << 24);
	const struct policy *p;
	struct err e = ERR_INIT;

	CHECK_INT(policy_parse("p.yaml", text, strlen(text), &a, &p, &e), 0);
	CHECK_INT(p->subjects.count, 1);
	arena_release(&a);
}

static void check_strings(const struct policy_strings *got, const struct policy_strings *wanted)
{
	CHECK_INT(got->count, wanted->count);
	for (size_t i = 0; i < wanted->count; i++)
		CHECK_STR(got->items[i], wanted->items[i]);
}

static void canonical(const char *what, const char *text, size_t size, const char *member,
		      struct arena *a, struct buf *out)
{
	const struct doc *d;
	struct err e = ERR_INIT;

	if (doc_read(what, text, size, a, &d, &e) < 0 ||
	    jcs_write_doc(what, member ? doc_get(d, member) : d, JCS_NUMBERS_EXACT, out, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
}

TEST(what_was_built_in_is_what_the_text_says)
{
	for (size_t i = 0; i < policy_builtin_count; i++) {
		FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 26);
		FP_CLEANUP(buf_release) struct buf one = BUF_INIT(1 << 20);
		FP_CLEANUP(buf_release) struct buf other = BUF_INIT(1 << 20);
		const struct policy_builtin *b = &policy_builtins[i];
		const struct policy *p, *read;
		struct err e = ERR_INIT;

		tap_row("%s", b->file);
		if (policy_parse(b->file, b->text, b->tests_at, &a, &p, &e) < 0 ||
		    policy_read(b->file, p->id, b->text, b->tests_at, &a, &read, &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		CHECK(read == b->policy);
		CHECK_STR(read->id, p->id);
		CHECK_STR(read->name, p->name);
		CHECK_STR(read->severity, p->severity);
		CHECK_STR(read->remediation, p->remediation);
		CHECK_INT(read->on_change, p->on_change);
		CHECK(sha256_equal(&read->digest, &p->digest));
		check_strings(&read->subjects, &p->subjects);
		check_strings(&read->rules, &p->rules);
		CHECK_INT(read->control_count, p->control_count);
		for (size_t k = 0; k < p->control_count; k++) {
			CHECK_STR(read->controls[k].standard, p->controls[k].standard);
			CHECK_STR(read->controls[k].version, p->controls[k].version);
			CHECK_STR(read->controls[k].id, p->controls[k].id);
		}
		canonical("a.json", read->compiled, read->compiled_size, NULL, &a, &one);
		canonical("a.yaml", b->text, b->tests_at, "definition", &a, &other);
		CHECK_STR(buf_text(&one), buf_text(&other));
		/* Another text of the same id is read for what it says. */
		buf_reset(&one);
		buf_addf(&one, "%.*s# more\n", (int)b->tests_at, b->text);
		CHECK_INT(policy_read(b->file, p->id, one.data, one.size, &a, &read, &e), 0);
		CHECK(read != b->policy);
	}
}

TEST(every_built_in_policy_can_be_read)
{
	CHECK(policy_builtin_count >= 5);
	for (size_t i = 0; i < policy_builtin_count; i++) {
		struct arena a = ARENA_INIT((size_t)1 << 24);
		const struct policy *p;
		struct err e = ERR_INIT;

		if (policy_parse(policy_builtins[i].file, policy_builtins[i].text,
				 policy_builtins[i].size, &a, &p, &e) < 0)
			tap_fail(__FILE__, __LINE__, "%s", e.text);
		CHECK(strncmp(policy_builtins[i].file, p->id, strlen(p->id)) == 0);
		arena_release(&a);
	}
}
