/* fixproof-signer: see runner/attest/signer.h.  Not for people; its socket is descriptor 3. */
#include <stdio.h>
#include <sys/stat.h>

#include "runner/attest/signer.h"

int main(int argc, char **argv)
{
	struct stat st;

	if (argc != 5 || fstat(3, &st) < 0 || !S_ISSOCK(st.st_mode)) {
		fprintf(stderr, "fixproof-signer: is started by fixproof, not by hand\n");
		return 2;
	}
	return signer_main(argc, argv);
}
