/*
 * The syntax tree of Terraform's language, from the native syntax and from JSON.
 *
 * Expressions are the same struct whichever syntax they come from.  A body is different: in JSON it
 * cannot be told an attribute from a block without knowing what is expected, so bodies are read by
 * asking: syntax_content() with a schema, or syntax_attributes() where every name is an attribute.
 * The parser goes on after an error, so that one run tells many.
 */
#ifndef RUNNER_PLAN_HCL_SYNTAX_H
#define RUNNER_PLAN_HCL_SYNTAX_H

#include "runner/base/arena.h"
#include "runner/base/base.h"
#include "runner/plan/hcl/diag.h"
#include "runner/plan/hcl/value.h"

/* How deep expressions, templates and blocks may be nested in each other. */
#define SYNTAX_DEPTH_MAX 200
#define SYNTAX_FILE_BYTES_MAX (16u * 1024 * 1024)

/* --- expressions ---------------------------------------------------------------------------- */

enum step_kind {
	STEP_ATTR,  /* .name */
	STEP_INDEX, /* ["key"], [0], .0 */
};

struct step {
	enum step_kind kind;
	const char *name;	 /* STEP_ATTR */
	const struct value *key; /* STEP_INDEX: a literal of any type */
	struct range range;
};

struct traversal {
	const char *root; /* NULL: relative */
	struct range root_range;
	const struct step *steps;
	size_t count;
	struct range range; /* of all of it */
};

enum expr_kind {
	EXPR_LITERAL,	    /* number, bool, null, or a piece of text in a template */
	EXPR_TEMPLATE,	    /* the parts joined to a string */
	EXPR_TEMPLATE_WRAP, /* "${x}": x as it is */
	EXPR_TEMPLATE_JOIN, /* %{for}: a tuple of strings joined */
	EXPR_TRAVERSAL,	    /* a.b[0] */
	EXPR_RELATIVE,	    /* f(x).b[0] */
	EXPR_INDEX,	    /* a[x] */
	EXPR_SPLAT,	    /* a[*].b, a.*.b */
	EXPR_SPLAT_ITEM,    /* the element that a splat stands at */
	EXPR_CALL,
	EXPR_CONDITIONAL,
	EXPR_BINARY,
	EXPR_UNARY,
	EXPR_TUPLE,
	EXPR_OBJECT,
	EXPR_FOR,
	EXPR_PARENTHESES,
	EXPR_INVALID, /* a syntax error was reported here */
};

enum operator{
	OPERATOR_OR,
	OPERATOR_AND,
	OPERATOR_EQUAL,
	OPERATOR_NOT_EQUAL,
	OPERATOR_GREATER,
	OPERATOR_GREATER_EQUAL,
	OPERATOR_LESS,
	OPERATOR_LESS_EQUAL,
	OPERATOR_ADD,
	OPERATOR_SUBTRACT,
	OPERATOR_MULTIPLY,
	OPERATOR_DIVIDE,
	OPERATOR_MODULO,
	OPERATOR_NEGATE,
	OPERATOR_NOT,
};

struct expr;

struct expr_item {
	const struct expr *key, *value;
	bool key_is_name; /* a bare identifier: its name, not a reference */
};

/* The text of a string in JSON: read as a template, or whole as an expression where one is due. */
struct json_string {
	const char *text; /* without its escapes */
	size_t size;
};

struct expr {
	enum expr_kind kind;
	bool json; /* from JSON syntax */
	struct range range;
	const struct json_string *json_string; /* of a string in JSON, whatever kind it became */
	union {
		const struct value *literal;
		struct {
			const struct diag *errors; /* of a string in JSON: told when evaluated */
			size_t count;
		} invalid;
		struct {
			const struct expr *const *parts;
			size_t count;
		} list;			  /* EXPR_TEMPLATE, EXPR_TUPLE */
		const struct expr *inner; /* EXPR_TEMPLATE_WRAP, _JOIN, EXPR_PARENTHESES */
		struct traversal traversal;
		struct {
			const struct expr *source;
			struct traversal steps;
		} relative;
		struct {
			const struct expr *collection, *key;
			struct range bracket;
		} index;
		struct {
			const struct expr *source, *each;
			struct range marker;
			bool attrs_only; /* the .* form */
		} splat;
		struct {
			const char *name; /* as "provider::terraform::encode_expr" */
			const struct expr *const *args;
			size_t count;
			bool expand_last; /* f(x...) */
			struct range name_range, close;
		} call;
		struct {
			const struct expr *condition, *yes, *no;
		} conditional;
		struct {
			enum operator op;
			const struct expr *left, *right; /* right is NULL when unary */
			struct range symbol;
		} operation;
		struct {
			const struct expr_item *items;
			size_t count;
		} object;
		struct {
			const char *key_name, *value_name; /* key_name may be NULL */
			const struct expr *collection, *key, *value,
				*condition; /* key: for objects */
			bool object, group;
		} loop;
	};
};

/* --- bodies ------------------------------------------------------------------------------------
 */

struct attribute {
	const char *name;
	const struct expr *expr;
	struct range range, name_range;
};

struct body;

struct block {
	const char *type;
	const char *const *labels;
	const struct range *label_ranges;
	size_t label_count;
	const struct body *body;
	struct range range; /* of the header: type and labels */
	struct range type_range;
	struct range whole; /* from the type to the closing brace */
};

struct body_native {
	const struct attribute *attrs; /* in the order of the text, names unique */
	size_t attr_count;
	const struct block *blocks;
	size_t block_count;
};

struct json_node; /* jsontext.h */

struct body {
	const struct body_native *native; /* NULL: from JSON */
	const struct json_node *json;	  /* an object, or an array of objects */
	/* Both or neither: arguments and blocks of over stand for those of base, of any syntax. */
	const struct body *base, *over;
	/* Names that were taken by an earlier syntax_content() with a rest. */
	const char *const *hidden;
	size_t hidden_count;
	struct range range;   /* of all of it */
	struct range missing; /* where to point for what is missing: the end */
};

/*
 * Parses one file.  The body holds what could be understood, whatever diags says; it is never NULL.
 * The text of the source must outlive the arena's use.
 */
const struct body *syntax_parse_native(struct arena *a, const struct source *s, struct diags *d);
const struct body *syntax_parse_json(struct arena *a, const struct source *s, struct diags *d);
/* By the name: JSON if it ends in ".json". */
const struct body *syntax_parse(struct arena *a, const struct source *s, struct diags *d);

/* One expression, or one template (as of templatefile()), that is the whole source. */
const struct expr *syntax_parse_expr(struct arena *a, const struct source *s, struct diags *d);
const struct expr *syntax_parse_template(struct arena *a, const struct source *s, struct diags *d);
/* A traversal alone, as "aws_instance.a[0]"; false after an error. */
bool syntax_parse_traversal(struct arena *a, const struct source *s,
			    struct traversal *ret_traversal, struct diags *d);

/* --- reading bodies -------------------------------------------------------------------------- */

struct schema_attr {
	const char *name;
	bool required;
};

struct schema_block {
	const char *type;
	const char *const *labels; /* their names, for messages: {"type", "name"} */
	size_t label_count;
};

struct body_schema {
	const struct schema_attr *attrs;
	size_t attr_count;
	const struct schema_block *blocks;
	size_t block_count;
};

struct content {
	const struct attribute *const *attrs; /* those that are there, in the order of the text */
	size_t attr_count;
	const struct block *const *blocks; /* in the order of the text */
	size_t block_count;
};

/* Everything in body must be in the schema; what is not is an error, as is what is missing. */
struct content syntax_content(struct arena *a, const struct body *body,
			      const struct body_schema *schema, struct diags *d);
/* What is not in the schema is left for *ret_rest, which is a body again. */
struct content syntax_content_partial(struct arena *a, const struct body *body,
				      const struct body_schema *schema,
				      const struct body **ret_rest, struct diags *d);
/* A body that is base, but for the arguments and the types of blocks that over has. */
const struct body *syntax_override(struct arena *a, const struct body *base,
				   const struct body *over);
/* Blocks whose arguments are overridden one by one. */
bool syntax_overrides_within(const char *type);
/* Every name is an attribute; blocks are errors. */
struct content syntax_attributes(struct arena *a, const struct body *body, struct diags *d);

/*
 * All names that a body has without knowing a schema: for native bodies which are attributes and
 * which blocks; for JSON the type is a guess from the shape (objects and arrays of objects:
 * blocks).
 */
struct content syntax_guess(struct arena *a, const struct body *body);

const struct attribute *syntax_find(const struct content *c, const char *name);

/* --- static readings of expressions --------------------------------------------------------- */

/* The traversal that e is, as "aws_instance.a" in depends_on; in JSON the text of a string is one.
 */
bool syntax_as_traversal(struct arena *a, const struct expr *e, struct traversal *ret_traversal,
			 struct diags *d);
/* The bare word that e is, or NULL without a diagnostic; in JSON the text of a string. */
const char *syntax_as_keyword(const struct expr *e);
/* The elements of a tuple constructor; false with a diagnostic when it is none. */
bool syntax_as_list(const struct expr *e, const struct expr *const **ret_items, size_t *ret_count,
		    struct diags *d);
/* The items of an object constructor. */
bool syntax_as_map(const struct expr *e, const struct expr_item **ret_items, size_t *ret_count,
		   struct diags *d);
/* The text of a string literal without sequences, in JSON of any string; or NULL. */
const char *syntax_as_string(const struct expr *e);
/* In JSON: the text of a string as an expression, as of type = "list(string)".  Else e itself. */
const struct expr *syntax_as_expr(struct arena *a, const struct expr *e, struct diags *d);

/* A traversal as it is written: aws_instance.a["x"].id */
const char *syntax_traversal_text(struct arena *a, const struct traversal *t);
bool syntax_is_identifier(const char *text, size_t size);

#endif
