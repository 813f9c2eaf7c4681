#include "tests/unit/sandbox_help.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "runner/base/json.h"
#include "runner/image.h"

static char top[64];
static struct arena arena = ARENA_INIT(64 << 20);

static const char *in_top(const char *name)
{
	return arena_printf(&arena, "%s/%s", top, name);
}

static void set_up(void)
{
	(void)snprintf(top, sizeof(top), "/tmp/fixproof-image-XXXXXX");
	CHECK(mkdtemp(top) != NULL);
	CHECK(chmod(top, 0755) == 0);
	CHECK(mkdir(in_top("cache"), 0755) == 0);
}

static void tear_down(void)
{
	struct err e = ERR_INIT;

	CHECK_INT(fd_remove_tree(AT_FDCWD, top, &e), 0);
	arena_release(&arena);
}

static void add_entry(struct archive *a, const char *path, mode_t type, mode_t mode,
		      const char *content)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, mode);
	if (type == AE_IFLNK)
		archive_entry_set_symlink(entry, content);
	else if (type == AE_IFREG)
		archive_entry_set_size(entry, (int64_t)strlen(content));
	CHECK_INT(archive_write_header(a, entry), ARCHIVE_OK);
	if (type == AE_IFREG)
		CHECK_INT(archive_write_data(a, content, strlen(content)), strlen(content));
	archive_entry_free(entry);
}

/* small.tar.zst, whose last entry is the one given, and its manifest. */
static const char *make_image(const char *last, mode_t type, const char *content)
{
	FP_CLEANUP(buf_release) struct buf text = BUF_INIT(1 << 20);
	struct archive *plain = archive_write_new(), *packed = archive_write_new();
	const char *names[] = {in_top("small.tar"), in_top("small.tar.zst")};
	struct archive *both[] = {plain, packed};
	char hex[SHA256_HEX_SIZE];
	struct err e = ERR_INIT;
	struct sha256 digest;
	int fd;

	CHECK_INT(archive_write_add_filter_zstd(packed), ARCHIVE_OK);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(archive_write_set_format_ustar(both[i]), ARCHIVE_OK);
		CHECK_INT(archive_write_open_filename(both[i], names[i]), ARCHIVE_OK);
		add_entry(both[i], "etc", AE_IFDIR, 0700, "");
		add_entry(both[i], "etc/passwd", AE_IFREG, 0600, "image:x:0:0::/:\n");
		add_entry(both[i], "etc/own", AE_IFREG, 04711, "own\n");
		add_entry(both[i], "dev", AE_IFDIR, 0755, "");
		add_entry(both[i], "opt", AE_IFDIR, 0755, "");
		add_entry(both[i], "opt/up", AE_IFLNK, 0777, "../..");
		add_entry(both[i], last, type, 0644, content);
		CHECK_INT(archive_write_close(both[i]), ARCHIVE_OK);
		(void)archive_write_free(both[i]);
	}
	fd = open(names[0], O_RDONLY | O_CLOEXEC);
	CHECK_INT(sha256_of_fd(fd, "tar", &digest, &e), 0);
	fd_close(fd);
	sha256_hex(&digest, hex);
	buf_addf(&text,
		 "{\"format\": \"fixproof-image/1\", \"name\": \"small\", \"tar_sha256\": \"%s\"}",
		 hex);
	CHECK_INT(
		fd_write_file(AT_FDCWD, in_top("small.json"), buf_text(&text), text.size, 0644, &e),
		0);
	return names[1];
}

TEST(an_image_is_unpacked_once_and_found_by_name)
{
	const char *const *names, *archive;
	struct image image, found;
	struct err e = ERR_INIT;
	struct stat st;
	size_t count;

	set_up();
	archive = make_image("opt/file", AE_IFREG, "hello\n");
	if (image_import(in_top("cache"), archive, &arena, &image, &e) < 0)
		CHECK_STR(e.text, "");
	CHECK_STR(image.name, "small");
	CHECK_INT(image_find(in_top("cache"), "small", &arena, &found, &e), 0);
	CHECK(sha256_equal(&image.tar, &found.tar));
	CHECK(sha256_equal(&image.tree, &found.tree));
	CHECK_INT(stat(arena_printf(&arena, "%s/etc/own", found.root), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0755);
	CHECK_INT(image_list(in_top("cache"), &arena, &names, &count, &e), 0);
	CHECK_INT(count, 1);
	CHECK_STR(names[0], "small");
	tear_down();
}

TEST(an_image_that_was_changed_is_refused)
{
	struct image image;
	struct err e = ERR_INIT;

	set_up();
	CHECK_INT(image_import(in_top("cache"), make_image("opt/file", AE_IFREG, "x"), &arena,
			       &image, &e),
		  0);
	CHECK_INT(fd_write_file(AT_FDCWD, arena_printf(&arena, "%s/opt/file", image.root), "y", 1,
				0644, &e),
		  0);
	CHECK_INT(image_find(in_top("cache"), "small", &arena, &image, &e), -1);
	CHECK_STR(e.text, "image small: was changed since it was unpacked; import it again");
	tear_down();
}

TEST(an_archive_that_its_manifest_does_not_pin_is_refused)
{
	struct image image;
	struct err e = ERR_INIT;
	const char *archive, *moved;

	set_up();
	archive = make_image("opt/file", AE_IFREG, "one");
	moved = in_top("kept.tar.zst");
	CHECK(rename(archive, moved) == 0);
	(void)make_image("opt/file", AE_IFREG, "two");
	CHECK(rename(moved, archive) == 0);
	CHECK_INT(image_import(in_top("cache"), archive, &arena, &image, &e), -1);
	CHECK(strstr(e.text, "its digest is not the one that its manifest pins"));
	tear_down();
}

TEST(an_archive_that_reaches_out_of_its_root_is_refused)
{
	static const struct {
		const char *path;
		mode_t type;
		const char *content;
	} rows[] = {
		{"../out", AE_IFREG, "x"},
		{"/tmp/out", AE_IFREG, "x"},
		{"opt/../../out", AE_IFREG, "x"},
		{"opt/up/out", AE_IFREG, "x"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct image image;
		struct err e = ERR_INIT;

		tap_row("%s", rows[i].path);
		set_up();
		CHECK_INT(image_import(in_top("cache"),
				       make_image(rows[i].path, rows[i].type, rows[i].content),
				       &arena, &image, &e),
			  -1);
		CHECK_INT(e.kind, ERR_INPUT);
		CHECK(access(in_top("out"), F_OK) < 0);
		CHECK(access(in_top("cache/out"), F_OK) < 0);
		tear_down();
	}
}

TEST(a_recipe_is_read_strictly)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"name x\ncolour red\n", "recipe:2: unknown key \"colour\""},
		{"name x\nname y\n", "recipe:2: name: given twice, or without a value"},
		{"suite\n", "recipe:1: suite: given twice, or without a value"},
		{"suite --hook=x\n", "recipe:1: suite: given twice, or without a value"},
		{"name x\n", "recipe: name, suite, mirror, variant and epoch must be given"},
	};

	set_up();
	CHECK(chdir(top) == 0);
	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct sha256 digest;
		struct err e = ERR_INIT;

		CHECK_INT(fd_write_file(AT_FDCWD, "recipe", rows[i].text, strlen(rows[i].text),
					0644, &e),
			  0);
		CHECK_INT(image_build("recipe", "out", &arena, &digest, &e), -1);
		CHECK_STR(e.text, rows[i].message);
	}
	CHECK(chdir("/") == 0);
	tear_down();
}

/* Where HOME and others lie in a directory of the image, the rest of it stays as it is. */
TEST(what_is_writable_may_lie_in_a_directory_of_the_image)
{
	const char *const argv[] = {
		"/usr/bin/sh", "-c",
		"cat /var/lib/own/file && echo a >$HOME/a && echo b >$TMPDIR/b && "
		"echo c >c && pwd && ! echo d 2>&- >/var/lib/own/file && "
		"! echo e 2>&- >/srv/e && ls /var/lib /var",
		NULL};
	const struct sandbox_bind usr = {"/usr", -1, "/usr"};
	struct sandbox_spec spec = host_spec(argv);
	struct image image;
	struct outcome o;

	set_up();
	CHECK(mkdir(in_top("root"), 0755) == 0);
	CHECK_INT(image_import(in_top("cache"), make_image("var/lib/own/file", AE_IFREG, "hello\n"),
			       &arena, &image, &(struct err)ERR_INIT),
		  0);
	for (const char *const *p = (const char *const[]){"lib", "lib64", NULL}; *p; p++)
		CHECK(symlink(arena_printf(&arena, "usr/%s", *p),
			      arena_printf(&arena, "%s/%s", image.root, *p)) == 0);
	for (const char *const *p = (const char *const[]){"srv", "var/tmp", "var/log", NULL}; *p;
	     p++)
		CHECK(mkdir(arena_printf(&arena, "%s/%s", image.root, *p), 0755) == 0);
	spec.image = SANDBOX_IMAGE_ROOTFS;
	spec.image_path = image.root;
	spec.binds = &usr;
	spec.bind_count = 1;
	spec.variation.home = "/var/lib/somebody";
	spec.variation.tmpdir = "/var/tmp/other";
	spec.variation.workspace = "/srv/build/checkout";
	run(&o, &spec);
	CHECK_STR(o.e.text, "");
	CHECK_STR(buf_text(&o.err), "");
	CHECK_STR(buf_text(&o.out),
		  "hello\n/srv/build/checkout\n/var:\nlib\nlog\ntmp\n\n/var/lib:\nown\n"
		  "somebody\n");
	tear_down();
}

TEST(a_sandbox_sees_the_image_and_its_own_user_in_it)
{
	const char *const argv[] = {"/usr/bin/cat", "/etc/passwd", "/etc/own", "/opt/file", NULL};
	const struct sandbox_bind usr = {"/usr", -1, "/usr"};
	struct sandbox_spec spec = host_spec(argv);
	struct image image;
	struct outcome o;

	set_up();
	CHECK(mkdir(in_top("root"), 0755) == 0);
	CHECK_INT(image_import(in_top("cache"), make_image("opt/file", AE_IFREG, "hello\n"), &arena,
			       &image, &(struct err)ERR_INIT),
		  0);
	for (const char *const *p = (const char *const[]){"lib", "lib64", NULL}; *p; p++)
		CHECK(symlink(arena_printf(&arena, "usr/%s", *p),
			      arena_printf(&arena, "%s/%s", image.root, *p)) == 0);
	spec.image = SANDBOX_IMAGE_ROOTFS;
	spec.image_path = image.root;
	spec.binds = &usr;
	spec.bind_count = 1;
	run(&o, &spec);
	CHECK_STR(o.e.text, "");
	CHECK_STR(buf_text(&o.err), "");
	CHECK(strstr(buf_text(&o.out), "\nfix:x:1000:1000:fix:/home/fix:/bin/sh\n"));
	CHECK(strstr(buf_text(&o.out), "\nown\nhello\n"));
	tear_down();
}
