#include "runner/plan/plansetup.h"

#include <fcntl.h>

#include "runner/base/fd.h"
#include "runner/base/json.h"

void plansetup_close(struct plansetup *s)
{
	json_cleanup(&s->json);
	fd_cleanup(&s->root_fd);
}

int plansetup_open(struct plansetup *s, const struct planner_input *in, struct arena *a,
		   struct err *e)
{
	struct walk *w = &s->walk;

	s->diags = (struct diags)DIAGS_INIT(a);
	if (request_read(in->request, in->request_size, a, &s->json, &s->request, e) < 0)
		return -1;
	s->request.root = config_join(a, ".", s->request.root);
	if (!s->request.root)
		return err_set(e, ERR_INPUT, "request: \"root\" lies outside of the workspace");
	s->root_fd = openat(in->workspace_fd, s->request.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->root_fd < 0)
		return err_sys(e, "root module \"%s\"", s->request.root);
	*w = (struct walk){.arena = a,
			   .diags = &s->diags,
			   .request = &s->request,
			   .packs = in->packs,
			   .pack_count = in->pack_count};
	w->config = (struct config){.arena = a,
				    .diags = &s->diags,
				    .dir_fd = in->workspace_fd,
				    .root = s->request.root};
	w->env = (struct eval_env){.dir_fd = s->root_fd, .absent = &w->absent};
	w->eval = (struct eval)EVAL_INIT(a, &s->diags, &w->env);
	return 0;
}
