/*
 * What is known about one type of resource or data source (or a provider's own configuration): its
 * schema, and beside each attribute and block what the provider was recorded to do with it.
 *
 * It comes from a pack, from the few types that are built into Terraform, or is inferred from the
 * workspace (infer.h).
 */
#ifndef RUNNER_PLAN_RESTYPE_H
#define RUNNER_PLAN_RESTYPE_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/base/err.h"
#include "runner/plan/hcl/syntax.h"
#include "runner/plan/hcl/type.h"
#include "runner/plan/hcl/value.h"
#include "runner/plan/pack.h"

enum restype_nesting {
	RESTYPE_SINGLE,
	RESTYPE_GROUP,
	RESTYPE_LIST,
	RESTYPE_SET,
	RESTYPE_MAP,
};

/* What the provider plans for something that the configuration leaves out. */
enum restype_absent {
	RESTYPE_ABSENT_UNSAID,
	RESTYPE_ABSENT_UNKNOWN,
	RESTYPE_ABSENT_VALUE,
};

/* How the provider rewrites a text of the configuration before it plans it. */
enum restype_normal {
	RESTYPE_NORMAL_NONE,
	RESTYPE_NORMAL_UPPER,
	RESTYPE_NORMAL_LOWER,
	RESTYPE_NORMAL_JSON,	      /* compact, sorted keys, as Go writes it */
	RESTYPE_NORMAL_JSON_PLAIN,    /* the same without escapes for HTML */
	RESTYPE_NORMAL_VERSION_FIRST, /* the same with "Version" in front */
	RESTYPE_NORMAL_USER_DATA,     /* SHA-1 of the text, or of what it is the base64 of */
	RESTYPE_NORMAL_IP_PROTOCOL,
	RESTYPE_NORMAL_DOMAIN_NAME,
	RESTYPE_NORMAL_TRIM,
	RESTYPE_NORMAL_CONTAINERS, /* JSON with environment and secrets in the order of names */
};

struct restype_nested; /* the attributes of a nested attribute (protocol 6) */

struct restype_attr {
	const char *name;
	const struct type *type;
	const struct type *given; /* what a configuration may write for it; NULL: just that type */
	bool required, optional, computed, sensitive, write_only, deprecated;
	const struct restype_nested *nested;
	enum restype_absent absent;
	const struct value *absent_value;
	bool force_new;
	enum restype_normal normal;
	/* For list attributes that may be written as blocks: how members of their objects are
	 * rewritten, sorted by name. */
	const struct restype_attr *members;
	size_t member_count;
	const char *const *enums;
	size_t enum_count;
	bool enum_is_loose; /* it may be that of an attribute of this name in a block below */
	/* Values may differ from the enumeration in case; then they are planned as written, or that
	 * is not known. */
	bool ignore_case, case_kept;
	const char *range_min, *range_max; /* decimal integers, or NULL */
};

struct restype_block;

struct restype_nested {
	enum restype_nesting nesting;
	const struct restype_block *object; /* attributes only */
};

struct restype_block_type {
	const char *name;
	enum restype_nesting nesting;
	uint32_t min_items, max_items; /* 0: no limit */
	bool deprecated;
	bool force_new;
	bool absent_unknown;
	const struct restype_block *block;
	const struct type *type; /* of the value: list(object), … */
};

struct restype_block {
	const struct restype_attr *attrs; /* sorted by name */
	size_t attr_count;
	const struct restype_block_type *types; /* sorted by name */
	size_t type_count;
	const struct type *type;	    /* of the value: an object */
	bool has_sensitive, has_write_only; /* anywhere within */
	bool has_block_attrs;		    /* lists of objects that may be written as blocks */
	struct body_schema syntax;	    /* to read a body with */
};

/* Other facts about what is left out, where an attribute has a certain value. */
struct restype_when {
	const char *attribute, *value;
	const struct restype_attr *attrs; /* name, absent, absent_value */
	size_t attr_count;
};

/* A computed attribute that is unknown when cause changes; "": when anything does. */
struct restype_recomputed {
	const char *attribute, *cause;
};

struct restype {
	enum pack_kind kind;
	const char *name;
	uint64_t version;
	const struct restype_block *block;
	const struct restype_when *when;
	size_t when_count;
	const struct restype_recomputed *recomputed;
	size_t recomputed_count;
	bool legacy;   /* the provider sets legacy_type_system */
	bool inferred; /* from the workspace alone */
	bool derived;  /* from what others say of the provider, which was not asked itself */
	bool has_replace_facts; /* it was recorded which changes replace */
	struct sha256 digest;	/* of the pack's document; zero when there is none */
};

#define RESTYPE_DEPTH_MAX 48

/* Decodes a document of a pack; facts are left out unless wanted. */
FP_MUST_CHECK int restype_decode(struct arena *a, enum pack_kind kind, const char *name,
				 const struct pack_document *document, bool with_facts,
				 const struct restype **ret_type, struct err *e);

/* The types that Terraform has of its own: terraform_data, terraform_remote_state; or NULL. */
const struct restype *restype_builtin(struct arena *a, enum pack_kind kind, const char *name);

/* Sorts both arrays in place and keeps them; works out the type and what is within. */
const struct restype_block *restype_block_new(struct arena *a, struct restype_attr *attrs,
					      size_t attr_count, struct restype_block_type *types,
					      size_t type_count);
/* The type of the value of a block type, whose nesting and block are set. */
const struct type *restype_nested_type(struct arena *a, enum restype_nesting nesting,
				       const struct type *object);

const struct restype_attr *restype_attr(const struct restype_block *b, const char *name);
const struct restype_block_type *restype_block_type(const struct restype_block *b,
						    const char *name);

/* The places in v (a value of b's type) that the schema says are sensitive get the mark. */
const struct value *restype_mark_sensitive(struct arena *a, const struct restype_block *b,
					   const struct value *v);

#endif
