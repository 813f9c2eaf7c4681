/* fixproof-launcher: see runner/launcher.h.  Not for people; it wants its socket as descriptor 3.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "runner/launcher.h"

int main(void)
{
	struct stat st;

	if (fstat(3, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		fprintf(stderr, "fixproof-launcher: is started by fixproof, not by hand\n");
		return 2;
	}
	return launcher_serve(3);
}
