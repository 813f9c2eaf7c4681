#include "runner/base/treestream.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/fd.h"
#include "runner/base/utf8.h"

static const char magic[8] = "FPTREE1\n";
static const char letters[] = {
	[TREESTREAM_FILE] = 'f',
	[TREESTREAM_EXECUTABLE] = 'x',
	[TREESTREAM_LINK] = 'l',
	[TREESTREAM_DIRECTORY] = 'd',
};

#define END_LETTER 'e'
#define HEADER_BYTES 13

static const char *component_fault(const char *part, size_t size)
{
	if (size == 0)
		return "has an empty component";
	if (size > TREESTREAM_COMPONENT_MAX)
		return "has a component of more than 255 bytes";
	if ((size == 1 && part[0] == '.') || (size == 2 && part[0] == '.' && part[1] == '.'))
		return "has a \".\" or \"..\" component";
	return NULL;
}

const char *treestream_path_fault(const char *path, size_t size)
{
	const char *fault;

	if (size > TREESTREAM_PATH_MAX)
		return "is longer than 4095 bytes";
	if (!utf8_valid(path, size))
		return "is not UTF-8";
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
			return "has a control character";
	for (size_t start = 0, i = 0; i <= size; i++) {
		if (i < size && path[i] != '/')
			continue;
		fault = component_fault(path + start, i - start);
		if (fault)
			return fault;
		start = i + 1;
	}
	return NULL;
}

int treestream_begin(struct treestream_writer *w, int fd, struct err *e)
{
	w->fd = fd;
	w->left = 0;
	return fd_write_all(fd, magic, sizeof(magic), e);
}

static int write_header(struct treestream_writer *w, char letter, const char *path,
			size_t path_size, uint64_t size, struct err *e)
{
	uint8_t header[HEADER_BYTES + TREESTREAM_PATH_MAX];
	uint32_t path_le = htole32((uint32_t)path_size);
	uint64_t size_le = htole64(size);

	header[0] = (uint8_t)letter;
	memcpy(header + 1, &path_le, sizeof(path_le));
	memcpy(header + 5, &size_le, sizeof(size_le));
	if (path_size > 0)
		memcpy(header + HEADER_BYTES, path, path_size);
	return fd_write_all(w->fd, header, HEADER_BYTES + path_size, e);
}

int treestream_entry(struct treestream_writer *w, enum treestream_type type, const char *path,
		     uint64_t size, struct err *e)
{
	size_t path_size = strlen(path);
	const char *fault = treestream_path_fault(path, path_size);

	if (fault)
		return err_set(e, ERR_INPUT, "%s: the path %s", path, fault);
	if (w->left > 0)
		return err_set(e, ERR_PEER, "%s: the entry before it is incomplete", path);
	w->left = size;
	return write_header(w, letters[type], path, path_size, size, e);
}

int treestream_content(struct treestream_writer *w, const void *data, size_t size, struct err *e)
{
	if (size > w->left)
		return err_set(e, ERR_PEER, "more content than announced");
	w->left -= size;
	return fd_write_all(w->fd, data, size, e);
}

int treestream_end(struct treestream_writer *w, struct err *e)
{
	if (w->left > 0)
		return err_set(e, ERR_PEER, "the last entry is incomplete");
	return write_header(w, END_LETTER, "", 0, 0, e);
}

static int fill(struct treestream_reader *r, struct err *e)
{
	ssize_t n;

	do
		n = read(r->fd, r->buffer, sizeof(r->buffer));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "tree stream: read");
	if (n == 0)
		return err_set(e, ERR_PEER, "tree stream: unexpected end");
	r->start = 0;
	r->end = (size_t)n;
	return 0;
}

static int take(struct treestream_reader *r, void *data, size_t size, struct err *e)
{
	uint8_t *p = data;

	while (size > 0) {
		size_t n;

		if (r->start == r->end && fill(r, e) < 0)
			return -1;
		n = FP_MIN(size, r->end - r->start);
		if (p) {
			memcpy(p, r->buffer + r->start, n);
			p += n;
		}
		r->start += n;
		r->offset += n;
		size -= n;
	}
	return 0;
}

int treestream_open(struct treestream_reader *r, int fd, struct err *e)
{
	char found[sizeof(magic)];

	r->fd = fd;
	r->left = 0;
	r->offset = 0;
	r->start = 0;
	r->end = 0;
	if (take(r, found, sizeof(found), e) < 0)
		return -1;
	if (memcmp(found, magic, sizeof(magic)) != 0)
		return err_set(e, ERR_PEER, "tree stream: not a tree stream of version 1");
	return 0;
}

static int check_entry(const struct treestream_entry *entry, struct err *e)
{
	const char *fault = treestream_path_fault(entry->path, entry->path_size);

	if (fault)
		return err_set(e, ERR_INPUT, "%s: the path %s", entry->path, fault);
	if (entry->type == TREESTREAM_LINK && entry->size > TREESTREAM_LINK_MAX)
		return err_set(e, ERR_INPUT, "%s: the link is too long", entry->path);
	if (entry->type == TREESTREAM_DIRECTORY && entry->size > 0)
		return err_set(e, ERR_PEER, "%s: a directory with content", entry->path);
	return 0;
}

static bool type_of_letter(uint8_t letter, enum treestream_type *type)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(letters); i++) {
		if ((uint8_t)letters[i] == letter) {
			*type = (enum treestream_type)i;
			return true;
		}
	}
	return false;
}

static int skip_content(struct treestream_reader *r, struct err *e)
{
	while (r->left > 0) {
		size_t n = (size_t)FP_MIN(r->left, (uint64_t)1 << 30);

		if (take(r, NULL, n, e) < 0)
			return -1;
		r->left -= n;
	}
	return 0;
}

int treestream_next(struct treestream_reader *r, struct treestream_entry *ret_entry, struct err *e)
{
	uint8_t header[HEADER_BYTES];
	uint32_t path_size;
	uint64_t size;

	if (skip_content(r, e) < 0 || take(r, header, sizeof(header), e) < 0)
		return -1;
	memcpy(&path_size, header + 1, sizeof(path_size));
	memcpy(&size, header + 5, sizeof(size));
	path_size = le32toh(path_size);
	size = le64toh(size);
	if (header[0] == END_LETTER && path_size == 0 && size == 0)
		return 0;
	if (!type_of_letter(header[0], &ret_entry->type) || path_size > TREESTREAM_PATH_MAX)
		return err_set(e, ERR_PEER, "tree stream: not an entry");
	if (take(r, ret_entry->path, path_size, e) < 0)
		return -1;
	ret_entry->path[path_size] = '\0';
	ret_entry->path_size = path_size;
	ret_entry->size = size;
	r->left = size;
	return check_entry(ret_entry, e) < 0 ? -1 : 1;
}

int treestream_read(struct treestream_reader *r, void *data, size_t size, size_t *ret_size,
		    struct err *e)
{
	size_t n = (size_t)FP_MIN((uint64_t)size, r->left);

	if (take(r, data, n, e) < 0)
		return -1;
	r->left -= n;
	*ret_size = n;
	return 0;
}
