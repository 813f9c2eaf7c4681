/* Feeds files to a fuzz target: how its corpus runs where there is no fuzzer.  replay_NAME FILE...
 */
#include <fcntl.h>
#include <stdint.h>

#include "runner/base/fd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FP_CLEANUP(buf_release) struct buf text = BUF_INIT((size_t)1 << 26);
		struct err e = ERR_INIT;

		if (fd_read_file(AT_FDCWD, argv[i], false, &text, &e) < 0) {
			(void)fprintf(stderr, "%s\n", e.text);
			return 1;
		}
		(void)LLVMFuzzerTestOneInput((const uint8_t *)buf_text(&text), text.size);
	}
	return 0;
}
