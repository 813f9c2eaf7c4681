/*
 * How a plan comes about.
 *
 * config.h gives the modules as written.  graph.c makes a node of each thing in them that has a
 * value, and an edge of each reference; walk.c visits the nodes in that order.  A node stands for
 * its thing in every instance of its module: `count` and `for_each` of a module call are evaluated
 * at the node of the call, which comes before all nodes of the called module.
 *
 * The same walk is done twice when the state after applying is wanted: WALK_PLAN gives each
 * resource instance its planned value, with unknowns; WALK_APPLY evaluates all again with the
 * values that the mocked provider gives, as Terraform does when it applies.
 */
#ifndef RUNNER_PLAN_WALK_H
#define RUNNER_PLAN_WALK_H

#include "runner/plan/config.h"
#include "runner/plan/hcl/eval.h"
#include "runner/plan/pack.h"
#include "runner/plan/request.h"
#include "runner/plan/restype.h"

/* A value that was made up for a data source, or follows from such. */
#define WALK_MOCKED VALUE_MARK_USER

/* All resource instances and module instances of one plan, and the instances of one count. */
#define WALK_INSTANCES_MAX 50000
#define WALK_COUNT_MAX 10000

enum node_kind {
	NODE_CALL, /* of a module: its instances; the root module has one too */
	NODE_VARIABLE,
	NODE_LOCAL,
	NODE_PROVIDER,
	NODE_RESOURCE,
	NODE_OUTPUT,
	NODE_CHECK,
};

struct node {
	enum node_kind kind;
	struct config_module *module;
	size_t index; /* in the module's list of that kind */
	uint32_t *deps;
	size_t dep_count, dep_capacity;
	/* Of a data source: the managed resources that it waits for, directly referenced or in
	 * depends_on, its own or its module's. */
	uint32_t *waits;
	size_t wait_count, wait_capacity;
	bool is_data;
	bool create_first; /* create_before_destroy, its own or of what depends on it */
};

struct graph {
	struct node *nodes;
	size_t count, capacity;
	uint32_t *order;
	const struct graph_names *names;
};

enum repeat {
	REPEAT_NONE,
	REPEAT_COUNT,
	REPEAT_FOR_EACH,
};

struct walk_key {
	const struct value *key;  /* NULL: no repetition; else a number or a string */
	const struct value *each; /* each.value */
	bool mocked;		  /* count or for_each rests on mocked values */
};

struct module_instance;

struct call_instances {
	enum repeat repeat;
	struct module_instance **list;
	size_t count;
	bool mocked; /* how many there are rests on mocked values */
};

enum walk_action {
	ACTION_NO_OP,
	ACTION_CREATE,
	ACTION_READ,
	ACTION_UPDATE,
	ACTION_DELETE,
	ACTION_REPLACE,	       /* delete, then create */
	ACTION_CREATE_REPLACE, /* create, then delete */
	ACTION_FORGET,
};

struct provider_instance {
	const char *address; /* registry.terraform.io/hashicorp/aws */
	const char *name, *alias;
	const char *module; /* address of the module that configures it */
	const struct config_provider *cfg;
	const struct value *config;	  /* NULL: none, or unknown type */
	const struct value *default_tags; /* map of string, possibly unknown; or NULL */
	bool mocked_tags;		  /* they rest on mocked values */
};

struct resource_instance {
	const struct config_resource *cfg; /* NULL: only in the prior state */
	struct module_instance *module;	   /* likewise */
	const char *address, *previous_address, *module_address;
	enum config_mode mode;
	const char *type_name, *name;
	struct walk_key key;
	const struct restype *type;
	const char *provider;	      /* address */
	const char *provider_address; /* of the configuration: provider["…"].west */
	const struct provider_instance *provider_config;
	enum walk_action action;
	const char *reason;
	const char *import_id;	    /* NULL: not imported */
	const struct value *config; /* as evaluated, with marks */
	const struct value *prior;  /* NULL: none; no marks */
	const struct value *prior_marked;
	const struct value *planned; /* no marks; NULL when deleted */
	const struct value *planned_marked;
	const struct value *const *replace_paths; /* each a tuple of strings and numbers */
	size_t replace_path_count;
	const struct value *applied, *applied_marked; /* after WALK_APPLY */
	const struct value *current;		      /* what references see in this walk, marked */
	const struct value *mocked; /* planned with WALK_MOCKED where it rests on that; or NULL */
	const struct body *body;
	const struct scope *scope;
	bool pending;	    /* data: to be read when applying */
	bool adopted;	    /* planned by Terraform */
	bool destroy_prior; /* create_before_destroy, as in force */
};

struct resource_instances {
	enum repeat repeat;
	struct resource_instance **list;
	size_t count;
	bool failed;		   /* evaluation had errors: references to it are unknown */
	bool mocked;		   /* how many there are rests on mocked values */
	const struct value *whole; /* what a reference to the resource gives; made when asked */
};

struct module_instance {
	struct config_module *cfg;
	struct module_instance *parent;
	const char *address; /* "", module.a["x"].module.b[0] */
	struct walk_key key;
	bool mocked; /* whether it is there rests on mocked values, of its call or of one around */
	const struct value **variables, **locals, **outputs;
	struct resource_instances *resources;
	struct call_instances *calls;
	struct provider_instance **providers; /* in the order of cfg->providers */
};

struct module_instances {
	struct module_instance **list;
	size_t count, capacity;
};

enum walk_phase {
	WALK_PLAN,
	WALK_APPLY,
};

struct type_use {
	const char *provider;
	enum pack_kind kind;
	const char *name;
	const struct restype *type;
	bool from_pack;
};

struct state;

struct walk {
	struct arena *arena;
	struct diags *diags;
	const struct request *request;
	struct config config;
	struct graph graph;
	enum walk_phase phase;
	const struct pack *packs;
	size_t pack_count;
	CONFIG_LIST(struct type_use) types;
	struct module_instances *modules;		   /* by number of the config module */
	CONFIG_LIST(struct resource_instance *) instances; /* in order of evaluation */
	const struct state *prior;
	struct eval eval;
	struct eval_env env;
	struct eval_absent absent;
	bool asked_workspace; /* something depends on the name of the Terraform workspace */
	const struct value *root_values; /* object: name to value, from the request and files */
	size_t instance_count;
	struct infer *infer;
	bool forgets_mocked; /* expressions see what rests on mocked values as unknown */
};

/* --- graph.c ---------------------------------------------------------------------------------- */

/* Nodes, edges and their order; undeclared references and cycles are diagnostics. */
void graph_build(struct walk *w);
const struct node *graph_node(const struct walk *w, uint32_t id);

/* The index of a declaration in its module's list, or -1. */
ptrdiff_t graph_find(const struct walk *w, const struct config_module *m, enum node_kind kind,
		     const char *first, const char *second, enum config_mode mode);

/* A reference to a resource: its mode, type and name; false when t is something else. */
bool graph_resource_reference(const struct traversal *t, enum config_mode *ret_mode,
			      const char **ret_type, const char **ret_name, size_t *ret_used);

/* --- lookup.c --------------------------------------------------------------------------------- */

/* What expressions in a module instance see. */
struct walk_scope {
	struct walk *walk;
	struct module_instance *module;
	enum repeat repeat;
	struct walk_key key;
	const struct value *self; /* NULL: none */
};

/* A scope for expressions of one resource or module call instance; lives in the arena. */
const struct scope *walk_scope(struct walk *w, struct module_instance *m, enum repeat repeat,
			       struct walk_key key, const struct value *self);

/* --- expand.c --------------------------------------------------------------------------------- */

/* Evaluates count or for_each; false after an error. */
bool expand_keys(struct walk *w, struct module_instance *m, const struct expr *count,
		 const struct expr *for_each, enum repeat *ret_repeat,
		 const struct walk_key **ret_keys, size_t *ret_count, bool *ret_mocked);
/* "[0]", "[\"a\"]" or "". */
const char *expand_key_text(struct arena *a, const struct value *key);

/* --- walk.c -------------------------------------------------------------------------------------
 */

void walk_all(struct walk *w);
/* The tags of the default_tags block of a provider's configuration, without marks; or NULL. */
const struct value *walk_default_tags(struct arena *a, const struct value *config);
/* v without WALK_MOCKED; and v as if what has that mark were not known. */
const struct value *walk_without_marks(struct arena *a, const struct value *v);
const struct value *walk_without_mocked(struct arena *a, const struct value *v);
struct provider_instance *walk_provider(struct walk *w, struct module_instance *m, const char *name,
					const char *alias);
const struct restype *walk_type(struct walk *w, const char *provider, enum pack_kind kind,
				const char *name, struct range where);
void walk_rules(struct walk *w, const struct scope *scope, const struct config_rules *rules,
		const char *summary);

/* --- resources.c -------------------------------------------------------------------------------
 */

void resources_node(struct walk *w, const struct node *n);
/* What the view shows: what rests on mocked values is not known. */
const struct value *resources_shown(struct walk *w, const struct resource_instance *r);
/* v with WALK_MOCKED where `as` has it. */
const struct value *resources_marked(struct arena *a, const struct value *v,
				     const struct value *as);
/* Resources of the prior state that the configuration has no more. */
void resources_orphans(struct walk *w);

#endif
