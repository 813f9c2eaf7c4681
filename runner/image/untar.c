#include "runner/image/untar.h"

#include <errno.h>

#include "runner/base/fd.h"

#define BLOCK 512
#define EXTENSION_BYTES_MAX 65536

/* POSIX.1-2001, "ustar Interchange Format". */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type,
		linkname[100], magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8],
		prefix[155], unused[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

/* What extensions before an entry say about it. */
struct extension {
	bool has_path, has_target, has_size;
	uint64_t size;
	char path[UNTAR_PATH_MAX + 1], target[UNTAR_PATH_MAX + 1];
};

/* Octal digits, or GNU's base 256 for what is too large for them. */
static bool parse_number(const char *text, size_t size, uint64_t *ret_value)
{
	uint64_t value = 0;
	size_t i = 0;

	if ((unsigned char)text[0] == 0x80) {
		for (i = 1; i < size; i++) {
			if (value >> 55)
				return false;
			value = value << 8 | (unsigned char)text[i];
		}
		*ret_value = value;
		return true;
	}
	while (i < size && text[i] == ' ')
		i++;
	for (; i < size && text[i] >= '0' && text[i] <= '7'; i++)
		value = value << 3 | (uint64_t)(text[i] - '0');
	*ret_value = value;
	return i == size || text[i] == '\0' || text[i] == ' ';
}

static bool checksum_fits(const struct header *h)
{
	const unsigned char *bytes = (const unsigned char *)h;
	size_t from = offsetof(struct header, checksum);
	uint64_t wanted, sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= from && i < from + sizeof(h->checksum) ? ' ' : bytes[i];
	return parse_number(h->checksum, sizeof(h->checksum), &wanted) && wanted == sum;
}

static bool all_zero(const struct header *h)
{
	const char *bytes = (const char *)h;

	for (size_t i = 0; i < BLOCK; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

int untar_read(struct untar *t, void *data, size_t size, size_t *ret_size, struct err *e)
{
	size_t n = (size_t)FP_MIN((uint64_t)size, t->left);

	if (fd_read_exact(t->fd, data, n, e) < 0)
		return err_wrap(e, "tar");
	t->left -= n;
	*ret_size = n;
	return 0;
}

static int skip(struct untar *t, struct err *e)
{
	char data[8192];
	size_t n;

	t->left += t->padding;
	t->padding = 0;
	while (t->left > 0)
		if (untar_read(t, data, sizeof(data), &n, e) < 0)
			return -1;
	return 0;
}

/* 1, or 0 at a block of zeros, which ends a tar. */
static int read_header(struct untar *t, struct header *h, struct err *e)
{
	uint64_t size;

	if (skip(t, e) < 0)
		return -1;
	if (fd_read_exact(t->fd, h, sizeof(*h), e) < 0)
		return err_wrap(e, "tar");
	if (all_zero(h))
		return 0;
	if (!checksum_fits(h) || !parse_number(h->size, sizeof(h->size), &size) || size >> 60)
		return err_set(e, ERR_INPUT, "tar: not a header");
	t->left = size;
	t->padding = (BLOCK - size % BLOCK) % BLOCK;
	return 1;
}

static int read_extension(struct untar *t, char *text, size_t *ret_size, struct err *e)
{
	if (t->left > EXTENSION_BYTES_MAX)
		return err_set(e, ERR_LIMIT, "tar: an extension of more than %d bytes",
			       EXTENSION_BYTES_MAX);
	if (untar_read(t, text, EXTENSION_BYTES_MAX, ret_size, e) < 0)
		return -1;
	text[*ret_size] = '\0';
	return 0;
}

static bool keep_text(char *to, const char *from, size_t size)
{
	if (size > UNTAR_PATH_MAX || memchr(from, '\0', size))
		return false;
	memcpy(to, from, size);
	to[size] = '\0';
	return true;
}

/* "LENGTH KEY=VALUE\n", POSIX.1-2001, "pax Extended Header". */
static int pax_record(struct extension *x, const char *key, size_t key_size, const char *value,
		      size_t value_size, struct err *e)
{
	char number[32];

	if (key_size == 4 && strncmp(key, "path", 4) == 0) {
		x->has_path = true;
		if (!keep_text(x->path, value, value_size))
			return err_set(e, ERR_INPUT, "tar: a path that is too long");
	} else if (key_size == 8 && strncmp(key, "linkpath", 8) == 0) {
		x->has_target = true;
		if (!keep_text(x->target, value, value_size))
			return err_set(e, ERR_INPUT, "tar: a link that is too long");
	} else if (key_size == 4 && strncmp(key, "size", 4) == 0) {
		(void)snprintf(number, sizeof(number), "%.*s",
			       (int)FP_MIN(value_size, sizeof(number) - 1), value);
		x->has_size = true;
		x->size = strtoull(number, NULL, 10);
		if (x->size >> 60)
			return err_set(e, ERR_INPUT, "tar: a size that is too large");
	}
	return 0;
}

static int read_pax(struct untar *t, struct extension *x, struct err *e)
{
	char text[EXTENSION_BYTES_MAX + 1];
	size_t size, at = 0;

	if (read_extension(t, text, &size, e) < 0)
		return -1;
	while (at < size) {
		const char *key, *equals;
		size_t length, digits = strspn(text + at, "0123456789");

		length = digits > 0 && digits < 8 ? (size_t)strtoul(text + at, NULL, 10) : 0;
		key = text + at + digits + 1;
		if (length < digits + 4 || length > size - at || text[at + digits] != ' ' ||
		    text[at + length - 1] != '\n')
			return err_set(e, ERR_INPUT, "tar: not a pax header");
		equals = memchr(key, '=', length - digits - 2);
		if (!equals)
			return err_set(e, ERR_INPUT, "tar: not a pax header");
		if (pax_record(x, key, (size_t)(equals - key), equals + 1,
			       (size_t)(text + at + length - 1 - (equals + 1)), e) < 0)
			return -1;
		at += length;
	}
	return 0;
}

static int read_gnu(struct untar *t, char *to, struct err *e)
{
	char text[EXTENSION_BYTES_MAX + 1];
	size_t size;

	if (read_extension(t, text, &size, e) < 0)
		return -1;
	if (!keep_text(to, text, strlen(text)))
		return err_set(e, ERR_INPUT, "tar: a name that is too long");
	return 0;
}

/* Drops "./" and a final "/"; false for what is absolute or leads upward. "" is the root itself. */
static bool tidy_path(char *path)
{
	char *to = path, *from = path;

	if (*from == '/')
		return false;
	while (*from != '\0') {
		size_t n = strcspn(from, "/");

		if (n == 2 && from[0] == '.' && from[1] == '.')
			return false;
		if (n > 0 && !(n == 1 && from[0] == '.')) {
			if (to != path)
				*to++ = '/';
			memmove(to, from, n);
			to += n;
		}
		from += n;
		from += *from == '/';
	}
	*to = '\0';
	return true;
}

static void take_names(const struct header *h, const struct extension *x, struct untar_entry *entry)
{
	size_t prefix = strnlen(h->prefix, sizeof(h->prefix));
	bool posix = memcmp(h->magic, "ustar", sizeof(h->magic)) == 0;

	if (x->has_path)
		memcpy(entry->path, x->path, sizeof(entry->path));
	else
		(void)snprintf(entry->path, sizeof(entry->path), "%.*s%s%.*s",
			       posix ? (int)prefix : 0, h->prefix, posix && prefix > 0 ? "/" : "",
			       (int)strnlen(h->name, sizeof(h->name)), h->name);
	if (x->has_target)
		memcpy(entry->target, x->target, sizeof(entry->target));
	else
		(void)snprintf(entry->target, sizeof(entry->target), "%.*s",
			       (int)strnlen(h->linkname, sizeof(h->linkname)), h->linkname);
}

/* 1 with an entry, 0 when it is of a kind that is passed over. */
static int take_entry(struct untar *t, const struct header *h, const struct extension *x,
		      struct untar_entry *entry, struct err *e)
{
	uint64_t mode;

	take_names(h, x, entry);
	if (x->has_size) {
		t->left = x->size;
		t->padding = (BLOCK - x->size % BLOCK) % BLOCK;
	}
	entry->size = t->left;
	entry->executable = parse_number(h->mode, sizeof(h->mode), &mode) && (mode & 0111) != 0;
	switch (h->type) {
	case '0':
	case '\0':
		entry->kind = UNTAR_FILE;
		break;
	case '1':
		entry->kind = UNTAR_HARDLINK;
		break;
	case '2':
		entry->kind = UNTAR_LINK;
		break;
	case '5':
		entry->kind = UNTAR_DIRECTORY;
		break;
	default:
		return 0;
	}
	if (!tidy_path(entry->path) || (entry->kind == UNTAR_HARDLINK && !tidy_path(entry->target)))
		return err_set(e, ERR_INPUT, "tar: %s: leads out of the root", entry->path);
	return entry->path[0] != '\0';
}

int untar_next(struct untar *t, struct untar_entry *ret_entry, struct err *e)
{
	struct extension x;
	struct header h;
	int r;

	memset(&x, 0, sizeof(x));
	while ((r = read_header(t, &h, e)) > 0) {
		switch (h.type) {
		case 'x':
			r = read_pax(t, &x, e);
			break;
		case 'g':
			r = 0; /* comments and defaults of times and owners */
			break;
		case 'L':
			x.has_path = true;
			r = read_gnu(t, x.path, e);
			break;
		case 'K':
			x.has_target = true;
			r = read_gnu(t, x.target, e);
			break;
		default:
			r = take_entry(t, &h, &x, ret_entry, e);
			memset(&x, 0, sizeof(x));
		}
		if (r != 0)
			return r;
	}
	return r;
}
