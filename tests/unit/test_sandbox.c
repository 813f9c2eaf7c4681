#include "tests/tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "runner/base/treestream.h"
#include "tests/unit/sandbox_help.h"

TEST(a_program_runs_and_its_output_and_status_come_back)
{
	struct outcome o;

	shell(&o, "echo hello; echo there >&2; exit 7");
	CHECK_STR(o.e.text, "");
	CHECK_INT(o.status, 0);
	CHECK_STR(buf_text(&o.out), "hello\n");
	CHECK_STR(buf_text(&o.err), "there\n");
	CHECK_INT(o.r.end, SANDBOX_EXITED);
	CHECK_INT(o.r.exit_status, 7);
	CHECK_INT(o.r.refusal_total, 0);
}

/* --- trees --------------------------------------------------------------------------------- */

static int begin_tree(struct treestream_writer *w)
{
	struct err e = ERR_INIT;
	int fd;

	CHECK_INT(fd_memfd("tree", &fd, &e), 0);
	CHECK_INT(treestream_begin(w, fd, &e), 0);
	return fd;
}

static void add(struct treestream_writer *w, enum treestream_type type, const char *path,
		const char *content)
{
	struct err e = ERR_INIT;

	CHECK_INT(treestream_entry(w, type, path, strlen(content), &e), 0);
	CHECK_INT(treestream_content(w, content, strlen(content), &e), 0);
}

static void end_tree(struct treestream_writer *w)
{
	struct err e = ERR_INIT;

	CHECK_INT(treestream_end(w, &e), 0);
}

/* "f a.txt 5\nd sub 0\n...", sorted, so that the order of entries does not matter. */
static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *list_tree(int fd, struct arena *a)
{
	static struct treestream_reader r;
	static struct treestream_entry entry;
	static const char letters[] = "fxld";
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const char *lines[1000];
	size_t count = 0;
	char data[64];

	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_INT(treestream_open(&r, fd, &e), 0);
	while (treestream_next(&r, &entry, &e) == 1) {
		size_t n = 0;

		memset(data, 0, sizeof(data));
		CHECK_INT(treestream_read(&r, data, sizeof(data) - 1, &n, &e), 0);
		CHECK(count < 1000);
		lines[count++] =
			arena_printf(a, "%c %s %s\n", letters[entry.type], entry.path, data);
	}
	CHECK_STR(e.text, "");
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++)
		buf_addstr(&out, lines[i]);
	return arena_strdup(a, buf_text(&out));
}

static void shell_on_tree(struct outcome *o, int in, int *ret_out, const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct err e = ERR_INIT;

	CHECK_INT(fd_memfd("left", ret_out, &e), 0);
	spec.workspace_in = in;
	spec.workspace_out = *ret_out;
	run(o, &spec);
}

TEST(a_tree_goes_in_and_what_is_left_comes_out)
{
	struct treestream_writer w;
	struct outcome o;
	int in = begin_tree(&w), out;

	add(&w, TREESTREAM_FILE, "a.txt", "old");
	add(&w, TREESTREAM_EXECUTABLE, "bin/probe", "#!/bin/sh\necho probed $1\n");
	add(&w, TREESTREAM_LINK, "bin/link", "probe");
	add(&w, TREESTREAM_DIRECTORY, "empty", "");
	end_tree(&w);
	shell_on_tree(&o, in, &out, "echo new > a.txt; ./bin/link 3; mkdir -p x/y; rm -r empty");
	CHECK_STR(o.e.text, "");
	CHECK_STR(buf_text(&o.out), "probed 3\n");
	CHECK(o.r.tree_collected);
	CHECK_STR(list_tree(out, &o.a), "d bin \nd x \nd x/y \nf a.txt new\n\nl bin/link probe\n"
					"x bin/probe #!/bin/sh\necho probed $1\n\n");
}

TEST(what_a_tree_cannot_hold_is_dropped_by_name)
{
	struct outcome o;
	int out;

	shell_on_tree(&o, -1, &out,
		      "mkfifo fifo; ln -s /etc/passwd abs; mkdir d; ln -s ../../x d/up; "
		      "ln -s ../ok d/fine; touch ok; cp /bin/true su; chmod u+s su; "
		      "touch \"$(printf 'new\\nline')\" \"$(printf 'bad\\377')\"; "
		      "truncate -s 900M sparse; true");
	CHECK_STR(o.e.text, "");
	CHECK_INT(o.r.exit_status, 0);
	CHECK_STR(list_tree(out, &o.a), "d d \nf ok \nl d/fine ../ok\n");
	CHECK_INT(o.r.dropped_total, 7);
	CHECK_INT(o.r.dropped_count, 7);
}

/* What is left of it: entries kept, and how many dropped with which reason. */
TEST(each_oddity_is_kept_exactly_or_dropped_by_name)
{
	static const struct {
		const char *script;
		uint64_t kept, dropped;
		const char *reason;
	} rows[] = {
		{"touch $(printf '%0255d' 1)", 1, 0, NULL},
		{"d=$(printf '%0250d' 1); mkdir -p $d; cd $d; mkdir -p $d; cd $d; touch a", 3, 0,
		 NULL},
		{"python3 -c 'import os\nfor i in range(1000):\n os.mkdir(\"d\"); os.chdir(\"d\")'",
		 1000, 0, NULL},
		{"python3 -c 'import os\nfor i in range(3000):\n os.mkdir(\"d\"); os.chdir(\"d\")'",
		 2048, 1, "is longer than 4095 bytes"},
		{"touch a; chmod 000 a; mkdir d; touch d/x; chmod 000 d", 3, 0, NULL},
		{"echo x > a; ln a b; ln a c", 3, 0, NULL},
		{"head -c 20M /dev/zero > a; for i in $(seq 20); do ln a b$i; done", 12, 9,
		 "makes the tree larger than the workspace may be"},
		{"truncate -s 1000M a; truncate -s 10M b", 1, 1,
		 "makes the tree larger than the workspace may be"},
		{"trap '' XFSZ; truncate -s 4T a 2>/dev/null; true", 1, 0, NULL},
		{"ln -s b a; ln -s a b; ln -s . c; ln -s nowhere d; ln -s c/../c e", 5, 0, NULL},
		{"ln -s c/../../x f", 0, 1, "is a link that leads out of the tree"},
		{"ln -s $(printf 'x\\001') f; ln -s $(printf 'x\\377') g", 1, 1,
		 "is a link whose target is not UTF-8"},
		{"mkfifo f", 0, 1, "is a FIFO"},
		{"python3 -c 'import socket\nsocket.socket(socket.AF_UNIX).bind(\"s\")'", 0, 1,
		 "is a socket"},
		{"touch f; chmod g+s f", 0, 1, "has a set-user-ID, set-group-ID or sticky bit"},
		{"mkdir f; chmod +t f; touch f/x", 2, 1,
		 "is a directory whose special bits are not kept"},
		{"touch \"$(printf 'a\\033b')\"", 0, 1, "has a control character"},
		{"touch \"$(printf 'a\\300b')\"", 0, 1, "is not UTF-8"},
		{"mkdir \"$(printf 'a\\nb')\"; cd a* && touch x", 0, 1, "has a control character"},
		{"seq 20000 | xargs touch", 20000, 0, NULL},
		{"(while :; do touch x; rm x; ln -s /etc x; rm -f x; done) & sleep 0.05; mkdir k",
		 1, 0, NULL},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const char *const argv[] = {"bash", "-c", rows[i].script, NULL};
		struct sandbox_spec spec = host_spec(argv);
		struct err e = ERR_INIT;
		struct outcome o;

		tap_row("%s", rows[i].script);
		CHECK_INT(fd_memfd("left", &spec.workspace_out, &e), 0);
		spec.limits.descriptors = 4000;
		run(&o, &spec);
		CHECK_STR(o.e.text, "");
		CHECK_STR(buf_text(&o.err), "");
		CHECK(o.r.tree_collected);
		if (i + 1 < FP_ARRAY_SIZE(rows)) {
			CHECK_INT(o.r.tree_entries, rows[i].kept);
			CHECK_INT(o.r.dropped_total, rows[i].dropped);
		} else {
			CHECK(o.r.tree_entries >= 1 && o.r.tree_entries + o.r.dropped_total <= 2);
		}
		if (rows[i].reason)
			CHECK_STR(o.r.dropped[0].reason, rows[i].reason);
		fd_close(spec.workspace_out);
		arena_release(&o.a);
	}
}

TEST(no_more_than_so_many_dropped_entries_are_listed)
{
	struct outcome o;
	int out;

	shell_on_tree(&o, -1, &out, "for i in $(seq 2000); do echo fifo$i; done | xargs mkfifo");
	CHECK_STR(o.e.text, "");
	CHECK_INT(o.r.dropped_total, 2000);
	CHECK_INT(o.r.dropped_count, SANDBOX_DROPPED_MAX);
}

/* --- limits -------------------------------------------------------------------------------- */

static void at_limit(struct outcome *o, const char *script, const struct sandbox_limits *limits)
{
	const char *const argv[] = {"bash", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);

	spec.limits = *limits;
	run(o, &spec);
	CHECK_STR(o->e.text, "");
	CHECK_INT(o->status, 0);
}

TEST(at_each_limit_all_processes_die_and_the_limit_is_named)
{
	static const struct {
		const char *script;
		enum sandbox_limit limit;
		struct sandbox_limits limits;
	} rows[] = {
		{"sleep 100", SANDBOX_LIMIT_WALL, {.wall_ms = 200}},
		{"trap '' TERM INT HUP; (setsid sleep 100 &) ; kill -STOP $$",
		 SANDBOX_LIMIT_WALL,
		 {.wall_ms = 200}},
		{"while :; do :; done", SANDBOX_LIMIT_CPU, {.cpu_ms = 300}},
		{"for i in 1 2 3; do (while :; do :; done) & done; wait",
		 SANDBOX_LIMIT_CPU,
		 {.cpu_ms = 300}},
		{"while :; do (true); done", SANDBOX_LIMIT_CPU, {.cpu_ms = 300}},
		{"yes", SANDBOX_LIMIT_OUTPUT, {.output_bytes = 100000}},
		{"yes >&2", SANDBOX_LIMIT_OUTPUT, {.output_bytes = 100000}},
		{"x=$(head -c 300M /dev/zero | tr '\\0' x); sleep 5",
		 SANDBOX_LIMIT_MEMORY,
		 {.memory_bytes = 100 << 20}},
		{"for i in 1 2 3 4 5; do python3 -c 'x=bytearray(50<<20); import time; "
		 "time.sleep(20)' & done; wait",
		 SANDBOX_LIMIT_MEMORY,
		 {.memory_bytes = 100 << 20}},
		{"exec dd if=/dev/zero of=/dev/null bs=200M count=3",
		 SANDBOX_LIMIT_MEMORY,
		 {.memory_bytes = 100 << 20}},
		{"exec dd if=/dev/zero of=big bs=1M count=100",
		 SANDBOX_LIMIT_FILE_SIZE,
		 {.file_size_bytes = 1 << 20}},
		/* Waits for room that never comes. */
		{"for i in $(seq 50); do sleep 30 & done; wait",
		 SANDBOX_LIMIT_PROCESSES,
		 {.processes = 20}},
		/* Gives up at once, too soon for a poll. */
		{"exec python3 -c 'import os, time\nfor i in range(50):\n"
		 "\tif os.fork() == 0: time.sleep(30)'",
		 SANDBOX_LIMIT_PROCESSES,
		 {.processes = 20}},
		{"exec python3 -c 'import threading, time\nfor i in range(50):\n"
		 "\tthreading.Thread(target=time.sleep, args=[30]).start()'",
		 SANDBOX_LIMIT_PROCESSES,
		 {.processes = 20}},
		{"exec python3 -c 'x = [open(\"/dev/null\") for i in range(600)]'",
		 SANDBOX_LIMIT_DESCRIPTORS,
		 {.descriptors = 512}},
		{"exec python3 -c 'x = [open(\"/dev/null\") for i in range(1100)]'",
		 SANDBOX_LIMIT_DESCRIPTORS,
		 {.descriptors = 0}},
		{"exec python3 -c 'import time; x = [open(\"/dev/null\") for i in range(510)]; "
		 "x[0].fileno(); __import__(\"os\").dup(0); time.sleep(30)'",
		 SANDBOX_LIMIT_DESCRIPTORS,
		 {.descriptors = 512}},
		{"(sleep 30; head -c 50M /dev/zero) & head -c 50M /dev/zero > a; sleep 30",
		 SANDBOX_LIMIT_WORKSPACE_BYTES,
		 {.workspace_bytes = 5 << 20}},
		{"touch $(seq 2000); sleep 30",
		 SANDBOX_LIMIT_WORKSPACE_INODES,
		 {.workspace_inodes = 1000}},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct outcome o;

		tap_row("%s", rows[i].script);
		at_limit(&o, rows[i].script, &rows[i].limits);
		CHECK_STR(sandbox_limit_name(o.r.limit), sandbox_limit_name(rows[i].limit));
		CHECK_STR(sandbox_end_name(o.r.end), "limit");
		CHECK(o.r.wall_ns < 10000000000U);
		CHECK(o.out.size <=
		      (rows[i].limits.output_bytes ? rows[i].limits.output_bytes : 1));
		arena_release(&o.a);
	}
}

TEST(a_program_that_meets_a_limit_without_dying_is_told_an_error)
{
	static const struct {
		const char *script, *error;
		enum sandbox_limit limit;
		struct sandbox_limits limits;
	} rows[] = {
		{"head -c 50M /dev/zero > a",
		 "No space left on device",
		 SANDBOX_LIMIT_WORKSPACE_BYTES,
		 {.workspace_bytes = 5 << 20}},
		{"touch $(seq 2000)",
		 "No space left on device",
		 SANDBOX_LIMIT_WORKSPACE_INODES,
		 {.workspace_inodes = 1000}},
		/* Just as many as it may have: none of these is at fault. */
		{"exec python3 -c 'import os; x = [open(\"/dev/null\") for i in range(508)]; "
		 "x[-1].fileno() == 510; raise SystemExit(\"last %d\" % x[-1].fileno())'",
		 "last 51",
		 SANDBOX_LIMIT_NONE,
		 {.descriptors = 512}},
		{"for i in $(seq 19); do sleep 0.2 & done; wait; echo all >&2; exit 1",
		 "all",
		 SANDBOX_LIMIT_NONE,
		 {.processes = 20}},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct outcome o;

		tap_row("%s", rows[i].script);
		at_limit(&o, rows[i].script, &rows[i].limits);
		CHECK(strstr(buf_text(&o.err), rows[i].error));
		CHECK_STR(sandbox_limit_name(o.r.limit), sandbox_limit_name(rows[i].limit));
		arena_release(&o.a);
	}
}

/* --- the report ---------------------------------------------------------------------------- */

TEST(every_program_is_named_with_the_digest_of_its_file)
{
	struct sha256 wanted;
	struct err e = ERR_INIT;
	struct outcome o;
	int fd = open("/usr/bin/dash", O_RDONLY | O_CLOEXEC);

	CHECK_INT(sha256_of_fd(fd, "dash", &wanted, &e), 0);
	shell(&o, "printf '#!/usr/bin/env sh\\n:' > s; chmod +x s; ./s; ./s; /no/such; "
		  "printf x > y; chmod +x y; ./y 2>/dev/null; true | cat");
	CHECK_STR(o.e.text, "");
	CHECK_STR(o.r.programs[0].path, "/usr/bin/dash");
	CHECK(sha256_equal(&o.r.programs[0].digest, &wanted));
	CHECK_STR(o.r.programs[1].path, "/usr/bin/chmod");
	CHECK_STR(o.r.programs[2].path, "/usr/bin/env");
	CHECK_STR(o.r.programs[3].path, "./s");
	CHECK_INT(o.r.programs[3].count, 2);
	/* Itself, twice for the script, and once for the file that is no program. */
	CHECK_INT(o.r.programs[0].count, 4);
}

TEST(a_refused_call_is_named_with_its_arguments_and_its_program)
{
	struct outcome o;

	shell(&o, "/usr/bin/python3 -c '\n"
		  "import socket\n"
		  "for i in range(3):\n"
		  "  try: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n"
		  "  except OSError as e: print(e.errno)\n'; /usr/sbin/chroot / 2>/dev/null; true");
	CHECK_STR(o.e.text, "");
	CHECK_STR(buf_text(&o.out), "97\n97\n97\n");
	CHECK_INT(o.r.refusal_count, 2);
	CHECK_STR(o.r.refusals[0].call, "socket");
	CHECK_STR(o.r.refusals[0].arguments, "AF_INET6, SOCK_DGRAM|SOCK_CLOEXEC, 0");
	CHECK(strstr(o.r.refusals[0].program, "/usr/bin/python3"));
	CHECK_STR(o.r.refusals[0].answer, "EAFNOSUPPORT");
	CHECK_INT(o.r.refusals[0].count, 3);
	CHECK(o.r.refusals[0].loud);
	CHECK_STR(o.r.refusals[1].call, "chroot");
	CHECK_STR(o.r.refusals[1].arguments, "\"/\"");
	CHECK_INT(o.r.refusal_total, 4);
}

/* --- variations ---------------------------------------------------------------------------- */

static void varied(struct outcome *o, const char *script, const struct sandbox_variation *v)
{
	const char *const argv[] = {"bash", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);

	spec.variation = *v;
	run(o, &spec);
	CHECK_STR(o->e.text, "");
	CHECK_INT(o->status, 0);
}

#define YEAR_2031 1930000000000000000LL

TEST(each_variation_is_seen_inside_and_listed)
{
	static const char *const env[] = {"EXTRA=1", NULL};
	static const struct {
		const char *script, *output, *name;
		struct sandbox_variation v;
	} rows[] = {
		{"hostname", "elsewhere\n", "host name", {.host_name = "elsewhere"}},
		{"cat /proc/sys/kernel/domainname 2>/dev/null || /usr/bin/python3 -c "
		 "'import ctypes; b=ctypes.create_string_buffer(400); "
		 "ctypes.CDLL(None).uname(b); print(b.raw[325:].split(b\"\\0\")[0].decode())'",
		 "example.org\n",
		 "domain",
		 {.domain_name = "example.org"}},
		{"id -un; echo $USER $HOME; ls -ld ~ | cut -c1-4",
		 "eve\neve /home/eve\ndrwx\n",
		 "user",
		 {.user_name = "eve"}},
		{"id -u; touch a; stat -c %u a", "4242\n4242\n", "uid", {.uid = 4242}},
		{"id -g", "4243\n", "gid", {.gid = 4243}},
		{"cd; pwd; touch x && echo ok", "/srv/h\nok\n", "HOME", {.home = "/srv/h"}},
		{"dirname $(mktemp)", "/var/t\n", "TMPDIR", {.tmpdir = "/var/t"}},
		{"pwd; touch x && echo ok",
		 "/a/b/c\nok\n",
		 "workspace path",
		 {.workspace = "/a/b/c"}},
		{"echo $TZ; date +%Z", "Asia/Tokyo\nJST\n", "TZ", {.timezone = "Asia/Tokyo"}},
		{"echo $LANG $LC_ALL", "C C\n", "locale", {.locale = "C"}},
		{"touch a; stat -c %a a", "600\n", "umask", {.umask_bits = 0077}},
		{"echo $EXTRA", "1\n", "environment", {.env = env}},
		{"nproc", "1\n", "cpus", {.cpus = 1}},
		{"date +%Y; /usr/bin/python3 -c 'import time; print(time.time())'",
		 "2031\n1930000000.0\n",
		 "clock",
		 {.clock = SANDBOX_CLOCK_FIXED, .clock_ns = YEAR_2031}},
		{"for i in 1 2 3; do /usr/bin/python3 -c 'import uuid, random; print(uuid.uuid4(), "
		 "random.random(), hash(\"x\"))'; done | md5sum; head -c 8 /dev/urandom | md5sum; "
		 "echo $RANDOM $SRANDOM | wc -w",
		 NULL,
		 "random bytes",
		 {.random = SANDBOX_RANDOM_SEEDED, .random_seed = 7}},
		{"/usr/bin/python3 -c 'print(open(\"/proc/self/maps\").read().split(\"-\")[0])'",
		 NULL,
		 "address layout",
		 {.fixed_layout = true}},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		struct outcome o, again;

		tap_row("%s", rows[i].name);
		varied(&o, rows[i].script, &rows[i].v);
		varied(&again, rows[i].script, &rows[i].v);
		if (rows[i].output)
			CHECK_STR(buf_text(&o.out), rows[i].output);
		CHECK(o.out.size > 0);
		CHECK_STR(buf_text(&o.err), "");
		CHECK_STR(buf_text(&o.out), buf_text(&again.out));
		CHECK_INT(o.r.varied_count, 1);
		CHECK_STR(o.r.varied[0].name, rows[i].name);
	}
}

TEST(the_order_of_directory_entries_can_be_turned_round)
{
	char seen[2][64];

	for (int i = 0; i < 2; i++) {
		const char *const argv[] = {"sh", "-c", "ls -U; ls -U d", NULL};
		struct sandbox_spec spec = host_spec(argv);
		struct treestream_writer w;
		struct outcome o;

		spec.workspace_in = begin_tree(&w);
		for (const char *const *p =
			     (const char *const[]){"b", "d/2", "a", "d/1", "c", NULL};
		     *p; p++)
			add(&w, TREESTREAM_FILE, *p, "");
		end_tree(&w);
		spec.variation.order = i == 0 ? SANDBOX_ORDER_GIVEN : SANDBOX_ORDER_REVERSED;
		run(&o, &spec);
		CHECK_STR(o.e.text, "");
		(void)snprintf(seen[i], sizeof(seen[i]), "%s", buf_text(&o.out));
	}
	CHECK_STR(seen[0], "c\na\nd\nb\n1\n2\n");
	CHECK_STR(seen[1], "b\na\nd\nc\n2\n1\n");
}

TEST(what_was_there_before_is_as_old_as_the_moved_clock_says)
{
	const char *const argv[] = {"sh", "-c", "date +%Y -r d/a; date +%Y -r d; date +%Y -r .",
				    NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct treestream_writer w;
	struct outcome o;

	spec.workspace_in = begin_tree(&w);
	add(&w, TREESTREAM_FILE, "d/a", "x");
	add(&w, TREESTREAM_LINK, "d/l", "a");
	end_tree(&w);
	spec.variation.clock = SANDBOX_CLOCK_FIXED;
	spec.variation.clock_ns = YEAR_2031;
	run(&o, &spec);
	CHECK_STR(o.e.text, "");
	CHECK_STR(buf_text(&o.out), "2031\n2031\n2031\n");
}

TEST(what_the_program_makes_is_as_old_as_the_moved_clock_says)
{
	static const char script[] =
		"touch new; date +%Y -r new; stat -c '%y %z %w' new | grep -o '20..-'; "
		"ls -l --time-style=+%Y new | cut -d' ' -f6; echo x > d; chmod +x d; ln -s d l; "
		"stat -c %Z l d | while read t; do date +%Y -d @$t; done; "
		"touch -d 2019-05-06 old; date +%Y -r old; date +%Y -r /usr/bin/true | grep -c "
		"2031; "
		"/usr/bin/python3 -c 'import os; f = open(\"p\", \"w\"); "
		"print(os.fstat(f.fileno()).st_mtime, os.stat(\"/nowhere\" if 0 else "
		"\"p\").st_ctime, os.lstat(\"l\").st_mtime)'; "
		"[ new -nt old ] && echo newer; stat nothing 2>&1; date +%Y -r /proc/self";
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct outcome o;

	spec.variation.clock = SANDBOX_CLOCK_FIXED;
	spec.variation.clock_ns = YEAR_2031;
	run(&o, &spec);
	CHECK_STR(o.e.text, "");
	CHECK_STR(buf_text(&o.err), "");
	CHECK_STR(buf_text(&o.out),
		  "2031\n2031-\n2031-\n2031-\n2031\n2031\n2031\n2019\n0\n"
		  "1930000000.0 1930000000.0 1930000000.0\nnewer\n"
		  "stat: cannot statx 'nothing': No such file or directory\n2031\n");
}

/* --- what cannot be run -------------------------------------------------------------------- */

TEST(what_cannot_be_set_up_is_an_error_that_names_its_step)
{
	static const struct {
		const char *program, *directory, *workspace, *step, *text;
	} rows[] = {
		{"nothing", NULL, NULL, "program", "program: nothing: No such file or directory"},
		{"/etc/passwd", NULL, NULL, "program", "program: /etc/passwd: Permission denied"},
		{"sh", "none", "/srv/w", "working directory",
		 "working directory: /srv/w/none: No such file or directory"},
		{"sh", NULL, "/usr/x", "writable directories",
		 "writable directories: usr/x: Read-only file system"},
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(rows); i++) {
		const char *const argv[] = {rows[i].program, NULL};
		struct sandbox_spec spec = host_spec(argv);
		struct outcome o;

		tap_row("%s", rows[i].text);
		spec.directory = rows[i].directory;
		spec.variation.workspace = rows[i].workspace;
		run(&o, &spec);
		CHECK_INT(o.status, -1);
		CHECK_STR(o.e.text, rows[i].text);
		CHECK_INT(o.e.kind, ERR_SANDBOX);
		CHECK_STR(o.r.failed_step, rows[i].step);
	}
}

TEST(a_spec_that_makes_no_sense_is_refused_before_anything_starts)
{
	const char *const argv[] = {"sh", NULL}, *const none[] = {NULL};
	const struct sandbox_fd control = {0, SANDBOX_CONTROL_FD};
	struct sandbox_spec spec = host_spec(none);
	struct outcome o;

	run(&o, &spec);
	CHECK_STR(o.e.text, "sandbox: no arguments, or more than 4096");
	spec = host_spec(argv);
	spec.fds = &control;
	spec.fd_count = 1;
	run(&o, &spec);
	CHECK_STR(o.e.text, "sandbox: descriptor 255: not in 3 to 254");
	spec = host_spec(argv);
	spec.variation.home = "/home/../etc";
	run(&o, &spec);
	CHECK_STR(o.e.text, "sandbox: HOME: not an absolute plain path: /home/../etc");
	spec = host_spec(argv);
	spec.variation.host_name = "a b";
	run(&o, &spec);
	CHECK_STR(o.e.text, "sandbox: host name: not a plain word: a b");
}

/* --- cgroup -------------------------------------------------------------------------------- */

static const struct sandbox_layer *layer_of(const struct outcome *o, const char *name)
{
	for (size_t i = 0; i < o->r.layer_count; i++)
		if (strcmp(o->r.layers[i].name, name) == 0)
			return &o->r.layers[i];
	tap_fail(__FILE__, __LINE__, "no layer %s", name);
}

TEST(a_cgroup_that_is_required_is_in_force_or_nothing_runs)
{
	const char *const argv[] = {"/usr/bin/python3", "-c",
				    "import mmap\nm = mmap.mmap(-1, 300 << 20)\n"
				    "for i in range(300): m.write(b'x' * (1 << 20))",
				    NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct outcome o;

	spec.layers.cgroup = SANDBOX_REQUIRE;
	spec.limits.memory_bytes = 100 << 20;
	run(&o, &spec);
	if (o.status < 0) {
		CHECK(strstr(o.e.text, "cgroup: no cgroup with a memory controller is delegated"));
		CHECK_INT(o.e.kind, ERR_SANDBOX);
		tap_skip("%s", o.e.text);
	}
	CHECK(layer_of(&o, "cgroup")->in_force);
	CHECK_STR(sandbox_limit_name(o.r.limit), "memory");
	CHECK_STR(sandbox_end_name(o.r.end), "limit");
	CHECK(o.r.peak_memory_bytes <= 100 << 20);
}
