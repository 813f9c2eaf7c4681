/* What a change takes out of, and lets into, policies of AWS. */
#include "tests/tap.h"

#include "policies/internal.h"
#include "policies/policy.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"

static json_t *statement(const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 22);
	struct err e = ERR_INIT;
	json_t *json;

	for (const char *p = text; *p; p++)
		buf_addch(&out, *p == '\'' ? '"' : *p);
	if (json_parse("statements", out.data, out.size, &json, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	return json;
}

static json_t *document(const char *statements)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 22);
	json_t *d = json_new_object(), *side = json_new_object();

	json_put(d, "Statement", statement(statements));
	json_dump_compact(&out, d);
	json_decref(d);
	json_put(side, "policy", json_new_string(buf_text(&out)));
	return side;
}

static json_t *view(const char *type, const char *statements)
{
	json_t *v = statement("{'blocks':[{'address':'t.a','config':{'policy':1}}],'references':[],"
			      "'instances':[{'address':'t.a','block':0,'mode':'managed','name':'a',"
			      "'unknown':{},'documents':[{'path':'policy','document':{}}]}]}"),
	       *i = json_array_get(json_object_get(v, "instances"), 0),
	       *d = json_array_get(json_object_get(i, "documents"), 0);

	json_put(i, "type", json_new_string(type));
	json_put(i, "values", document(statements));
	json_put(json_object_get(d, "document"), "Statement", statement(statements));
	return v;
}

/* The result, and the reason of what does not pass. */
static void judge(const char *definition, const char *type, const char *before, const char *after,
		  struct buf *out)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 28);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	JSON_AUTO *now = view(type, after);
	JSON_AUTO *old = view(type, before);
	JSON_AUTO *plan = statement("{'resource_changes':[{'address':'t.a','change':{'actions':["
				    "'update'],'after_unknown':{}}}]}");
	json_t *row = json_array_get(json_object_get(plan, "resource_changes"), 0);
	const struct policy_views *views;
	const struct policy *p;
	struct policy_report r;
	struct err e = ERR_INIT;

	json_put(row, "type", json_new_string(type));
	json_put(json_object_get(row, "change"), "before", document(before));
	json_put(json_object_get(row, "change"), "after", document(after));
	buf_addf(&text, "metadata: {id: p, name: n}\ndefinition:\n  %s\n", definition);
	if (policy_parse("p.yaml", buf_text(&text), text.size, &a, &p, &e) < 0 ||
	    policy_views_open(now, old, plan, &a, &views, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	r = policy_judge(p, views, &a);
	CHECK_INT(r.count, 1);
	buf_addf(out, "%s%s%s", policy_result_name(r.rows[0].result), *r.rows[0].reason ? " " : "",
		 r.rows[0].reason);
}

#define DENY(rest) "{'Effect':'Deny'," rest "}"
#define ALL "'Principal':'*','Resource':'*'"
#define IF(condition) DENY(ALL ",'Action':'s3:*','Condition':{" condition "}")

static const struct {
	const char *before, *after, *judged;
} denials[] = {
	{DENY(ALL ",'Action':'s3:Put*'"), "[]",
	 "fail {\"Action\":\"s3:Put*\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Resource\":\"*\"} "
	 "is gone from policy.Statement"},
	{DENY(ALL ",'Action':['s3:A','s3:B']"),
	 "[" DENY(ALL ",'Action':'s3:b'") "," DENY(ALL ",'Action':'s3:a'") "]", "pass"},
	{DENY(ALL ",'Action':'s3:Get*'"), DENY(ALL ",'Action':'s3:G*'"), "pass"},
	{DENY(ALL ",'Action':'s3:G*'"), DENY(ALL ",'Action':'s3:Get*'"), "fail"},
	{DENY(ALL ",'Action':'s3:G*'"), DENY(ALL ",'Action':'s3:G?'"), "fail"},
	{DENY(ALL ",'Action':'s3:G?'"), DENY(ALL ",'Action':'s3:Ga'"), "fail"},
	{DENY(ALL ",'Action':'s3:Get'"), DENY(ALL ",'NotAction':'s3:Put*'"), "pass"},
	{DENY(ALL ",'Action':'s3:Put'"), DENY(ALL ",'NotAction':'s3:P*'"), "fail"},
	{DENY(ALL ",'NotAction':'s3:P*'"), DENY(ALL ",'NotAction':'s3:Put*'"), "pass"},
	{DENY(ALL ",'NotAction':'s3:Put*'"), DENY(ALL ",'NotAction':'s3:P*'"), "fail"},
	{DENY(ALL ",'NotAction':'s3:P*'"), DENY(ALL ",'Action':'*'"), "pass"},
	{DENY("'Action':'*','Resource':'b/*'"), DENY("'Action':'*','Resource':'B/*'"), "fail"},
	{DENY("'Action':'*','Resource':'*','Principal':{'AWS':'123456789012'}"),
	 DENY("'Action':'*','Resource':'*','Principal':{'AWS':'arn:aws:iam::123456789012:root'}"),
	 "pass"},
	{DENY("'Action':'*','Principal':{'AWS':'arn:aws:iam::123456789012:role/a'}"),
	 DENY("'Action':'*','Principal':{'AWS':'123456789012'}"), "pass"},
	{DENY("'Action':'*','Principal':{'AWS':'arn:aws:iam::1234567890123:role/a'}"),
	 DENY("'Action':'*','Principal':{'AWS':'123456789012'}"), "fail"},
	{DENY("'Action':'*','Principal':{'Service':'a'}"),
	 DENY("'Action':'*','Principal':{'AWS':'a'}"), "fail"},
	{IF("'Bool':{'k':'false'}"), IF("'Bool':{'K':[false]}"), "pass"},
	{IF("'Bool':{'k':'false'}"), IF("'BoolIfExists':{'k':'false'}"), "pass"},
	{IF("'BoolIfExists':{'k':'false'}"), IF("'Bool':{'k':'false'}"), "fail"},
	{IF("'StringNotEqualsIfExists':{'k':'a'}"), IF("'StringNotEquals':{'k':'a'}"), "pass"},
	{IF("'StringNotEquals':{'k':['a','b']}"), IF("'StringNotEquals':{'k':'a'}"), "pass"},
	{IF("'StringNotEquals':{'k':'a'}"), IF("'StringNotEquals':{'k':['a','b']}"), "fail"},
	{IF("'StringEquals':{'k':'a'}"), IF("'StringEquals':{'k':'A'}"), "fail"},
	{IF("'StringLike':{'k':'a/b'}"), IF("'StringLike':{'k':'a/*'}"), "pass"},
	{IF("'IpAddress':{'k':'10.1.0.0/16'}"), IF("'IpAddress':{'k':'10.0.0.0/8'}"), "pass"},
	{IF("'IpAddress':{'k':'10.0.0.0/8'}"), IF("'IpAddress':{'k':'10.1.0.0/16'}"), "fail"},
	{IF("'NotIpAddress':{'k':'10.0.0.0/8'}"), IF("'NotIpAddress':{'k':'10.1.0.0/16'}"), "pass"},
	{IF("'NumericLessThan':{'k':'1.2'}"), IF("'NumericLessThan':{'k':'1.3'}"), "pass"},
	{IF("'NumericLessThan':{'k':'1.2'}"), IF("'NumericLessThan':{'k':1}"), "fail"},
	{IF("'Bool':{'k':'a'}"), IF("'Bool':{'k':'a'},'Null':{'m':'true'}"), "fail"},
	{IF("'Bool':{'k':'a'},'Null':{'m':'true'}"), IF("'Bool':{'k':'a'}"), "pass"},
	{IF("'ForAnyValue:StringEquals':{'k':'a'}"), IF("'StringEquals':{'k':'a'}"), "fail"},
};

TEST(what_was_denied_is_denied_still_however_it_is_told)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(denials); i++) {
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

		tap_row("%s %s", denials[i].before, denials[i].after);
		judge("{cond_type: change, resource_types: [aws_vpc_endpoint], operator: "
		      "denials_kept}",
		      "aws_vpc_endpoint", denials[i].before, denials[i].after, &out);
		if (!strchr(denials[i].judged, ' ') && strchr(buf_text(&out), ' '))
			*strchr(out.data, ' ') = '\0';
		CHECK_STR(buf_text(&out), denials[i].judged);
	}
}

static void add_actions(struct buf *out, size_t count, size_t size)
{
	buf_addstr(out, "{'Effect':'Deny','Principal':'*','Resource':'*','Action':[");
	for (size_t i = 0; i < count; i++)
		buf_addf(out, "%s'%0*zu'", i > 0 ? "," : "", (int)size, i);
	buf_addstr(out, "]}");
}

static void check_limit(size_t count, size_t size, const char *judged)
{
	FP_CLEANUP(buf_release) struct buf before = BUF_INIT(1 << 20);
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

	add_actions(&before, count, size);
	judge("{cond_type: change, resource_types: [aws_vpc_endpoint], operator: denials_kept}",
	      "aws_vpc_endpoint", buf_text(&before),
	      "{'Effect':'Deny','Principal':'*','Resource':'*','Action':'*'}", &out);
	if (strchr(buf_text(&out), ' '))
		*strchr(out.data, ' ') = '\0';
	CHECK_STR(buf_text(&out), judged);
}

TEST(what_is_too_much_to_compare_is_unknown)
{
	check_limit(4096, 4, "pass");
	check_limit(4097, 4, "unknown");
	check_limit(1000, 61, "pass");
	check_limit(1000, 63, "unknown");
}

#define ALLOW(rest) "{'Effect':'Allow','Action':'*'," rest "}"
#define KNOWN ALLOW("'Principal':{'AWS':'111111111111'}")
#define EVERYONE(condition) ALLOW("'Principal':'*','Condition':{" condition "}")

static const struct {
	const char *after, *judged;
} accounts[] = {
	{KNOWN, "pass"},
	{ALLOW("'Principal':{'AWS':['arn:aws:iam::111111111111:role/a']}"), "pass"},
	{ALLOW("'Principal':{'AWS':'222222222222'}"),
	 "fail policy.Statement.Principal names the account 222222222222, which nothing named "
	 "before"},
	{"{'Effect':'Deny','Principal':{'AWS':'222222222222'},'Action':'*'}", "pass"},
	{ALLOW("'Principal':{'Service':'a.amazonaws.com'}"), "pass"},
	{ALLOW("'Principal':{'Federated':'cognito-identity.amazonaws.com'}"), "pass"},
	{ALLOW("'Principal':{'CanonicalUser':'79a59d'}"),
	 "fail policy.Statement.Principal names a canonical user whom nothing named before"},
	{ALLOW("'Principal':{'AWS':'AROAEXAMPLE'}"),
	 "unknown which account policy.Statement.Principal lets in is not known"},
	{ALLOW("'Principal':{'AWS':'arn:aws:iam::cloudfront:user/x'}"), "pass"},
	{ALLOW("'Principal':'*'"), "fail policy.Statement lets everyone in, and did not before"},
	{ALLOW("'NotPrincipal':{'AWS':'111111111111'}"),
	 "fail policy.Statement lets everyone in, and did not before"},
	{EVERYONE("'StringEquals':{'aws:PrincipalAccount':'111111111111'}"), "pass"},
	{EVERYONE("'StringEquals':{'aws:principalaccount':'222222222222'}"),
	 "fail aws:principalaccount names the account 222222222222, which nothing named before"},
	{EVERYONE("'StringNotEquals':{'aws:PrincipalAccount':'111111111111'}"),
	 "fail policy.Statement lets everyone in, and did not before"},
	{EVERYONE("'StringEqualsIfExists':{'aws:PrincipalAccount':'111111111111'}"),
	 "fail policy.Statement lets everyone in, and did not before"},
	{EVERYONE("'StringLike':{'aws:PrincipalArn':'*'}"),
	 "fail policy.Statement lets everyone in, and did not before"},
	{EVERYONE("'StringEquals':{'aws:PrincipalOrgID':'o-1'}"),
	 "unknown which accounts aws:PrincipalOrgID lets in is not told"},
	{EVERYONE("'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}"),
	 "fail policy.Statement lets everyone in, and did not before"},
	{EVERYONE("'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}"), "pass"},
};

TEST(a_change_lets_no_account_in_that_nothing_named_before)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(accounts); i++) {
		FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);

		tap_row("%s", accounts[i].after);
		judge("{cond_type: change, resource_types: [t], attribute: policy.Statement, "
		      "operator: no_new_accounts}",
		      "t", KNOWN, accounts[i].after, &out);
		CHECK_STR(buf_text(&out), accounts[i].judged);
	}
}
