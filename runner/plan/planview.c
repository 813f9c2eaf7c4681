#include "runner/plan/planview.h"

#include "runner/plan/planwrite.h"

void planview_write(struct walk *w, struct buf *out)
{
	(void)w;
	buf_addch(out, '{');
	planwrite_member(out, "format", PLANVIEW_FORMAT);
	buf_addch(out, '}');
}
