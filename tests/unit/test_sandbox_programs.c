/* Real programs at real work: nothing that they need is refused, and the clock moves for all. */
#include "tests/unit/sandbox_help.h"

#include <fcntl.h>
#include <limits.h>

static bool installed(const char *name)
{
	const char *p = "/usr/local/bin:/usr/bin:/bin";
	char path[PATH_MAX];

	for (; *p != '\0'; p += strcspn(p, ":"), p += *p == ':') {
		(void)snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(p, ":"), p, name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static const struct {
	const char *program, *script;
	bool clock;
} works[] = {
	{"git",
	 "git init -q -b main . && git config user.email a@b && git config user.name n && "
	 "seq 1000 > f && git add . && git commit -qm one && git checkout -q -b side && "
	 "echo x >> f && git commit -qam two && git checkout -q main && git merge -q side && "
	 "git rebase -q main && git stash && git gc -q && git fsck && git clone -q . /tmp/c && "
	 "git grep -q 5 && git log --stat > /dev/null && git worktree add -q /tmp/w side",
	 false},
	{"bash",
	 "set -e; mkdir -p a/b; for i in $(seq 50); do echo $i > a/$i; done; cp -a a c; diff -r a "
	 "c; "
	 "tar czf t.tgz a; tar xzf t.tgz -C c; find . -name '*7' -exec wc -l {} + | sort | tail "
	 "-1; "
	 "sed -i s/1/2/ a/1; install -m 755 a/1 p; mkfifo q; (cat q &) ; echo x > q; "
	 "ln -s a l; mv a d; ln d/1 d/hard; chmod -R u+rwX d; rm -r c; head -c 1M /dev/urandom | "
	 "sha256sum; awk 'BEGIN{print 1}'; perl -e 'print fork() ? 1 : exit'; xargs -P4 -n1 echo < "
	 "p; timeout 1 sleep 0.01; touch -d 2020-01-01 p; flock p true; nproc; df . ; ps || true; "
	 "env | sort; date; patch -v; dd if=/dev/zero of=z bs=64k count=4 conv=fsync; sync",
	 false},
	{"python3",
	 "cat > t.py <<'X'\n"
	 "import threading, subprocess, multiprocessing, asyncio, sqlite3, mmap, zipfile, json, "
	 "os\n"
	 "import tempfile, socket, hashlib, uuid, random, shutil, glob\n"
	 "def f(q): q.put(1)\n"
	 "if __name__ == '__main__':\n"
	 "  t = threading.Thread(target=print); t.start(); t.join()\n"
	 "  print(subprocess.run(['echo', 'x'], capture_output=True))\n"
	 "  q = multiprocessing.Queue(); p = multiprocessing.Process(target=f, args=(q,)); "
	 "p.start()\n"
	 "  print(q.get()); p.join()\n"
	 "  asyncio.run(asyncio.sleep(0.01))\n"
	 "  d = sqlite3.connect('x.db'); d.execute('create table t(a)'); d.commit(); d.close()\n"
	 "  open('m', 'wb').write(b'x' * 5000); g = open('m', 'r+b'); "
	 "m = mmap.mmap(g.fileno(), 0)\n"
	 "  m[0] = 65; m.flush()\n"
	 "  zipfile.ZipFile('z.zip', 'w').write('m'); tempfile.NamedTemporaryFile()\n"
	 "  a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1), uuid.uuid4())\n"
	 "  shutil.copytree('.', '/tmp/copy'); print(glob.glob('*'))\n"
	 "X\n"
	 "/usr/bin/python3 t.py",
	 true},
	{"node",
	 "node -e 'const fs = require(\"fs\"), c = require(\"child_process\"); "
	 "fs.writeFileSync(\"a\", \"x\"); console.log(c.execSync(\"cat a\").toString()); "
	 "new Worker_(); function Worker_() {}; setTimeout(() => console.log(Date.now()), 5); "
	 "fs.promises.readdir(\".\").then(console.log); "
	 "require(\"crypto\").randomBytes(8); new (require(\"worker_threads\").Worker)(\"1\", "
	 "{eval: true})'",
	 true},
	{"sed", "seq 100 | sed -n 's/5/x/gp' > o; sed -i -e 1d o; sed -s w\\ out o > /dev/null",
	 false},
	{"jq", "echo '{\"a\": [1, 2]}' | jq '.a[] | . + 1'; jq -n 'now | todate'", true},
	{"terraform",
	 "cat > main.tf <<'X'\n"
	 "variable \"n\" { default = 3 }\n"
	 "resource \"terraform_data\" \"x\" {\n"
	 "  count = var.n\n"
	 "  input = timestamp()\n"
	 "}\n"
	 "output \"t\" { value = timestamp() }\n"
	 "X\n"
	 "export CHECKPOINT_DISABLE=1; set -e; terraform init -input=false; terraform validate; "
	 "terraform fmt; terraform plan -input=false -out p; terraform show -json p > p.json; "
	 "terraform apply -input=false -auto-approve; terraform output -raw t; terraform graph "
	 "> /dev/null",
	 true},
};

static void at_work(const char *program, const char *script, const struct sandbox_variation *v)
{
	const char *const argv[] = {"bash", "-c", script, NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct outcome o;

	spec.profile = strcmp(program, "terraform") == 0 ? SANDBOX_TERRAFORM : SANDBOX_FIXER;
	spec.limits.workspace_bytes = 512 << 20;
	spec.variation = *v;
	run(&o, &spec);
	CHECK_STR(o.e.text, "");
	for (size_t i = 0; i < o.r.refusal_count; i++) {
		fprintf(stderr, "# %s: %s(%s) by %s: %s, %s, %d times\n", program,
			o.r.refusals[i].call, o.r.refusals[i].arguments, o.r.refusals[i].program,
			o.r.refusals[i].answer, o.r.refusals[i].loud ? "loud" : "quiet",
			(int)o.r.refusals[i].count);
	}
	for (size_t i = 0; i < o.r.refusal_count; i++)
		CHECK(!o.r.refusals[i].loud);
	if (o.r.end != SANDBOX_EXITED || o.r.exit_status != 0)
		fprintf(stderr, "# %s\n%s\n%s\n", program, buf_text(&o.out), buf_text(&o.err));
	CHECK_STR(sandbox_limit_name(o.r.limit), "none");
	CHECK_INT(o.r.end, SANDBOX_EXITED);
	CHECK_INT(o.r.exit_status, 0);
	arena_release(&o.a);
}

TEST(ordinary_programs_do_their_work_and_nothing_is_refused)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(works); i++) {
		if (!installed(works[i].program)) {
			fprintf(stderr, "# not installed, not tried: %s\n", works[i].program);
			continue;
		}
		tap_row("%s", works[i].program);
		at_work(works[i].program, works[i].script, &(struct sandbox_variation){0});
	}
}

TEST(they_do_it_with_everything_varied_too)
{
	static const char *const env[] = {"UNRELATED=1", NULL};
	static const struct sandbox_variation all = {
		.host_name = "other",
		.domain_name = "example.org",
		.user_name = "zoe",
		.uid = 31337,
		.gid = 31338,
		.home = "/srv/home/zoe",
		.tmpdir = "/var/tmp/x",
		.workspace = "/mnt/some/where/else",
		.timezone = "Pacific/Auckland",
		.locale = "C",
		.umask_bits = 0077,
		.env = env,
		.order = SANDBOX_ORDER_REVERSED,
		.cpus = 1,
		.clock = SANDBOX_CLOCK_OFFSET,
		.clock_ns = 100000000LL * 1000000000LL,
	};

	for (size_t i = 0; i < FP_ARRAY_SIZE(works); i++) {
		if (!installed(works[i].program))
			continue;
		tap_row("%s", works[i].program);
		at_work(works[i].program, works[i].script, &all);
	}
}

/* --- the clock ----------------------------------------------------------------------------- */

#define YEAR_2031 1930000000000000000LL

static void clocked(struct outcome *o, const char *const *argv, int exec_fd)
{
	struct sandbox_spec spec = host_spec(argv);

	spec.exec_fd = exec_fd;
	spec.variation.clock = SANDBOX_CLOCK_FIXED;
	spec.variation.clock_ns = YEAR_2031;
	run(o, &spec);
	CHECK_STR(o->e.text, "");
	CHECK_INT(o->r.exit_status, 0);
}

TEST(a_static_program_that_reads_the_vdso_sees_the_moved_clock)
{
	TAP_NOT_SANITIZED();
	const char *const argv[] = {"probe", "--clock", NULL};
	char path[PATH_MAX + 32];
	struct outcome o;
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
	int fd;

	CHECK(n > 0);
	path[n] = '\0';
	(void)snprintf(strrchr(path, '/') + 1, 32, "attack_probe");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	clocked(&o, argv, fd);
	CHECK_STR(buf_text(&o.out), "1930000000 1930000000 1930000000\n");
}

TEST(a_go_program_sees_the_moved_clock)
{
	const char *const argv[] = {"sh", "-c", "echo 'timestamp()' | terraform console", NULL};
	struct outcome o;

	if (!installed("terraform"))
		tap_skip("terraform is not installed");
	clocked(&o, argv, -1);
	CHECK_STR(buf_text(&o.out), "\"2031-02-27T23:06:40Z\"\n");
}

TEST(a_clock_that_is_moved_still_runs)
{
	const char *const argv[] = {"sh", "-c", "date +%s; sleep 1; date +%s; date +%s -r /work",
				    NULL};
	struct sandbox_spec spec = host_spec(argv);
	long long first, second, file, now = (long long)time(NULL);
	struct outcome o;

	spec.variation.clock = SANDBOX_CLOCK_OFFSET;
	spec.variation.clock_ns = -1000000LL * 1000000000LL;
	run(&o, &spec);
	CHECK_STR(o.e.text, "");
	CHECK_INT(sscanf(buf_text(&o.out), "%lld %lld %lld", &first, &second, &file), 3);
	CHECK(first >= now - 1000000 && first <= now - 1000000 + 2);
	CHECK(second >= first + 1 && second <= first + 3);
}
