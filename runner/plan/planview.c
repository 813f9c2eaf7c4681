#include "runner/plan/planview.h"

#include <string.h>

#include "runner/base/json.h"
#include "runner/plan/lock.h"
#include "runner/plan/planwrite.h"
#include "runner/plan/viewparts.h"

static void write_variables(struct view *v, const struct config_module *m)
{
	const struct module_instances *instances = &v->walk->modules[m->number];

	for (size_t i = 0; i < m->variables.count; i++) {
		const struct config_variable *var = &m->variables.list[i];
		const struct value *value =
			instances->count == 1 ? instances->list[0]->variables[i] : NULL;

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", var->name);
		planwrite_member(v->out, "module", m->address);
		viewtext_put_place(v->out, var->block->range);
		planwrite_member(v->out, "type", type_expression(v->walk->arena, var->type));
		viewtext_put_bool(v->out, "sensitive", var->sensitive);
		viewtext_put_bool(v->out, "has_default", var->default_value != NULL);
		viewtext_put_count(v->out, "validations", var->validations.count);
		if (var->default_value) {
			planwrite_key(v->out, "default");
			planwrite_known(v->out, var->default_value);
		}
		if (value && value_wholly_known(value)) {
			planwrite_key(v->out, "value");
			planwrite_known(v->out, value);
		}
		buf_addch(v->out, '}');
	}
}

static void write_calls(struct view *v, const struct config_module *m)
{
	for (size_t i = 0; i < m->calls.count; i++) {
		const struct config_call *call = &m->calls.list[i];

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "address",
				 arena_printf(v->walk->arena, "%s%smodule.%s", m->address,
					      *m->address ? "." : "", call->name));
		viewtext_put_optional(v->out, "source", call->source);
		viewtext_put_optional(v->out, "version", call->version);
		viewtext_put_place(v->out, call->block->range);
		viewtext_put_optional(v->out, "repeat",
				      call->count      ? "count"
				      : call->for_each ? "for_each"
						       : NULL);
		buf_addch(v->out, '}');
	}
}

/* What the arguments come to, as far as that is known and no secret. */
static void write_provider_values(struct view *v, const struct config_module *m, size_t index)
{
	const struct module_instances *instances =
		v->walk->modules ? &v->walk->modules[m->number] : NULL;
	const struct provider_instance *p =
		instances && instances->count == 1 ? instances->list[0]->providers[index] : NULL;
	const struct value *config = p ? p->config : NULL;

	if (!config || !value_is_iterable(config))
		return;
	planwrite_key(v->out, "values");
	buf_addch(v->out, '{');
	for (size_t i = 0; i < config->count; i++) {
		const struct value *one = config->items[i];

		if (one->state == VALUE_NULL || !value_wholly_known(one) || value_marks_deep(one))
			continue;
		planwrite_key(v->out, value_key(config, i));
		planwrite_known(v->out, one);
	}
	buf_addch(v->out, '}');
}

static void write_providers(struct view *v, const struct config_module *m)
{
	for (size_t i = 0; i < m->providers.count; i++) {
		const struct config_provider *p = &m->providers.list[i];

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", p->name);
		viewtext_put_optional(v->out, "alias", p->alias);
		planwrite_member(v->out, "address",
				 config_provider_address(v->walk->arena, m, p->name));
		planwrite_member(v->out, "module", m->address);
		viewtext_put_place(v->out, p->block->range);
		viewtext_write_config(v, p->body);
		write_provider_values(v, m, i);
		buf_addch(v->out, '}');
	}
}

static void write_backend(struct view *v, const struct config_module *m)
{
	const struct block *b = m->backend;

	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "type", b->label_count > 0 ? b->labels[0] : b->type);
	viewtext_put_place(v->out, b->range);
	viewtext_write_config(v, b->body);
	buf_addch(v->out, '}');
}

/* Where the state is kept, if the root module says so. */
static void write_backends(struct view *v)
{
	const struct config_module *root = v->walk->config.modules.list[0];

	if (!root->backend)
		return;
	planwrite_key(v->out, "backends");
	buf_addch(v->out, '[');
	write_backend(v, root);
	buf_addch(v->out, ']');
}

static void write_lock(struct view *v, const struct block *b)
{
	planwrite_comma(v->out);
	buf_addch(v->out, '{');
	planwrite_member(v->out, "provider", b->labels[0]);
	viewtext_put_place(v->out, b->range);
	viewtext_write_config(v, b->body);
	buf_addch(v->out, '}');
}

static void write_locks(struct view *v)
{
	const struct content *lock = lock_read(&v->walk->config);

	if (!lock)
		return;
	planwrite_key(v->out, "locks");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < lock->block_count; i++)
		write_lock(v, lock->blocks[i]);
	buf_addch(v->out, ']');
}

static void write_required(struct view *v, const struct config_module *m)
{
	for (size_t i = 0; i < m->required_providers.count; i++) {
		const struct config_required_provider *p = &m->required_providers.list[i];

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", p->name);
		planwrite_member(v->out, "source", p->source);
		viewtext_put_optional(v->out, "version", p->version);
		planwrite_member(v->out, "module", m->address);
		viewtext_put_place(v->out, p->range);
		buf_addch(v->out, '}');
	}
}

static void write_outputs(struct view *v, const struct config_module *m)
{
	const struct module_instances *instances = &v->walk->modules[m->number];

	for (size_t i = 0; i < m->outputs.count; i++) {
		const struct config_output *o = &m->outputs.list[i];
		const struct value *value =
			instances->count == 1 ? instances->list[0]->outputs[i] : NULL;

		planwrite_comma(v->out);
		buf_addch(v->out, '{');
		planwrite_member(v->out, "name", o->name);
		planwrite_member(v->out, "module", m->address);
		viewtext_put_place(v->out, o->block->range);
		viewtext_put_bool(v->out, "sensitive", o->sensitive);
		if (value && value_wholly_known(value)) {
			planwrite_key(v->out, "value");
			planwrite_known(v->out, value);
		}
		buf_addch(v->out, '}');
	}
}

static void write_per_module(struct view *v, const char *key,
			     void (*write)(struct view *v, const struct config_module *m))
{
	planwrite_key(v->out, key);
	buf_addch(v->out, '[');
	for (size_t i = 0; i < v->walk->config.modules.count; i++)
		write(v, v->walk->config.modules.list[i]);
	buf_addch(v->out, ']');
}

static void write_files(struct view *v)
{
	planwrite_key(v->out, "files");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < v->walk->config.files.count; i++) {
		planwrite_comma(v->out);
		planwrite_string(v->out, v->walk->config.files.list[i]->name);
		viewtext_read_comments(v, v->walk->config.files.list[i]);
	}
	buf_addch(v->out, ']');
}

/* The account that the case says is its own, or the one that was made up for it. */
static void write_account(struct view *v)
{
	const struct request *q = v->walk->request;
	const char *stated =
		json_text_of(json_object_get(q->mock_data, "aws_caller_identity"), "account_id");

	if (!*stated && !q->account_made_up)
		stated = q->account_id;
	if (*stated)
		planwrite_member(v->out, "account", stated);
	else
		planwrite_member(v->out, "mocked_account", q->account_id);
}

/* What functions asked for in vain, if they did. */
static void write_absent(struct view *v)
{
	const struct eval_absent *absent = &v->walk->absent;
	const struct config *c = &v->walk->config;

	if (absent->count == 0)
		return;
	planwrite_key(v->out, "absent");
	buf_addch(v->out, '[');
	for (size_t i = 0; i < absent->count; i++) {
		const char *path = config_join(c->arena, c->root, absent->paths[i]);

		planwrite_comma(v->out);
		planwrite_string(v->out, path ? path : absent->paths[i]);
	}
	buf_addch(v->out, ']');
}

/* The name of the Terraform workspace, if something depends on it. */
static void write_workspace(struct view *v)
{
	if (v->walk->asked_workspace)
		planwrite_member(v->out, "workspace", v->walk->request->workspace);
}

void planview_write(struct walk *w, struct buf *out)
{
	struct view v = {.walk = w, .out = out};

	buf_addch(out, '{');
	planwrite_member(out, "format", PLANVIEW_FORMAT);
	planwrite_member(out, "dialect", "terraform");
	write_account(&v);
	write_files(&v);
	write_absent(&v);
	write_workspace(&v);
	write_per_module(&v, "variables", write_variables);
	viewblocks_write(&v);
	viewinstances_write(&v);
	write_per_module(&v, "modules", write_calls);
	write_per_module(&v, "providers", write_providers);
	write_per_module(&v, "required_providers", write_required);
	write_backends(&v);
	write_locks(&v);
	write_per_module(&v, "outputs", write_outputs);
	planwrite_key(out, "comments");
	buf_addch(out, '[');
	for (size_t i = 0; i < v.comments.count; i++)
		viewtext_write_comment(out, &v.comments.list[i], true);
	buf_addstr(out, "]}");
}

void planview_write_static(struct walk *w, struct buf *out)
{
	struct view v = {.walk = w, .out = out};

	buf_addch(out, '{');
	planwrite_member(out, "format", PLANVIEW_FORMAT);
	planwrite_member(out, "dialect", "terraform");
	viewtext_put_bool(out, "planned", false);
	write_files(&v);
	viewblocks_write(&v);
	viewinstances_write_static(&v);
	write_per_module(&v, "modules", write_calls);
	write_per_module(&v, "providers", write_providers);
	write_per_module(&v, "required_providers", write_required);
	write_backends(&v);
	write_locks(&v);
	buf_addstr(out, ",\"references\":[],\"variables\":[],\"outputs\":[],\"comments\":[");
	for (size_t i = 0; i < v.comments.count; i++)
		viewtext_write_comment(out, &v.comments.list[i], true);
	buf_addstr(out, "]}");
}
