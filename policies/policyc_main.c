/*
 * Makes the C source of the built-in policies:  policyc FILE...
 *
 * A case that meets ten types of resources needs the conditions of some twenty policies, and
 * reading YAML costs more than judging.  So what names a policy is made here, once, and its
 * definition lies beside it as JSON, to be read where it is needed.
 */
#include <fcntl.h>
#include <stdio.h>

#include "policies/internal.h"
#include "runner/base/fd.h"

static void put_bytes(const char *name, size_t number, const char *bytes, size_t size)
{
	printf("static const char %s_%zu[] = {", name, number);
	for (size_t i = 0; i < size; i++)
		printf("%s%d,", i % 24 == 0 ? "\n\t" : "", bytes[i]);
	printf("0};\n");
}

static void put_string(const char *text)
{
	if (!text) {
		printf("NULL");
		return;
	}
	putchar('"');
	for (; *text; text++)
		printf("\\%03o", (unsigned char)*text);
	putchar('"');
}

static void put_strings(const char *name, size_t number, const struct policy_strings *s)
{
	printf("static const char *const %s_%zu[] = {", name, number);
	for (size_t i = 0; i < s->count; i++) {
		put_string(s->items[i]);
		printf(", ");
	}
	printf("NULL};\n");
}

static void put_controls(size_t number, const struct policy *p)
{
	printf("static const struct policy_control controls_%zu[] = {", number);
	for (size_t i = 0; i < p->control_count; i++) {
		const struct policy_control *c = &p->controls[i];
		const char *texts[] = {c->standard, c->version, c->id, c->source};

		printf("{");
		for (size_t k = 0; k < FP_ARRAY_SIZE(texts); k++) {
			put_string(texts[k]);
			printf(", ");
		}
		printf("}, ");
	}
	printf("{NULL, NULL, NULL, NULL}};\n");
}

static void json_text(struct buf *out, const char *text, size_t size)
{
	buf_addch(out, '"');
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\' || c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addch(out, text[i]);
	}
	buf_addch(out, '"');
}

/* In the order of the file, numbers as they are written. */
static void json_value(struct buf *out, const struct doc *d)
{
	static const char *const words[] = {"null", "true", "false"};
	bool object = d->kind == DOC_OBJECT;

	if (d->kind <= DOC_FALSE) {
		buf_addstr(out, words[d->kind]);
	} else if (d->kind == DOC_NUMBER) {
		buf_addstr(out, d->text);
	} else if (d->kind == DOC_STRING) {
		json_text(out, d->text, d->size);
	} else {
		buf_addch(out, object ? '{' : '[');
		for (const struct doc *m = d->first; m; m = m->next) {
			if (m != d->first)
				buf_addch(out, ',');
			if (object) {
				json_text(out, m->key, m->key_size);
				buf_addch(out, ':');
			}
			json_value(out, m);
		}
		buf_addch(out, object ? '}' : ']');
	}
}

static size_t tests_at(const char *text, size_t size)
{
	const char *at = strstr(text, "\ntests:");

	return at ? (size_t)(at - text) + 1 : size;
}

static void put_policy(size_t number, const char *text, size_t size, const struct policy *p,
		       const struct buf *definition)
{
	put_bytes("text", number, text, size);
	put_bytes("definition", number, definition->data, definition->size);
	put_strings("subjects", number, &p->subjects);
	put_strings("rules", number, &p->rules);
	put_controls(number, p);
	printf("static const struct policy policy_%zu = {\n\t.id = ", number);
	put_string(p->id);
	printf(",\n\t.name = ");
	put_string(p->name);
	printf(",\n\t.severity = ");
	put_string(p->severity);
	printf(",\n\t.category = ");
	put_string(p->category);
	printf(",\n\t.remediation = ");
	put_string(p->remediation);
	printf(",\n\t.subjects = {subjects_%zu, %zu},\n\t.rules = {rules_%zu, %zu},\n"
	       "\t.controls = controls_%zu,\n\t.control_count = %zu,\n\t.on_change = %d,\n"
	       "\t.compiled = definition_%zu,\n\t.compiled_size = %zu,\n\t.source = text_%zu,\n"
	       "\t.source_size = %zu,\n\t.digest = {{",
	       number, p->subjects.count, number, p->rules.count, number, p->control_count,
	       p->on_change, number, definition->size, number, tests_at(text, size));
	for (size_t i = 0; i < SHA256_BYTES; i++)
		printf("%d,", p->digest.bytes[i]);
	printf("}},\n};\n");
}

static int compile(size_t number, const char *path, struct err *e)
{
	FP_CLEANUP(arena_release) struct arena a = ARENA_INIT((size_t)64 << 20);
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(POLICY_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf definition = BUF_INIT(POLICY_MAX_BYTES * 6);
	const struct policy *p;
	const struct doc *root;

	if (fd_read_file(AT_FDCWD, path, true, &text, e) < 0 ||
	    policy_parse(path, buf_text(&text), text.size, &a, &p, e) < 0 ||
	    doc_read(path, buf_text(&text), text.size, &a, &root, e) < 0)
		return -1;
	json_value(&definition, doc_get(root, "definition"));
	if (buf_finish(&definition, path, e) < 0)
		return -1;
	put_policy(number, buf_text(&text), text.size, p, &definition);
	return 0;
}

static int put_row(size_t number, const char *path, struct err *e)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(POLICY_MAX_BYTES);
	const char *slash = strrchr(path, '/');

	if (fd_read_file(AT_FDCWD, path, true, &text, e) < 0)
		return -1;
	printf("\t{\"%s\", text_%zu, %zu, %zu, &policy_%zu},\n", slash ? slash + 1 : path, number,
	       text.size, tests_at(buf_text(&text), text.size), number);
	return 0;
}

int main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	int result = 0;

	printf("#include \"policies/policy.h\"\n");
	for (int i = 1; i < argc && result == 0; i++)
		result = compile((size_t)i, argv[i], &e);
	printf("const struct policy_builtin policy_builtins[] = {\n");
	for (int i = 1; i < argc && result == 0; i++)
		result = put_row((size_t)i, argv[i], &e);
	printf("};\nconst size_t policy_builtin_count = %d;\n", argc - 1);
	if (result < 0)
		(void)fprintf(stderr, "policyc: %s\n", e.text);
	return result < 0 || fflush(stdout) != 0;
}
