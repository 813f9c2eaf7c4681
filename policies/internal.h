/*
 * Shared by the parts of the policy engine.
 *
 * parse.c reads a policy's metadata and tests, conditions.c its definition, into the tree below.
 * views.c indexes the views that are judged; eval.c walks the tree once for each instance of the
 * subject types, with paths.c, operators.c, network.c and change.c for the leaves.
 */
#ifndef POLICIES_INTERNAL_H
#define POLICIES_INTERNAL_H

#include <jansson.h>

#include "policies/policy.h"

/* What a path leads to: values, or "not known before apply". */
struct policy_value {
	const json_t *value;   /* NULL: not there, or unknown */
	const json_t *unknown; /* the mask beneath value: true where it is not known; may be NULL */
	const json_t *mocked;  /* likewise: true where a data source would tell it */
	bool is_unknown;
	bool surely_set;			 /* unknown, but it will not be null */
	bool in_document;			 /* within a string that is a document */
	const struct policy_document *documents; /* those of the instance, for strings beneath */
	const char *path, *names; /* of an object within the instance; NULL at its root */
};

/* --- paths --------------------------------------------------------------------------------------
 */

enum policy_step_kind {
	POLICY_STEP_NAME,
	POLICY_STEP_INDEX,
	POLICY_STEP_ALL,      /* "*": every element or member; a single value stands for itself */
	POLICY_STEP_ELEMENTS, /* every element; what is no list stands for itself */
};

struct policy_step {
	enum policy_step_kind kind;
	const char *name;
	size_t index;
};

struct policy_path {
	const char *text;
	const struct policy_step *steps;
	size_t count;
};

/* Names, indexes and "*" joined by dots, or the part of JSONPath that says the same; NULL, or why
 * text is no path. */
const char *policy_path_parse(const char *text, bool jsonpath, struct arena *a,
			      struct policy_path *ret_path);

/* --- the tree ------------------------------------------------------------------------------------
 */

enum policy_quantifier {
	POLICY_ANY,
	POLICY_ALL,
	POLICY_NONE,
};

struct policy_operator {
	const char *name;
	bool needs_value;
	bool sees_absent; /* is asked even where there is no value */
	/* NULL, or why value cannot be its operand. */
	const char *(*check)(const struct doc *value);
	enum policy_result (*judge)(const struct policy_value *found, const struct doc *value);
};

enum policy_condition_kind {
	POLICY_COND_AND,
	POLICY_COND_OR,
	POLICY_COND_NOT,
	POLICY_COND_ATTRIBUTE,
	POLICY_COND_EACH,
	POLICY_COND_CONNECTION,
	POLICY_COND_INSTANCES,
	POLICY_COND_NETWORK,
	POLICY_COND_FILTER,
	POLICY_COND_RESOURCE,
	POLICY_COND_CHANGE,
};

enum policy_view_name {
	POLICY_VIEW_PLAN,
	POLICY_VIEW_STATIC,
	POLICY_VIEW_CHANGE,
};

enum policy_direction {
	POLICY_EITHER,
	POLICY_TO,   /* the subject refers to the other one */
	POLICY_FROM, /* the other one refers to the subject */
};

enum policy_change_operator {
	POLICY_NOT_WEAKENED,
	POLICY_NO_REPLACE,
	POLICY_NO_DESTROY,
	POLICY_UNCHANGED,
	POLICY_NO_NEW_ACCOUNTS,
	POLICY_DENIALS_KEPT,
};

enum policy_stronger {
	POLICY_STRONGER_GREATER,
	POLICY_STRONGER_LESS,
	POLICY_STRONGER_TRUE,
	POLICY_STRONGER_FALSE,
	POLICY_STRONGER_SUPERSET,
	POLICY_STRONGER_SUBSET,
	POLICY_STRONGER_SET,
	POLICY_STRONGER_ORDER,
};

struct policy_ports {
	long from, to;
};

/* Where the rules of a network stand: in a list attribute, or in resources of their own. */
struct policy_source {
	const char *attribute;
	struct policy_strings types;
	const struct policy_condition *where;
	struct policy_path protocol, from, to;
	const struct policy_path *addresses, *prefix_lists;
	size_t address_count, prefix_list_count;
	bool ports_in_one;   /* `from` holds "22", "20-25" or a list of those */
	const char *through; /* the argument that refers to the subject; NULL: any */
};

struct policy_join {
	struct policy_path theirs, mine;
};

struct policy_condition {
	enum policy_condition_kind kind;
	const struct doc *at;
	const struct policy_condition *const *children; /* of and, or, not; `where` of others */
	size_t child_count;
	struct policy_strings types; /* resource_types; none: every subject */
	enum policy_quantifier quantify;
	struct policy_path path;

	/* attribute */
	const struct policy_operator *op;
	bool negative, is_static;
	const struct doc *value;

	/* connection, instances */
	struct policy_strings connected;
	bool exists, others_only;
	enum policy_direction direction;
	const char *through;
	const struct policy_join *joins;
	size_t join_count;

	/* network */
	const char *protocol;
	const struct policy_ports *ports;
	size_t port_count;
	bool all_ports; /* fails only where every one of the ports is open */
	bool v4, v6;
	const struct policy_source *sources;
	size_t source_count;

	/* change */
	enum policy_change_operator change;
	enum policy_stronger stronger;
	const struct doc *order; /* from weak to strong */
};

/* Reads the definition; d stays. */
FP_MUST_CHECK int policy_conditions_read(const char *what, const struct doc *d, struct arena *a,
					 const struct policy_condition **ret_condition,
					 struct err *e);

/* Whether the condition says anything about instances of the type. */
bool policy_condition_applies(const struct policy_condition *c, const char *type);
bool policy_condition_needs_change(const struct policy_condition *c);
/* Adds the types that the definition judges to the list. */
void policy_condition_types(const struct policy_condition *c, struct arena *a,
			    struct policy_strings *types);
bool policy_strings_have(const struct policy_strings *s, const char *text);

/* NULL for an unknown one; *ret_negative tells its "not_" form. */
const struct policy_operator *policy_operator_find(const char *name, bool *ret_negative);
bool policy_operator_same(const json_t *value, const struct doc *d);
bool policy_operator_empty(const json_t *value);
/* callers.c: the operator "names_callers". */
enum policy_result policy_judge_callers(const struct policy_value *found, const struct doc *value);
/* Whether the test of that key under that operator of a Condition says who calls. */
bool policy_names_callers(const char *operator, const char * key);

/* The key `exec` of a policy. */
FP_MUST_CHECK int policy_exec_read(const char *what, const struct doc *d, struct arena *a,
				   const struct policy_exec **ret_exec, struct err *e);

/* Three-valued logic (Kleene). */
enum policy_result policy_and(enum policy_result a, enum policy_result b);
enum policy_result policy_or(enum policy_result a, enum policy_result b);
enum policy_result policy_not(enum policy_result a);

/* So far, and with one more; what no element has said anything about yet. */
enum policy_result policy_quantified(enum policy_quantifier q, enum policy_result so_far,
				     enum policy_result one);
enum policy_result policy_quantified_start(enum policy_quantifier q);

/* --- views
 * ---------------------------------------------------------------------------------------- */

/* A string within values that is a document itself. */
struct policy_document {
	const char *path;
	const json_t *document, *unknown;
	const struct policy_document *next;
};

struct policy_edge {
	const char *path, *attribute;
	size_t other; /* instance at the other end */
	bool direct;  /* the value of the argument is that attribute and nothing else */
};

struct policy_edges {
	const struct policy_edge *rows;
	size_t count;
};

struct policy_instance {
	const char *address, *type, *block_address, *file;
	size_t line, end_line;
	const json_t *values, *unknown, *config;
	const struct policy_document *documents;
	struct policy_edges out, in;
	const char *provider, *provider_config, *provider_module; /* as in the view's block */
	bool managed;
	bool uncertain; /* whether it is there rests on mocked values */
	const json_t *mocked;
};

struct policy_index {
	const struct policy_instance *instances;
	size_t count;
	const size_t *by_type, *by_address;  /* sorted */
	const json_t *providers, *variables; /* their configurations, as written; values */
	const char *account;	    /* of AWS, that the case says is its own; "" when it does not */
	const char *mocked_account; /* what stands for it when it does not */
	bool is_static;		    /* nothing was planned: instances are blocks as written */
	struct policy_strings uncertain; /* types of which there may be more than is seen */
};

struct policy_views {
	const struct policy_index *now, *before; /* before may be NULL */
	const json_t *change; /* canonical plan from before to now; may be NULL */
};

/* The instances of a type: *ret_count of by_type from the returned one. */
const size_t *policy_index_type(const struct policy_index *x, const char *type, size_t *ret_count);
/* Whether there may be more instances of one of the types, by what a data source would tell. */
bool policy_index_may_have(const struct policy_index *x, const struct policy_strings *types);
const struct policy_instance *policy_index_find(const struct policy_index *x, const char *address);
FP_MUST_CHECK int policy_index_make(const json_t *view, struct arena *a,
				    const struct policy_index **ret_index, struct err *e);

/* --- judging
 * -------------------------------------------------------------------------------------- */

/* Why a condition was not met, and the view that says so. */
struct policy_why {
	const char *reason;
	enum policy_view_name view;
};

struct policy_context {
	const struct policy_views *views;
	const struct policy_index *index;      /* where joins look */
	const struct policy_condition *parent; /* the `and` that is judged, or NULL */
	struct arena *arena;
	const struct policy_instance *instance;
	struct policy_value here; /* where paths begin */
	struct policy_why why;	  /* of the last condition that was not met */
	bool explains_pass;	  /* beneath a "not": what is met is the reason */
	unsigned int views_used;  /* bits by enum policy_view_name */
	struct policy_fault *faults;
	size_t fault_count, fault_capacity;
	unsigned int depth; /* conditions around this one that are one fault as a whole */
};

struct policy_found {
	struct policy_value *rows; /* few of them need no memory of the arena */
	size_t count, capacity;
	struct policy_value few[3];
};

/* All that path leads to from v; at a list a name goes through all elements.  Nothing there adds
 * nothing, unless the path ends in a value that is null or not set. */
void policy_path_walk(struct policy_context *c, const struct policy_value *v,
		      const struct policy_path *path, struct policy_found *f);
void policy_found_add(struct policy_context *c, struct policy_found *f,
		      const struct policy_value *v);
struct policy_value policy_instance_root(const struct policy_instance *i);
struct policy_value policy_path_single(struct policy_context *c, const struct policy_value *v,
				       const struct policy_path *path);

/* Notes that the view was looked at, and why the condition is not met when result says so. */
void policy_note(struct policy_context *c, enum policy_view_name view, enum policy_result result,
		 const char *format, ...) FP_PRINTF(4, 5);

/* "not known before apply", or that a data source tells it. */
const char *policy_not_known(const struct policy_value *v);

/* As it stands in a reason: "not set", "not known before apply" or short JSON. */
const char *policy_describe(struct policy_context *c, const struct policy_value *v);

/* Notes one fault of the condition, by what tells it from others, unless a larger one holds it. */
void policy_add_fault(struct policy_context *c, const struct policy_condition *d, const char *what,
		      const char *reason);

/* Whether the configuration sets what the path of the condition leads to. */
enum policy_result policy_is_written(struct policy_context *c, const struct policy_condition *d);

enum policy_result policy_judge_condition(struct policy_context *c,
					  const struct policy_condition *d);
/* The condition on another instance than the one at hand; NULL passes. */
enum policy_result policy_judge_there(struct policy_context *c, const struct policy_instance *other,
				      const struct policy_condition *where);
enum policy_result policy_judge_connection(struct policy_context *c,
					   const struct policy_condition *d);
enum policy_result policy_judge_instances(struct policy_context *c,
					  const struct policy_condition *d);
enum policy_result policy_judge_network(struct policy_context *c, const struct policy_condition *d);
enum policy_result policy_judge_change(struct policy_context *c, const struct policy_condition *d);
/* Whether a change lets no account of AWS in that nothing named before. */
enum policy_result policy_judge_accounts(struct policy_context *c,
					 const struct policy_condition *d);
/* Whether policies of AWS still deny what they denied before. */
enum policy_result policy_judge_denials(struct policy_context *c);
/* The subject as it was before, following `moved`; NULL when it is new. */
const struct policy_instance *policy_before_of(struct policy_context *c, const char *address);
/* Its row in the plan of the change, or NULL. */
const json_t *policy_change_of(const struct policy_views *v, const char *address);
bool policy_change_does(const json_t *row, const char *action_name);

/* --- addresses
 * ------------------------------------------------------------------------------------ */

struct policy_range {
	uint8_t first[16], last[16];
};

struct policy_ranges {
	struct policy_range *rows;
	size_t count, capacity;
};

/* "10.0.0.0/8", "::/0", "192.0.2.1"; false when it is none.  v6 tells which. */
bool policy_parse_cidr(const char *text, struct policy_range *ret_range, bool *ret_v6);

/*
 * Whether the union holds a quarter of all addresses or more, in however many pieces: all of IPv4,
 * or those IPv6 addresses that are routed at all (2000::/3).
 */
bool policy_is_world(struct policy_ranges *ranges, bool v6);

#endif
