/* Policies over whole views: joins, documents inside strings, networks and changes. */
#include "tests/tap.h"

#include "policies/internal.h"
#include "policies/policy.h"
#include "runner/base/buf.h"
#include "runner/base/json.h"

/* Written with ' for ", so that JSON can be read here. */
static json_t *quoted(const char *text)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	json_t *json;

	for (const char *p = text; *p; p++)
		buf_addch(&out, *p == '\'' ? '"' : *p);
	if (json_parse("view", out.data, out.size, &json, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	return json;
}

/* "ADDRESS RESULT VIEW: REASON" of every row, one a line. */
static void judge(const char *definition, const char *now, const char *before, const char *change,
		  struct buf *out)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)1 << 26);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	JSON_AUTO *view = quoted(now);
	JSON_AUTO *old = before ? quoted(before) : NULL;
	JSON_AUTO *plan = change ? quoted(change) : NULL;
	const struct policy_views *views;
	const struct policy *p;
	struct policy_report r;
	struct err e = ERR_INIT;

	buf_addf(&text, "metadata: {id: p, name: n}\ndefinition:\n%s", definition);
	if (policy_parse("p.yaml", buf_text(&text), text.size, &a, &p, &e) < 0 ||
	    policy_views_open(view, old, plan, &a, &views, &e) < 0)
		tap_fail(__FILE__, __LINE__, "%s", e.text);
	r = policy_judge(p, views, &a);
	for (size_t i = 0; i < r.count; i++)
		buf_addf(out, "%s%s %s %s%s%s", i > 0 ? "\n" : "", r.rows[i].address,
			 policy_result_name(r.rows[i].result), r.rows[i].view,
			 *r.rows[i].reason ? ": " : "", r.rows[i].reason);
}

#define CHECK_JUDGED(definition, view, expected)              \
	do {                                                  \
		struct buf judged = BUF_INIT(1 << 20);        \
		judge(definition, view, NULL, NULL, &judged); \
		CHECK_STR(buf_text(&judged), expected);       \
		buf_release(&judged);                         \
	} while (0)

#define CHECK_CHANGE(definition, now, before, change, expected)  \
	do {                                                     \
		struct buf judged = BUF_INIT(1 << 20);           \
		judge(definition, now, before, change, &judged); \
		CHECK_STR(buf_text(&judged), expected);          \
		buf_release(&judged);                            \
	} while (0)

/* Two buckets; the log one is where the first logs to, and each has a setting of its own. */
#define JOINED                                                                                   \
	"{'blocks':[{'address':'b.data','file':'m.tf','line':1,'config':{}},{'address':'b.log'," \
	"'file':'m.tf','line':2,'config':{}},{'address':'s.data','config':{'bucket':{}}},"       \
	"{'address':'s.literal','config':{}}],"                                                  \
	"'instances':[{'address':'b.data','block':0,'mode':'managed','type':'b','values':{"      \
	"'name':'data'},'unknown':{}},"                                                          \
	"{'address':'b.log','block':1,'mode':'managed','type':'b','values':{'name':'log'},"      \
	"'unknown':{}},"                                                                         \
	"{'address':'s.data','block':2,'mode':'managed','type':'s','values':{'on':true},"        \
	"'unknown':{'bucket':true,'target':true}},"                                              \
	"{'address':'s.literal','block':3,'mode':'managed','type':'s','values':{'on':false,"     \
	"'bucket':'log'},'unknown':{}}],"                                                        \
	"'references':[{'from':'s.data','path':'bucket','to':'b.data','attribute':'id',"         \
	"'direct':true},{'from':'s.data','path':'target','to':'b.log','attribute':'id',"         \
	"'direct':false}]}"

TEST(a_join_has_a_direction_and_an_argument)
{
	CHECK_JUDGED("  {cond_type: connection, resource_types: [b], connected_resource_types: "
		     "[s], operator: exists, direction: from, through: bucket}\n",
		     JOINED, "b.data pass plan\nb.log fail plan: no s is connected with it");
	CHECK_JUDGED("  {cond_type: connection, resource_types: [b], connected_resource_types: "
		     "[s], operator: exists}\n",
		     JOINED, "b.data pass plan\nb.log pass plan");
	CHECK_JUDGED("  {cond_type: connection, resource_types: [b], connected_resource_types: "
		     "[s], operator: exists, direction: to}\n",
		     JOINED,
		     "b.data fail plan: no s is connected with it\nb.log fail plan: no s is "
		     "connected with it");
}

TEST(a_name_that_is_written_out_joins_too)
{
	CHECK_JUDGED("  {cond_type: connection, resource_types: [b], connected_resource_types: "
		     "[s], operator: exists, direction: from, through: bucket, same: {bucket: "
		     "name}, where: {cond_type: attribute, attribute: 'on', operator: is_true}}\n",
		     JOINED, "b.data pass plan\nb.log fail plan: s.literal: on is false");
}

TEST(what_is_unknown_is_set_only_when_it_can_be_nothing_else)
{
	CHECK_JUDGED("  {cond_type: attribute, resource_types: [s], attribute: bucket, operator: "
		     "exists}\n",
		     JOINED, "s.data pass plan\ns.literal pass plan");
	CHECK_JUDGED("  {cond_type: attribute, resource_types: [s], attribute: target, operator: "
		     "exists}\n",
		     JOINED,
		     "s.data unknown plan: target is not known before apply\ns.literal fail plan: "
		     "target is not set");
	CHECK_JUDGED("  {cond_type: attribute, resource_types: [s], attribute: bucket, operator: "
		     "is_not_empty}\n",
		     JOINED, "s.data pass plan\ns.literal pass plan");
}

TEST(instances_are_quantified_wherever_they_stand)
{
	CHECK_JUDGED("  and:\n  - {cond_type: filter, value: [b]}\n  - {cond_type: instances, of: "
		     "[s], quantify: all, where: {cond_type: attribute, attribute: 'on', "
		     "operator: is_true}}\n",
		     JOINED,
		     "b.data fail plan: s.literal: on is false\nb.log fail plan: s.literal: on is "
		     "false");
	CHECK_JUDGED("  and:\n  - {cond_type: filter, value: [b]}\n  - {cond_type: instances, of: "
		     "[b], others: true, quantify: none, where: {cond_type: attribute, attribute: "
		     "name, operator: equals, value: log}}\n",
		     JOINED, "b.data fail plan: b.log: name is \"log\"\nb.log pass plan");
}

/* Two workloads, the second with a label that is not known, and settings that select by label. */
#define LABELLED(theirs, their_mask, mine, my_mask)                                                \
	"{'blocks':[{'address':'w.a','config':{'labels':{}}},{'address':'d.a','config':{'labels':" \
	"{}}}],'references':[],'instances':["                                                      \
	"{'address':'w.a','block':0,'mode':'managed','type':'w','values':{'labels':" mine          \
	"},'unknown':{'labels':" my_mask "}},"                                                     \
	"{'address':'d.a','block':1,'mode':'managed','type':'d','values':{'labels':" theirs        \
	"},'unknown':{'labels':" their_mask "}}]}"

#define SELECTED(operator)                                                                         \
	"  {cond_type: connection, resource_types: [w], connected_resource_types: [d], operator: " \
	operator", same: {labels: labels}}\n"

TEST(a_name_that_is_not_known_may_be_the_same)
{
	static const char open[] = "w.a unknown plan: d.a: whether it is connected is not known "
				   "before apply";

	CHECK_JUDGED(SELECTED("exists"), LABELLED("{}", "{'app':true}", "{'app':'web'}", "{}"),
		     open);
	CHECK_JUDGED(SELECTED("not_exists"), LABELLED("{}", "{'app':true}", "{'app':'web'}", "{}"),
		     open);
	CHECK_JUDGED(SELECTED("exists"), LABELLED("{'app':'web'}", "{}", "{}", "{'app':true}"),
		     open);
	CHECK_JUDGED(SELECTED("exists"), LABELLED("null", "true", "{'app':'web'}", "{}"), open);
	CHECK_JUDGED(SELECTED("exists"), LABELLED("{'app':'web'}", "{}", "null", "true"), open);
	/* What is known decides where it differs. */
	CHECK_JUDGED(SELECTED("exists"),
		     LABELLED("{'app':'db'}", "{'tier':true}", "{'app':'web'}", "{}"),
		     "w.a fail plan: no d is connected with it");
	CHECK_JUDGED(SELECTED("exists"), LABELLED("{}", "{'tier':true}", "{'app':'web'}", "{}"),
		     "w.a fail plan: no d is connected with it");
	CHECK_JUDGED(SELECTED("exists"), LABELLED("{'app':'web'}", "{}", "{'app':'web'}", "{}"),
		     "w.a pass plan");
}

TEST(a_name_of_another_or_one_that_is_made_up_is_not_the_same)
{
	static const char view[] =
		"{'blocks':[{'address':'b.named','config':{'name':'data'}},{'address':'b.open',"
		"'config':{}},{'address':'b.built','config':{'name':{}}},{'address':'s.other',"
		"'config':{'bucket':{}}},{'address':'s.written','config':{}}],"
		"'instances':[{'address':'b.named','block':0,'mode':'managed','type':'b','values':"
		"{'name':'data'},'unknown':{}},"
		"{'address':'b.open','block':1,'mode':'managed','type':'b','values':{},'unknown':{"
		"'name':true}},"
		"{'address':'b.built','block':2,'mode':'managed','type':'b','values':{},'unknown':"
		"{'name':true}},"
		"{'address':'s.other','block':3,'mode':'managed','type':'s','values':{},'unknown':"
		"{'bucket':true}},"
		"{'address':'s.written','block':4,'mode':'managed','type':'s','values':{'bucket':"
		"'logs'},'unknown':{}}],'references':[{'from':'s.other','path':'bucket','to':"
		"'b.open','attribute':'id','direct':true}]}";

	CHECK_JUDGED("  {cond_type: connection, resource_types: [b], connected_resource_types: "
		     "[s], operator: exists, same: {bucket: name}}\n",
		     view,
		     "b.named fail plan: no s is connected with it\nb.open pass plan\n"
		     "b.built unknown plan: s.written: whether it is connected is not known before "
		     "apply");
}

/* A setting that may be there or not, and one of which nothing is there yet. */
#define UNCERTAIN(there)                                                                         \
	"{'blocks':[{'address':'b.a','type':'b','config':{}},{'address':'s.a','type':'s',"       \
	"'uncertain':true,'config':{}}],'instances':[{'address':'b.a','block':0,'mode':"         \
	"'managed','type':'b','values':{},'unknown':{'name':true},'mocked':{'name':true}}" there \
	"],'references':[{'from':'s.a','path':'bucket','to':'b.a','attribute':'id','direct':"    \
	"true}]}"
#define IS_THERE                                                                              \
	",{'address':'s.a','block':1,'mode':'managed','type':'s','uncertain':true,'values':{" \
	"'on':true},'unknown':{}}"

TEST(what_a_data_source_would_tell_is_not_known)
{
	static const char connected[] = "  {cond_type: connection, resource_types: [b], "
					"connected_resource_types: [s], operator: exists}\n";
	static const char none[] = "  and:\n  - {cond_type: filter, value: [b]}\n  - {cond_type: "
				   "instances, of: [s], quantify: none}\n";
	static const char on[] =
		"  and:\n  - {cond_type: filter, value: [b]}\n  - {cond_type: instances, of: "
		"[s], quantify: all, where: {cond_type: attribute, attribute: 'on', operator: "
		"is_true}}\n";

	CHECK_JUDGED("  {cond_type: attribute, resource_types: [b], attribute: name, operator: "
		     "equals, value: data}\n",
		     UNCERTAIN(""), "b.a unknown plan: name is not known: a data source tells it");
	CHECK_JUDGED(connected, UNCERTAIN(IS_THERE),
		     "b.a unknown plan: s.a: whether it is there is not known: a data source tells "
		     "it");
	CHECK_JUDGED(connected, UNCERTAIN(""),
		     "b.a unknown plan: whether there are more s is not known: a data source tells "
		     "it");
	CHECK_JUDGED(none, UNCERTAIN(IS_THERE),
		     "b.a unknown plan: s.a: whether it is there is not known: a data source tells "
		     "it");
	CHECK_JUDGED(none, UNCERTAIN(""),
		     "b.a unknown plan: whether there are more s is not known: a data source tells "
		     "it");
	CHECK_JUDGED(on, UNCERTAIN(IS_THERE), "b.a pass plan");
}

/* Rules of a plan in which the provider filled in what two of the blocks did not say. */
#define FILLED(blocks)                                                                         \
	"{'blocks':[{'address':'g.a','config':{'rule':" blocks                                 \
	"}}],'references':[],'instances':[{'address':'g.a','block':0,'mode':'managed','type':" \
	"'g','values':{'rule':[{'name':'one','on':true},{'name':'two','on':true}]},"           \
	"'unknown':{}}]}"

TEST(static_within_each_asks_what_the_element_was_written_as)
{
	static const char definition[] =
		"  {cond_type: each, resource_types: [g], attribute: rule, where: {cond_type: "
		"attribute, attribute: 'on', operator: exists, view: static}}\n";

	CHECK_JUDGED(definition, FILLED("[{'name':'one','on':true},{'name':'two','on':true}]"),
		     "g.a pass plan");
	CHECK_JUDGED(definition, FILLED("[{'name':'one','on':true},{'name':'two'}]"),
		     "g.a fail static: rule[1]: on is not set");
	CHECK_JUDGED(definition, FILLED("[{'name':'one'},{'name':'two'}]"),
		     "g.a fail static: rule[0]: on is not set");
	/* In another order, as a set may be planned. */
	CHECK_JUDGED(definition, FILLED("[{'name':'two','on':true},{'name':'one'}]"),
		     "g.a fail static: rule[0]: on is not set");
	/* Which of them it is cannot be told. */
	CHECK_JUDGED(definition,
		     FILLED("[{'name':{'$expr':'a'},'on':true},{'name':{'$expr':'b'}}]"),
		     "g.a unknown static: rule[0]: on is not known before apply");
	/* One that is repeated stands for all that it makes. */
	CHECK_JUDGED(definition, FILLED("[{'$for_each':{'$expr':'a'},'on':{'$expr':'b'}}]"),
		     "g.a pass plan");
}

TEST(an_account_that_the_case_states_is_its_own)
{
	static const char definition[] =
		"  {cond_type: change, resource_types: [k], attribute: who, operator: "
		"no_new_accounts}\n";
	static const char before[] = "{'blocks':[],'instances':[],'references':[]}";
#define LETS_IN(account)                                                                      \
	"{" account "'blocks':[{'address':'k.a','config':{}}],'references':[],'instances':[{" \
	"'address':'k.a','block':0,'mode':'managed','type':'k','values':{'who':"              \
	"'arn:aws:iam::210987654321:root'},'unknown':{}}]}"

	CHECK_CHANGE(definition, LETS_IN(""), before, "{}",
		     "k.a fail change: who names the account 210987654321, which nothing named "
		     "before");
	CHECK_CHANGE(definition, LETS_IN("'account':'210987654321',"), before, "{}",
		     "k.a pass change");
	CHECK_CHANGE(definition, LETS_IN("'account':'210987654320',"), before, "{}",
		     "k.a fail change: who names the account 210987654321, which nothing named "
		     "before");
}

/* --- documents -----------------------------------------------------------------------------------
 */

#define DOCUMENT(document, unknown)                                                          \
	"{'blocks':[{'address':'p.a','config':{}}],'references':[],'instances':[{'address':" \
	"'p.a','block':0,'mode':'managed','type':'p','values':{},'unknown':{'policy':true}," \
	"'documents':[{'path':'policy','document':" document ",'unknown':" unknown "}]}]}"

#define NO_STAR                                                                                 \
	"  cond_type: each\n  resource_types: [p]\n  attribute: policy.Statement\n  quantify: " \
	"none\n  where:\n    and:\n    - {cond_type: attribute, attribute: Effect, operator: "  \
	"equals, value: Allow}\n    - {cond_type: attribute, attribute: Action.*, operator: "   \
	"equals, value: '*'}\n"

TEST(statements_of_a_document_are_quantified)
{
	CHECK_JUDGED(NO_STAR, DOCUMENT("{'Statement':{'Effect':'Allow','Action':'*'}}", "{}"),
		     "p.a fail plan: policy.Statement[0]: Action.* is \"*\"");
	CHECK_JUDGED(NO_STAR,
		     DOCUMENT("{'Statement':[{'Effect':'Deny','Action':'*'},{'effect':'Allow',"
			      "'action':['a:b','*']}]}",
			      "{}"),
		     "p.a fail plan: policy.Statement[1]: Action.* is \"*\"");
	CHECK_JUDGED(NO_STAR, DOCUMENT("{'Statement':[{'Effect':'Allow','Action':['a:b']}]}", "{}"),
		     "p.a pass plan");
	CHECK_JUDGED(NO_STAR,
		     DOCUMENT("{'Statement':[{'Effect':'Allow','Action':['a:b',null]}]}",
			      "{'Statement':[{'Action':[false,true]}]}"),
		     "p.a unknown plan: policy.Statement[0]: Action.* is not known before apply");
	CHECK_JUDGED(NO_STAR,
		     DOCUMENT("{'Statement':[{'Effect':'Deny','Action':[null]}]}",
			      "{'Statement':[{'Action':[true]}]}"),
		     "p.a pass plan");
}

TEST(a_document_that_is_not_known_is_a_doubt)
{
	CHECK_JUDGED(NO_STAR,
		     "{'blocks':[{'address':'p.a','config':{}}],'references':[],'instances':[{"
		     "'address':'p.a','block':0,'mode':'managed','type':'p','values':{},'unknown':"
		     "{'policy':true}}]}",
		     "p.a unknown plan: policy.Statement is not known before apply");
}

/* --- networks ------------------------------------------------------------------------------------
 */

#define CLOSED(port, more)                                                                         \
	"  {cond_type: network, resource_types: [g], operator: closed, protocol: tcp, port: " port \
	", " more "sources: [{attribute: in, protocol: p, from: f, to: t, addresses: [c], "        \
	"prefix_lists: [l]}]}\n"
#define GROUP(rules, unknown)                                                                  \
	"{'blocks':[{'address':'g.a','config':{'in':[]}},{'address':'l.a','config':{}}],"      \
	"'references':[{'from':'g.a','path':'in.l','to':'l.a','attribute':'id'}],'instances':" \
	"[{'address':'g.a','block':0,'mode':'managed','type':'g','values':{'in':" rules        \
	"},'unknown':" unknown "},{'address':'l.a','block':1,'mode':'managed','type':'l',"     \
	"'values':{'entry':[{'cidr':'0.0.0.0/1'},{'cidr':'128.0.0.0/1'}]},'unknown':{}}]}"
#define RULE(from, to, cidr) "{'p':'tcp','f':" #from ",'t':" #to ",'c':['" cidr "']}"

static const struct {
	const char *definition, *view, *judged;
} networks[] = {
	{CLOSED("[80-90]", ""), GROUP("[" RULE(85, 85, "0.0.0.0/0") "]", "{}"),
	 "g.a fail plan: port 85 is open to the world"},
	{CLOSED("[80, 100-110]", ""), GROUP("[" RULE(81, 99, "0.0.0.0/0") "]", "{}"),
	 "g.a pass plan"},
	{CLOSED("1-65535", ""),
	 GROUP("[" RULE(443, 443, "0.0.0.0/1") "," RULE(440, 445, "128.0.0.0/1") "]", "{}"),
	 "g.a fail plan: ports 440 to 442 are open to the world"},
	{CLOSED("22", "family: ipv6, "), GROUP("[" RULE(22, 22, "0.0.0.0/0") "]", "{}"),
	 "g.a pass plan"},
	{CLOSED("22", "family: ipv4, "), GROUP("[" RULE(22, 22, "0::/0") "]", "{}"),
	 "g.a pass plan"},
	{CLOSED("22", "family: ipv6, "), GROUP("[" RULE(1, 65535, "0::/0") "]", "{}"),
	 "g.a fail plan: port 22 is open to the world"},
	{CLOSED("22", ""), GROUP("[{'p':'-1','f':0,'t':0,'c':['0.0.0.0/0']}]", "{}"),
	 "g.a fail plan: port 22 is open to the world"},
	{CLOSED("22", ""), GROUP("[{'p':'tcp','f':22,'t':22}]", "{'in':[{'l':true}]}"),
	 "g.a fail plan: port 22 is open to the world"},
	{CLOSED("23", ""), GROUP("[{'p':'tcp','f':22,'t':22}]", "{'in':[{'l':true}]}"),
	 "g.a pass plan"},
	{CLOSED("22", ""), GROUP("[{'p':'tcp','c':['0.0.0.0/0']}]", "{'in':[{'f':true,'t':true}]}"),
	 "g.a unknown plan: who may reach it is not known before apply"},
	{CLOSED("22", ""), GROUP("[]", "{'in':true}"),
	 "g.a unknown plan: who may reach it is not known before apply"},
};

TEST(ports_and_addresses_are_unions_of_intervals)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(networks); i++) {
		tap_row("%s %s", networks[i].definition, networks[i].view);
		CHECK_JUDGED(networks[i].definition, networks[i].view, networks[i].judged);
	}
}

/* --- as written ---------------------------------------------------------------------------------
 */

#define WRITTEN(config, values, unknown)                                                   \
	"{'blocks':[{'address':'t.a','config':" config "}],'references':[],'instances':[{" \
	"'address':'t.a','block':0,'mode':'managed','type':'t','values':" values           \
	",'unknown':" unknown "}]}"

static const struct {
	const char *view, *judged;
} written[] = {
	{WRITTEN("{}", "{}", "{'v':true}"), "t.a fail static: v.n is not set"},
	{WRITTEN("{'v':[{}]}", "{'v':[{}]}", "{'v':[{'n':true}]}"),
	 "t.a fail static: v.n is not set"},
	{WRITTEN("{'v':[{'n':true}]}", "{'v':[{'n':true}]}", "{}"), "t.a pass static"},
	{WRITTEN("{'v':[{'n':{'$ref':['x'],'$expr':'x'}}]}", "{'v':[{}]}", "{'v':[{'n':true}]}"),
	 "t.a unknown static: v.n is not known before apply"},
	{WRITTEN("{'v':[{},{'n':{'$ref':['x'],'$expr':'x'}}]}", "{'v':[{},{}]}",
		 "{'v':[{'n':true},{'n':true}]}"),
	 "t.a unknown static: v.n is not known before apply"},
	{WRITTEN("{'v':{'$ref':['x'],'$expr':'x'}}", "{'v':[{}]}", "{'v':[{'n':true}]}"),
	 "t.a unknown static: v.n is not known before apply"},
	{WRITTEN("{'v':[{'$for_each':{'$expr':'x'},'n':true}]}", "{'v':[{'n':true}]}", "{}"),
	 "t.a pass static"},
};

TEST(what_no_block_of_the_configuration_sets_is_not_set_whatever_a_provider_fills_in)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(written); i++) {
		tap_row("%s", written[i].view);
		CHECK_JUDGED("  {cond_type: attribute, resource_types: [t], view: static, "
			     "attribute: v.n, operator: is_true}\n",
			     written[i].view, written[i].judged);
	}
}

/* --- changes -------------------------------------------------------------------------------------
 */

#define ONE(address, values)                                                               \
	"{'blocks':[{'address':'" address "','config':{}}],'references':[],'instances':[{" \
	"'address':'" address "','block':0,'mode':'managed','type':'t','values':" values   \
	",'unknown':{}}]}"
#define PLAN(address, more, actions)                                                               \
	"{'resource_changes':[{'address':'" address "'" more ",'change':{'actions':" actions "}}]" \
	"}"
#define UPDATE PLAN("t.a", "", "['update']")

static const struct {
	const char *definition, *now, *before, *change, *judged;
} changes[] = {
	{"attribute: n, operator: not_weakened, stronger: greater", ONE("t.a", "{'n':7}"),
	 ONE("t.a", "{'n':30}"), UPDATE, "t.a fail change: n was 30 and is 7"},
	{"attribute: n, operator: not_weakened, stronger: greater", ONE("t.a", "{'n':30}"),
	 ONE("t.a", "{'n':30}"), UPDATE, "t.a pass change"},
	{"attribute: n, operator: not_weakened, stronger: less", ONE("t.a", "{'n':31}"),
	 ONE("t.a", "{'n':30}"), UPDATE, "t.a fail change: n was 30 and is 31"},
	{"attribute: n, operator: not_weakened, stronger: 'true'", ONE("t.a", "{}"),
	 ONE("t.a", "{'n':true}"), UPDATE, "t.a fail change: n was true and is not set"},
	{"attribute: n, operator: not_weakened, stronger: 'false'", ONE("t.a", "{'n':true}"),
	 ONE("t.a", "{'n':false}"), UPDATE, "t.a fail change: n was false and is true"},
	{"attribute: n, operator: not_weakened, stronger: superset", ONE("t.a", "{'n':['a']}"),
	 ONE("t.a", "{'n':['a','b']}"), UPDATE,
	 "t.a fail change: n was [\"a\",\"b\"] and is [\"a\"]"},
	{"attribute: n, operator: not_weakened, stronger: subset", ONE("t.a", "{'n':['a']}"),
	 ONE("t.a", "{'n':['a','b']}"), UPDATE, "t.a pass change"},
	{"attribute: n, operator: not_weakened, stronger: set", ONE("t.a", "{}"),
	 ONE("t.a", "{'n':'k'}"), UPDATE, "t.a fail change: n was \"k\" and is not set"},
	{"attribute: n, operator: not_weakened, order: [off, on, strict]", ONE("t.a", "{'n':'on'}"),
	 ONE("t.a", "{'n':'strict'}"), UPDATE, "t.a fail change: n was \"strict\" and is \"on\""},
	{"attribute: n, operator: unchanged", ONE("t.a", "{'n':1}"), ONE("t.a", "{'n':2}"), UPDATE,
	 "t.a fail change: n was 2 and is 1"},
	{"operator: no_replace", ONE("t.a", "{}"), ONE("t.a", "{}"),
	 PLAN("t.a", "", "['delete','create']"), "t.a fail change: the change replaces it"},
	{"operator: no_replace", ONE("t.a", "{}"), ONE("t.a", "{}"), UPDATE, "t.a pass change"},
	{"operator: no_destroy", ONE("u.a", "{}"), ONE("t.a", "{}"), PLAN("t.a", "", "['delete']"),
	 "u.a pass change\nt.a fail change: the change destroys it"},
	{"operator: no_replace", ONE("t.a", "{}"), ONE("t.a", "{}"), NULL,
	 "t.a unknown change: there is no plan of the change"},
	{"attribute: n, operator: not_weakened, stronger: greater", ONE("t.b", "{'n':7}"),
	 ONE("t.a", "{'n':30}"), PLAN("t.b", ",'previous_address':'t.a'", "['update']"),
	 "t.b fail change: n was 30 and is 7\nt.a pass change"},
	{"attribute: n, operator: not_weakened, stronger: greater", ONE("t.new", "{'n':7}"),
	 ONE("t.a", "{'n':30}"), PLAN("t.new", "", "['create']"),
	 "t.new pass change\nt.a pass change"},
};

TEST(a_change_is_judged_against_what_was_before)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(changes); i++) {
		char definition[512];

		tap_row("%s %s", changes[i].definition, changes[i].now);
		(void)snprintf(definition, sizeof(definition),
			       "  {cond_type: change, resource_types: [t], %s}\n",
			       changes[i].definition);
		CHECK_CHANGE(definition, changes[i].now, changes[i].before, changes[i].change,
			     changes[i].judged);
	}
}

TEST(without_a_before_a_policy_on_changes_judges_nothing)
{
	CHECK_JUDGED("  {cond_type: change, resource_types: [t], operator: no_replace}\n",
		     ONE("t.a", "{}"), "");
}

/* --- policies as Checkov's users write them
 * -------------------------------------------------------- */

#define SG_USED                                                                                 \
	"{'blocks':[{'address':'g.used','config':{}},{'address':'g.alone','config':{}},{"       \
	"'address':'i.a','config':{}}],'references':[{'from':'i.a','path':'groups','to':"       \
	"'g.used','attribute':'id'}],'instances':[{'address':'g.used','block':0,'mode':"        \
	"'managed','type':'aws_security_group','values':{},'unknown':{}},{'address':'g.alone'," \
	"'block':1,'mode':'managed','type':'aws_security_group','values':{},'unknown':{}},{"    \
	"'address':'i.a','block':2,'mode':'managed','type':'aws_instance','values':{'ebs':"     \
	"[{'encrypted':false},{'encrypted':true}],'tags':{'owner':'a'}},'unknown':{}}]}"

static const struct {
	const char *definition, *judged;
} checkov[] = {
	{"  and:\n    - cond_type: filter\n      attribute: resource_type\n      operator: within\n"
	 "      value:\n        - aws_security_group\n    - cond_type: connection\n      "
	 "operator: exists\n      resource_types:\n        - aws_security_group\n      "
	 "connected_resource_types:\n        - aws_instance\n",
	 "g.used pass plan\ng.alone fail plan: no aws_instance is connected with it"},
	{"  or:\n    - cond_type: attribute\n      resource_types: aws_instance\n      attribute: "
	 "tags.owner\n      operator: not_exists\n    - cond_type: attribute\n      "
	 "resource_types:\n        - aws_instance\n      attribute: tags.owner\n      operator: "
	 "regex_match\n      value: '^[a-z]+$'\n",
	 "i.a pass plan"},
	{"  cond_type: attribute\n  resource_types: all\n  attribute: tags\n  operator: exists\n",
	 "g.used fail plan: tags is not set\ng.alone fail plan: tags is not set\ni.a pass plan"},
	{"  not:\n    cond_type: attribute\n    resource_types: [aws_instance]\n    attribute: "
	 "ebs.*.encrypted\n    operator: equals\n    value: false\n",
	 "i.a fail plan: ebs.*.encrypted is false"},
	{"  cond_type: resource\n  resource_types: [aws_instance]\n  operator: not_exists\n",
	 "i.a fail static: a resource of this type must not be there"},
	/* The condition on the other type speaks about the connected resource. */
	{"  and:\n    - cond_type: filter\n      attribute: resource_type\n      operator: within\n"
	 "      value: [aws_security_group]\n    - cond_type: connection\n      operator: exists\n"
	 "      resource_types: [aws_security_group]\n      connected_resource_types: "
	 "[aws_instance]\n    - cond_type: attribute\n      resource_types: [aws_instance]\n      "
	 "attribute: tags.owner\n      operator: equals\n      value: b\n",
	 "g.used fail plan: i.a: tags.owner is \"a\"\ng.alone fail plan: no aws_instance is "
	 "connected with it"},
};

TEST(policies_in_checkovs_vocabulary_say_the_same_here)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(checkov); i++) {
		tap_row("%s", checkov[i].definition);
		CHECK_JUDGED(checkov[i].definition, SG_USED, checkov[i].judged);
	}
}
