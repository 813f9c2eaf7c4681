/*
 * What a provider does between a configuration and a plan, and between a plan and a state, worked
 * out from the type's schema and recorded facts.  All values are without marks.
 */
#ifndef RUNNER_PLAN_PROVIDE_H
#define RUNNER_PLAN_PROVIDE_H

#include "runner/plan/walk.h"

/*
 * Terraform's own part: the configuration with computed values of prior filled in where it says
 * nothing.  prior is NULL at creation.
 */
const struct value *provide_proposed(struct arena *a, const struct restype_block *b,
				     const struct value *prior, const struct value *config);

/* The provider's part: the planned value.  prior is NULL at creation. */
const struct value *provide_planned(struct walk *w, const struct resource_instance *r,
				    const struct value *prior, const struct value *proposed);

/* The paths whose change from prior to planned replaces the object. */
void provide_replacements(struct walk *w, struct resource_instance *r, const struct value *prior,
			  const struct value *planned);

/* As planned when a data source is read only while applying: computed values are unknown. */
const struct value *provide_unread(struct arena *a, const struct restype_block *b,
				   const struct value *config);

/* config with what ignore_changes names taken from prior. */
const struct value *provide_ignore(struct arena *a, const struct config_resource *cfg,
				   const struct value *prior, const struct value *config);

/* v with the attribute of that name replaced. */
const struct value *provide_with(struct arena *a, const struct value *v, const char *name,
				 const struct value *item);

/* An object of the schema's type from its members in the order of the type. */
const struct value *provide_object(struct arena *a, const struct value *like,
				   const struct value **items);
/* A collection of the same kind as like with other elements. */
const struct value *provide_collection(struct arena *a, const struct value *like,
				       const struct value **items, size_t count);

/* The member of an object; NULL where there is none, or no object is known. */
const struct value *provide_member(const struct value *v, const char *name);
/* Whether it is known and holds something. */
bool provide_has_items(const struct value *v);
bool provide_is_terraform_data(const struct resource_instance *r);

#endif
