#include "runner/plan/tf/tfproviders.h"

#include <string.h>

static const char builtin[] = "terraform.io/builtin/terraform";

struct addresses {
	const char *list[MOCKSERVE_PROVIDERS_MAX];
	size_t count;
	bool over;
};

static void add_address(struct addresses *all, const char *address)
{
	if (strcmp(address, builtin) == 0)
		return;
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i], address) == 0)
			return;
	if (all->count == MOCKSERVE_PROVIDERS_MAX)
		all->over = true;
	else
		all->list[all->count++] = address;
}

/* Terraform says itself what is wrong with a type; the walk's own words about it are dropped. */
static void use_type(struct walk *w, struct addresses *all, const char *address,
		     enum pack_kind kind, const char *name)
{
	struct diag_mark mark = diag_mark(w->diags);

	add_address(all, address);
	if (strcmp(address, builtin) != 0)
		(void)walk_type(w, address, kind, name, (struct range){.source = NULL});
	diag_rewind(w->diags, mark);
}

static void add_resource(struct walk *w, struct addresses *all, const struct config_module *m,
			 const struct config_resource *r)
{
	const char *name = r->provider.name
				   ? r->provider.name
				   : arena_strndup(w->arena, r->type, strcspn(r->type, "_"));

	use_type(w, all, config_provider_address(w->arena, m, name),
		 r->mode == CONFIG_MANAGED ? PACK_RESOURCE
		 : r->mode == CONFIG_DATA  ? PACK_DATA
					   : PACK_EPHEMERAL,
		 r->type);
}

static void add_module(struct walk *w, struct addresses *all, const struct config_module *m)
{
	for (size_t i = 0; i < m->required_providers.count; i++)
		add_address(all, m->required_providers.list[i].source);
	for (size_t i = 0; i < m->providers.count; i++)
		add_address(all, config_provider_address(w->arena, m, m->providers.list[i].name));
	for (size_t i = 0; i < m->resources.count; i++)
		add_resource(w, all, m, &m->resources.list[i]);
}

/* provider["registry.terraform.io/hashicorp/aws"].alias, perhaps with a module before it */
static const char *address_in(struct walk *w, const char *text)
{
	const char *open = strstr(text, "provider[\""), *close;

	if (!open)
		return NULL;
	open += strlen("provider[\"");
	close = strchr(open, '"');
	return close ? arena_strndup(w->arena, open, (size_t)(close - open)) : NULL;
}

static void add_state(struct walk *w, struct addresses *all, const struct doc *state)
{
	const struct doc *resources = doc_get(state, "resources");

	for (const struct doc *m = resources ? resources->first : NULL; m; m = m->next) {
		const struct doc *provider = doc_get(m, "provider"), *type = doc_get(m, "type");
		const struct doc *mode = doc_get(m, "mode");
		const char *address = provider && provider->kind == DOC_STRING
					      ? address_in(w, provider->text)
					      : NULL;
		bool data = mode && mode->kind == DOC_STRING && strcmp(mode->text, "data") == 0;

		if (address && type && type->kind == DOC_STRING)
			use_type(w, all, address, data ? PACK_DATA : PACK_RESOURCE, type->text);
	}
}

static bool is_named(const struct content *guess, const char *name)
{
	for (size_t i = 0; i < guess->attr_count; i++)
		if (strcmp(guess->attrs[i]->name, name) == 0)
			return true;
	for (size_t i = 0; i < guess->block_count; i++) {
		const struct block *b = guess->blocks[i];

		if (strcmp(b->type, name) == 0 ||
		    (strcmp(b->type, "dynamic") == 0 && b->label_count == 1 &&
		     strcmp(b->labels[0], name) == 0))
			return true;
	}
	return false;
}

/* Whether any configuration of the provider names that argument or block. */
static bool is_written(struct walk *w, const char *address, const char *name)
{
	for (size_t i = 0; i < w->config.modules.count; i++) {
		const struct config_module *m = w->config.modules.list[i];

		for (size_t k = 0; k < m->providers.count; k++) {
			struct content guess;

			if (strcmp(config_provider_address(w->arena, m, m->providers.list[k].name),
				   address) != 0)
				continue;
			guess = syntax_guess(w->arena, m->providers.list[k].body);
			if (is_named(&guess, name))
				return true;
		}
	}
	return false;
}

/*
 * A provider's configuration without what nobody writes: it is in no plan, and the hundreds of
 * endpoints that some have cost Terraform more than a resource does.
 */
static const struct restype *written_part(struct walk *w, const char *address,
					  const struct restype *type)
{
	const struct restype_block *b = type->block;
	struct restype_attr *attrs = arena_array(w->arena, b->attr_count + 1, sizeof(*attrs));
	struct restype_block_type *types = arena_array(w->arena, b->type_count + 1, sizeof(*types));
	struct restype *part = arena_memdup(w->arena, type, sizeof(*part));
	size_t attr_count = 0, type_count = 0;

	for (size_t i = 0; i < b->attr_count; i++)
		if (b->attrs[i].required || is_written(w, address, b->attrs[i].name))
			attrs[attr_count++] = b->attrs[i];
	for (size_t i = 0; i < b->type_count; i++)
		if (b->types[i].min_items > 0 || is_written(w, address, b->types[i].name))
			types[type_count++] = b->types[i];
	part->block = restype_block_new(w->arena, attrs, attr_count, types, type_count);
	return part;
}

/* The types that a provider serves are those of the walk, but for its own configuration. */
static struct mockprov *make_provider(struct walk *w, const char *address)
{
	struct type_use *uses = arena_array(w->arena, w->types.count + 1, sizeof(*uses));

	for (size_t i = 0; i < w->types.count; i++) {
		uses[i] = w->types.list[i];
		if (uses[i].kind == PACK_PROVIDER && uses[i].type &&
		    strcmp(uses[i].provider, address) == 0)
			uses[i].type = written_part(w, address, uses[i].type);
	}
	return mockprov_new(w->arena, address, w->request, uses, w->types.count);
}

int tfproviders_collect(struct walk *w, const struct doc *state, struct tfproviders *ret_providers,
			struct err *e)
{
	struct tfproviders out = {.count = 0};
	struct addresses all = {.count = 0};

	for (size_t i = 0; i < w->config.modules.count; i++)
		add_module(w, &all, w->config.modules.list[i]);
	if (state)
		add_state(w, &all, state);
	if (all.over)
		return err_set(e, ERR_LIMIT, "the workspace needs more than %d providers",
			       MOCKSERVE_PROVIDERS_MAX);
	for (size_t i = 0; i < all.count; i++)
		use_type(w, &all, all.list[i], PACK_PROVIDER, "");
	for (size_t i = 0; i < all.count; i++)
		out.list[out.count++] = make_provider(w, all.list[i]);
	*ret_providers = out;
	return 0;
}
