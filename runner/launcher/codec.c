#include "runner/launcher/codec.h"

#define COUNT_MAX 100000

static void code_bytes(struct codec *c, void *bytes, size_t size)
{
	if (c->out) {
		buf_add(c->out, bytes, size);
		return;
	}
	if (c->bad || size > c->left) {
		c->bad = true;
		memset(bytes, 0, size);
		return;
	}
	memcpy(bytes, c->in, size);
	c->in += size;
	c->left -= size;
}

static void code_u64(struct codec *c, uint64_t *value)
{
	code_bytes(c, value, sizeof(*value));
}

static void code_u32(struct codec *c, uint32_t *value)
{
	code_bytes(c, value, sizeof(*value));
}

static void code_int(struct codec *c, int *value)
{
	code_bytes(c, value, sizeof(*value));
}

static void code_bool(struct codec *c, bool *value)
{
	uint8_t byte = *value;

	code_bytes(c, &byte, sizeof(byte));
	*value = byte != 0;
}

/* An enum whose last value is max; the pointer is to any enum, all of which are unsigned ints. */
static void code_enum(struct codec *c, void *value, uint32_t max)
{
	uint32_t word = 0;

	memcpy(&word, value, sizeof(word));
	code_u32(c, &word);
	if (word > max) {
		c->bad = true;
		word = 0;
	}
	memcpy(value, &word, sizeof(word));
}

static void code_size(struct codec *c, size_t *value, size_t max)
{
	uint64_t wide = *value;

	code_u64(c, &wide);
	if (!c->out && wide > max) {
		c->bad = true;
		wide = 0;
	}
	*value = (size_t)wide;
}

/* NULL travels as such. */
static void code_text(struct codec *c, const char **text)
{
	size_t size = c->out && *text ? strlen(*text) : 0;
	bool there = c->out && *text;
	char *copy;

	code_bool(c, &there);
	if (!there) {
		*text = NULL;
		return;
	}
	code_size(c, &size, c->left);
	if (c->out) {
		buf_add(c->out, *text, size);
		return;
	}
	copy = arena_alloc(c->a, size + 1);
	code_bytes(c, copy, size);
	*text = copy;
}

static void code_texts(struct codec *c, const char *const **list)
{
	size_t count = 0;
	const char **copy;

	while (c->out && *list && (*list)[count])
		count++;
	code_size(c, &count, COUNT_MAX);
	if (c->out) {
		for (size_t i = 0; i < count; i++) {
			const char *text = (*list)[i];

			code_text(c, &text);
		}
		return;
	}
	copy = arena_array(c->a, count + 1, sizeof(*copy));
	for (size_t i = 0; i < count && !c->bad; i++) {
		code_text(c, &copy[i]);
		c->bad |= !copy[i];
	}
	*list = copy;
}

/* A descriptor is its place among those that travel with the bytes, counted from 1; 0 is none. */
static void code_fd(struct codec *c, int *fd)
{
	uint32_t place = 0;

	if (c->out && *fd >= 0) {
		if (c->fd_count == CODEC_FDS_MAX) {
			c->bad = true;
			return;
		}
		c->fds[c->fd_count++] = *fd;
		place = (uint32_t)c->fd_count;
	}
	code_u32(c, &place);
	if (c->out)
		return;
	if (place > c->fd_count)
		c->bad = true;
	*fd = place == 0 || c->bad ? -1 : c->fds[place - 1];
}

/*
 * Room for a list that is being read, or the list that is being written.  The element's function
 * then goes over it.
 */
static void *code_list(struct codec *c, const void *list, size_t *count, size_t max, size_t size)
{
	code_size(c, count, max);
	if (c->out)
		return (void *)(uintptr_t)list;
	return *count > 0 ? arena_array(c->a, *count, size) : NULL;
}

static void code_fds(struct codec *c, struct sandbox_spec *spec)
{
	struct sandbox_fd *list =
		code_list(c, spec->fds, &spec->fd_count, SANDBOX_FDS_MAX, sizeof(*list));

	for (size_t i = 0; i < spec->fd_count; i++) {
		struct sandbox_fd one = list[i];

		code_fd(c, &one.fd);
		code_int(c, &one.child);
		if (!c->out)
			list[i] = one;
	}
	spec->fds = list;
}

static void code_binds(struct codec *c, struct sandbox_spec *spec)
{
	struct sandbox_bind *list =
		code_list(c, spec->binds, &spec->bind_count, SANDBOX_BINDS_MAX, sizeof(*list));

	for (size_t i = 0; i < spec->bind_count; i++) {
		struct sandbox_bind one = list[i];

		if (c->out && one.host)
			one.fd = -1;
		code_text(c, &one.host);
		code_fd(c, &one.fd);
		code_text(c, &one.inside);
		if (!c->out)
			list[i] = one;
		c->bad |= !one.inside;
	}
	spec->binds = list;
}

static void code_limits(struct codec *c, struct sandbox_limits *l)
{
	uint64_t *values[] = {&l->wall_ms,	   &l->cpu_ms,		 &l->memory_bytes,
			      &l->processes,	   &l->descriptors,	 &l->file_size_bytes,
			      &l->workspace_bytes, &l->workspace_inodes, &l->output_bytes};

	for (size_t i = 0; i < FP_ARRAY_SIZE(values); i++)
		code_u64(c, values[i]);
}

static void code_variation(struct codec *c, struct sandbox_variation *v)
{
	const char **texts[] = {&v->host_name, &v->domain_name, &v->user_name, &v->home,
				&v->tmpdir,    &v->workspace,	&v->timezone,  &v->locale};

	for (size_t i = 0; i < FP_ARRAY_SIZE(texts); i++)
		code_text(c, texts[i]);
	code_u32(c, &v->uid);
	code_u32(c, &v->gid);
	code_u32(c, &v->umask_bits);
	code_texts(c, &v->env);
	code_enum(c, &v->order, SANDBOX_ORDER_REVERSED);
	code_u32(c, &v->cpus);
	code_enum(c, &v->clock, SANDBOX_CLOCK_FIXED);
	code_bytes(c, &v->clock_ns, sizeof(v->clock_ns));
	code_enum(c, &v->random, SANDBOX_RANDOM_SEEDED);
	code_u64(c, &v->random_seed);
	code_bool(c, &v->fixed_layout);
}

void codec_spec(struct codec *c, struct sandbox_spec *spec)
{
	code_texts(c, &spec->argv);
	code_fd(c, &spec->exec_fd);
	code_texts(c, &spec->env);
	code_text(c, &spec->directory);
	code_fd(c, &spec->stdin_fd);
	code_fd(c, &spec->stdout_fd);
	code_fd(c, &spec->stderr_fd);
	code_fds(c, spec);
	code_fd(c, &spec->workspace_in);
	code_fd(c, &spec->workspace_out);
	code_enum(c, &spec->image, SANDBOX_IMAGE_ROOTFS);
	code_text(c, &spec->image_path);
	code_fd(c, &spec->image_fd);
	code_binds(c, spec);
	code_enum(c, &spec->profile, SANDBOX_TERRAFORM);
	code_enum(c, &spec->layers.landlock, SANDBOX_OMIT);
	code_enum(c, &spec->layers.cgroup, SANDBOX_OMIT);
	code_limits(c, &spec->limits);
	code_variation(c, &spec->variation);
}

static void code_programs(struct codec *c, struct sandbox_result *r)
{
	struct sandbox_program *list =
		code_list(c, r->programs, &r->program_count, SANDBOX_PROGRAMS_MAX, sizeof(*list));

	for (size_t i = 0; i < r->program_count; i++) {
		struct sandbox_program one = list[i];

		code_text(c, &one.path);
		code_bytes(c, one.digest.bytes, sizeof(one.digest.bytes));
		code_u64(c, &one.count);
		if (!c->out)
			list[i] = one;
		c->bad |= !one.path;
	}
	r->programs = list;
}

static void code_refusals(struct codec *c, struct sandbox_result *r)
{
	struct sandbox_refusal *list =
		code_list(c, r->refusals, &r->refusal_count, SANDBOX_REFUSALS_MAX, sizeof(*list));

	for (size_t i = 0; i < r->refusal_count; i++) {
		struct sandbox_refusal one = list[i];

		code_text(c, &one.call);
		code_text(c, &one.arguments);
		code_text(c, &one.program);
		code_text(c, &one.answer);
		code_u64(c, &one.count);
		code_bool(c, &one.loud);
		if (!c->out)
			list[i] = one;
		c->bad |= !one.call || !one.arguments || !one.program || !one.answer;
	}
	r->refusals = list;
}

static void code_dropped(struct codec *c, struct sandbox_result *r)
{
	struct sandbox_dropped *list =
		code_list(c, r->dropped, &r->dropped_count, SANDBOX_DROPPED_MAX, sizeof(*list));

	for (size_t i = 0; i < r->dropped_count; i++) {
		struct sandbox_dropped one = list[i];

		code_text(c, &one.path);
		code_text(c, &one.reason);
		if (!c->out)
			list[i] = one;
		c->bad |= !one.path || !one.reason;
	}
	r->dropped = list;
}

static void code_layers(struct codec *c, struct sandbox_result *r)
{
	struct sandbox_layer *list =
		code_list(c, r->layers, &r->layer_count, COUNT_MAX, sizeof(*list));

	for (size_t i = 0; i < r->layer_count; i++) {
		struct sandbox_layer one = list[i];

		code_text(c, &one.name);
		code_bool(c, &one.in_force);
		code_text(c, &one.detail);
		if (!c->out)
			list[i] = one;
		c->bad |= !one.name || !one.detail;
	}
	r->layers = list;
}

static void code_varied(struct codec *c, struct sandbox_result *r)
{
	struct sandbox_varied *list =
		code_list(c, r->varied, &r->varied_count, COUNT_MAX, sizeof(*list));

	for (size_t i = 0; i < r->varied_count; i++) {
		struct sandbox_varied one = list[i];

		code_text(c, &one.name);
		code_text(c, &one.value);
		if (!c->out)
			list[i] = one;
		c->bad |= !one.name || !one.value;
	}
	r->varied = list;
}

void codec_result(struct codec *c, struct sandbox_result *r)
{
	uint64_t *values[] = {
		&r->wall_ns,	   &r->setup_ns,      &r->cpu_ns,	 &r->peak_memory_bytes,
		&r->written_bytes, &r->stdout_bytes,  &r->stderr_bytes,	 &r->tree_entries,
		&r->tree_bytes,	   &r->dropped_total, &r->program_total, &r->refusal_total,
	};

	code_enum(c, &r->end, SANDBOX_LIMIT);
	code_int(c, &r->exit_status);
	code_int(c, &r->signal);
	code_enum(c, &r->limit, SANDBOX_LIMIT_REFUSALS);
	for (size_t i = 0; i < FP_ARRAY_SIZE(values); i++)
		code_u64(c, values[i]);
	code_bool(c, &r->left_running);
	code_bool(c, &r->tree_collected);
	code_dropped(c, r);
	code_programs(c, r);
	code_refusals(c, r);
	code_layers(c, r);
	code_varied(c, r);
	code_text(c, &r->profile);
	code_bytes(c, r->filter_digest.bytes, sizeof(r->filter_digest.bytes));
	code_text(c, &r->failed_step);
}

void codec_err(struct codec *c, struct err *e)
{
	code_enum(c, &e->kind, ERR_PEER);
	code_bytes(c, e->text, sizeof(e->text));
	e->text[sizeof(e->text) - 1] = '\0';
}
