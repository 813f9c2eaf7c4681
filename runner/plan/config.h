/*
 * The configuration of a workspace as written: the tree of modules, each with what its files
 * declare, override files merged in.  Nothing is evaluated here but what Terraform wants constant.
 */
#ifndef RUNNER_PLAN_CONFIG_H
#define RUNNER_PLAN_CONFIG_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/plan/hcl/diag.h"
#include "runner/plan/hcl/syntax.h"
#include "runner/plan/hcl/type.h"
#include "runner/plan/hcl/typeexpr.h"

#define CONFIG_MODULES_MAX 2000
#define CONFIG_MODULE_DEPTH_MAX 32
#define CONFIG_FILES_MAX 20000
#define CONFIG_BYTES_MAX (64u * 1024 * 1024)

/* validation, precondition, postcondition, assert */
struct config_rule {
	const struct expr *condition, *message;
	struct range range;
};

struct config_rules {
	const struct config_rule *list;
	size_t count;
};

struct config_variable {
	const char *name;
	const struct block *block;
	const struct type *type; /* the constraint; type_dynamic when none is given */
	const struct type_defaults *defaults;
	const struct value *default_value; /* converted; NULL: required */
	bool nullable, sensitive, ephemeral;
	bool literal; /* a type that is not a string: texts are read as expressions */
	struct config_rules validations;
};

struct config_local {
	const char *name;
	const struct expr *expr;
	struct range range;
};

struct config_output {
	const char *name;
	const struct block *block;
	const struct expr *expr;
	bool sensitive, ephemeral;
	struct traversal *depends_on;
	size_t depends_on_count;
	struct config_rules preconditions;
};

struct config_provider {
	const char *name, *alias; /* alias may be NULL */
	const struct block *block;
	const struct body *body;
};

/* A reference to a provider configuration: "aws" or "aws.west". */
struct config_provider_ref {
	const char *name; /* NULL: none was written */
	const char *alias;
	struct range range;
};

enum config_mode {
	CONFIG_MANAGED,
	CONFIG_DATA,
	CONFIG_EPHEMERAL,
};

struct config_provisioner {
	const char *type;
	const struct block *block;
};

struct config_resource {
	enum config_mode mode;
	const char *type, *name;
	const struct block *block;
	const struct body *body; /* without the meta-arguments */
	const struct expr *count, *for_each;
	struct config_provider_ref provider;
	struct traversal *depends_on;
	size_t depends_on_count;
	bool ignore_all;
	struct traversal *ignore;
	size_t ignore_count;
	bool prevent_destroy, create_before_destroy;
	const struct expr *const *triggers;
	size_t trigger_count;
	struct config_rules preconditions, postconditions;
	const struct config_provisioner *provisioners;
	size_t provisioner_count;
	const char *check; /* of a data source inside of a check block: the check's name */
};

struct config_passed_provider {
	struct config_provider_ref child, parent;
};

struct config_call {
	const char *name, *source, *version;
	const struct block *block;
	const struct body *body;
	const struct expr *count, *for_each;
	struct traversal *depends_on;
	size_t depends_on_count;
	const struct config_passed_provider *providers;
	size_t provider_count;
	struct config_module *child; /* NULL after an error */
	const struct content *args; /* the arguments, checked against the child; made by the walk */
};

struct config_required_provider {
	const char *name, *source, *version; /* source: whole address; version may be NULL */
	const char *const *aliases;	     /* configuration_aliases, as "west" */
	size_t alias_count;
	struct range range;
};

/* What a moved, removed or import block speaks of: target.h. */
struct config_target {
	const char *text;   /* as written, without "resource." */
	const char *module; /* address of the module that it is, or is in, as written */
	const char *path;   /* the same without keys, as config_module.address */
	bool module_keys;   /* there is one in it */
	bool is_module;
	/* Of a resource. */
	enum config_mode mode;
	const char *type, *name;
	/* The key at the end of the text; NULL: none. */
	const struct value *key;
	struct range range;
};

struct config_moved {
	struct config_target from, to;
	struct range range;
};

struct config_removed {
	struct config_target from;
	bool destroy;
	struct range range;
};

struct config_import {
	struct config_target target; /* with for_each: without the keys */
	const struct expr *to, *id, *for_each;
	const struct block *block;
};

struct config_check {
	const char *name;
	const struct block *block;
	struct config_rules asserts;
};

#define CONFIG_LIST(item)               \
	struct {                        \
		item *list;             \
		size_t count, capacity; \
	}

struct config_module {
	const char *address; /* "", "module.a.module.b": without instance keys */
	const char *dir;     /* from the workspace's directory: ".", "modules/a" */
	const char *path;    /* path.module: from the root module's directory */
	struct config_module *parent;
	struct config_call *call;
	bool has_backend;	     /* a backend or cloud block */
	const struct block *backend; /* the last of them; NULL */
	size_t number;		     /* in config.modules */
	size_t depth;
	CONFIG_LIST(struct config_variable) variables;
	CONFIG_LIST(struct config_local) locals;
	CONFIG_LIST(struct config_output) outputs;
	CONFIG_LIST(struct config_provider) providers;
	CONFIG_LIST(struct config_resource) resources;
	CONFIG_LIST(struct config_call) calls;
	CONFIG_LIST(struct config_required_provider) required_providers;
	CONFIG_LIST(struct config_moved) moved;
	CONFIG_LIST(struct config_removed) removed;
	CONFIG_LIST(struct config_import) imports;
	CONFIG_LIST(struct config_check) checks;
};

struct config {
	struct arena *arena;
	struct diags *diags;
	int dir_fd;				     /* of the workspace */
	const char *root;			     /* directory of the root module */
	CONFIG_LIST(struct config_module *) modules; /* parents before children */
	CONFIG_LIST(const struct source *) files;    /* all that were read, as read */
	size_t bytes;
	const struct content *lock;		/* of the root module, once lock.c has read it */
	const struct config_manifest *manifest; /* .terraform/modules/modules.json */
};

/*
 * Reads the root module and all that it calls.  What is wrong with the configuration goes to diags;
 * an error is only what keeps us from reading it at all.
 */
FP_MUST_CHECK int config_load(struct config *c, struct err *e);

/* Reads one file beneath the workspace; NULL with a diagnostic at where, or without one if absent.
 */
const struct source *config_read(struct config *c, const char *path, bool required,
				 struct range where);

/* Names of the entries of a directory, sorted; false when there is none. */
bool config_list_dir(struct config *c, const char *path, const char *const **ret_names,
		     size_t *ret_count);

/* "a/b/../c" as "a/c"; NULL when it leaves the workspace. */
const char *config_join(struct arena *a, const char *dir, const char *path);

const struct config_variable *config_variable(const struct config_module *m, const char *name);
struct config_resource *config_resource(const struct config_module *m, enum config_mode mode,
					const char *type, const char *name);

/* "registry.terraform.io/hashicorp/aws" for a local name in a module. */
const char *config_provider_address(struct arena *a, const struct config_module *m,
				    const char *name);

/* Decoding of one file's blocks into m: configblocks.c. */
void config_decode(struct config *c, struct config_module *m, const struct block *const *blocks,
		   size_t count);

/* Override files merged into the blocks of the others: override.c. */
void config_override(struct config *c, const struct block **blocks, size_t *count,
		     const struct block *const *overrides, size_t override_count);

/* "aws_x.y", "data.aws_x.y" or "ephemeral.aws_x.y". */
const char *config_resource_text(struct arena *a, enum config_mode mode, const char *type,
				 const char *name);

#endif
