/* Any bytes as a tar. */
#include <sys/mman.h>

#include "runner/base/fd.h"
#include "runner/image/untar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct untar_entry entry;
	static int fd = -1;
	struct untar t;
	struct err e = ERR_INIT;
	char content[4096];
	size_t n = 0;

	if (fd < 0 && fd_memfd("tar", &fd, &e) < 0)
		return 0;
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
	    fd_write_all(fd, data, size, &e) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return 0;
	t = (struct untar){.fd = fd};
	while (untar_next(&t, &entry, &e) > 0) {
		if (entry.path[0] == '/' || entry.path[0] == '\0')
			abort();
		if (untar_read(&t, content, sizeof(content), &n, &e) < 0)
			break;
	}
	return 0;
}
