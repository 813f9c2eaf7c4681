/*
 * Each probe of tests/attack/probe.c is made twice by the same user: outside, where it should
 * succeed (what this kernel refuses anybody is counted apart), and in the sandbox, where it must
 * not.
 */
#include "tests/unit/sandbox_help.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define INHERITED_FD 9
#define SHARED_KEY 0x66707266
#define NOBODY 65534
#define NAMES_MAX 400

struct arena_of_attack {
	char dir[64], pid[16], port[16];
	int probe_fd;
	int shared;
	pid_t victim;
	char names[NAMES_MAX][64];
	size_t name_count;
};

static int early_probe = -1;

/* Before the test gives up its identity: an ordinary user may not reach where the build lies. */
__attribute__((constructor)) static void open_early(void)
{
	char path[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

	if (n <= 0)
		return;
	path[n] = '\0';
	(void)snprintf(strrchr(path, '/') + 1, 32, "attack_probe");
	early_probe = open(path, O_RDONLY | O_CLOEXEC);
}

static void open_probe(struct arena_of_attack *t)
{
	CHECK(early_probe >= 0);
	t->probe_fd = fcntl(early_probe, F_DUPFD_CLOEXEC, 3);
	CHECK(t->probe_fd >= 0);
}

static void listen_unix(const struct sockaddr_un *a, size_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	CHECK(bind(fd, (const void *)a, (socklen_t)size) == 0);
	CHECK(listen(fd, 100) == 0);
}

static void listen_all(struct arena_of_attack *t)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(in);
	int n, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0 && bind(fd, (const void *)&in, sizeof(in)) == 0 && listen(fd, 100) == 0);
	CHECK(getsockname(fd, (void *)&in, &size) == 0);
	(void)snprintf(t->port, sizeof(t->port), "%d", ntohs(in.sin_port));
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s/listener", t->dir);
	listen_unix(&un, sizeof(un));
	CHECK(chmod(un.sun_path, 0777) == 0);
	memset(&un.sun_path, 0, sizeof(un.sun_path));
	n = snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "fixproof-attack-%d", t->victim);
	listen_unix(&un, offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static void list_probes(struct arena_of_attack *t)
{
	int p[2];
	FILE *in;

	CHECK(pipe2(p, O_CLOEXEC) == 0);
	if (fork() == 0) {
		char *const argv[] = {(char[]){"probe"}, (char[]){"--list"}, NULL};

		(void)dup2(p[1], 1);
		(void)fexecve(t->probe_fd, argv, environ);
		_exit(127);
	}
	(void)close(p[1]);
	in = fdopen(p[0], "r");
	CHECK(in != NULL);
	while (t->name_count < NAMES_MAX && fscanf(in, "%63s", t->names[t->name_count]) == 1)
		t->name_count++;
	(void)fclose(in);
	while (wait(NULL) > 0)
		;
	CHECK(t->name_count >= 100);
}

static void set_up(struct arena_of_attack *t)
{
	struct err e = ERR_INIT;
	int fd;

	open_probe(t);
	list_probes(t);
	(void)snprintf(t->dir, sizeof(t->dir), "/tmp/fixproof-attack-XXXXXX");
	CHECK(mkdtemp(t->dir) != NULL);
	CHECK(chmod(t->dir, 0777) == 0);
	fd = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_INT(fd_write_file(fd, "secret", "secret\n", 7, 0644, &e), 0);
	CHECK(dup2(fd, INHERITED_FD) == INHERITED_FD); /* not close-on-exec: a careless caller's */
	(void)close(fd);
	CHECK(setenv("ATTACK_SECRET", "secret", 1) == 0);
	t->shared = shmget(SHARED_KEY, 4096, IPC_CREAT | 0666);
	t->victim = fork();
	if (t->victim == 0) {
		(void)setsid();
		for (;;)
			(void)pause();
	}
	(void)snprintf(t->pid, sizeof(t->pid), "%d", t->victim);
	listen_all(t);
	CHECK(chdir(t->dir) == 0);
}

static void tear_down(struct arena_of_attack *t)
{
	struct err e = ERR_INIT;

	(void)kill(t->victim, SIGKILL);
	if (t->shared >= 0)
		(void)shmctl(t->shared, IPC_RMID, NULL);
	CHECK(chdir("/") == 0);
	CHECK_INT(fd_remove_tree(AT_FDCWD, t->dir, &e), 0);
}

/* In mounts and names of its own, so that what succeeds there leaves nothing behind. */
static int outside(const struct arena_of_attack *t, char *name)
{
	char work[] = "./outside-XXXXXX";
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		char *const argv[] = {(char[]){"probe"},	  name,
				      (char *)(uintptr_t)t->dir,  (char *)(uintptr_t)t->pid,
				      (char *)(uintptr_t)t->port, NULL};

		if (geteuid() == 0 && (unshare(CLONE_NEWNS | CLONE_NEWUTS) < 0 ||
				       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))
			_exit(126);
		if (!mkdtemp(work) || chdir(work) < 0)
			_exit(126);
		(void)alarm(20);
		(void)fexecve(t->probe_fd, argv, environ);
		_exit(127);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int inside(const struct arena_of_attack *t, char *name)
{
	const char *const argv[] = {"probe", name, t->dir, t->pid, t->port, NULL};
	struct sandbox_spec spec = host_spec(argv);
	struct outcome o;

	spec.exec_fd = t->probe_fd;
	spec.limits.wall_ms = 20000;
	run(&o, &spec);
	CHECK_STR(o.e.text, "");
	CHECK_INT(o.status, 0);
	arena_release(&o.a);
	return o.r.end == SANDBOX_EXITED ? o.r.exit_status : 1;
}

static void attack(const char *who)
{
	static struct arena_of_attack t;
	size_t succeeded = 0, refused = 0, no_sense = 0;
	char escaped[1024] = "";

	set_up(&t);
	for (size_t i = 0; i < t.name_count; i++) {
		int was = outside(&t, t.names[i]), is = inside(&t, t.names[i]);

		tap_row("%s: %s: %d outside, %d inside", who, t.names[i], was, is);
		CHECK(was == 0 || was == 1 || was == 3);
		CHECK(is == 0 || is == 1 || is == 3);
		succeeded += was == 0;
		refused += was == 1;
		no_sense += was == 3;
		if (is == 0)
			(void)snprintf(escaped + strlen(escaped), sizeof(escaped) - strlen(escaped),
				       " %s", t.names[i]);
		if (getenv("ATTACK_VERBOSE"))
			fprintf(stderr, "%s %d %d\n", t.names[i], was, is);
	}
	tear_down(&t);
	fprintf(stderr,
		"# %s: %zu probes; outside %zu succeed, %zu are refused by this kernel, %zu make "
		"no "
		"sense; inside all are stopped\n",
		who, t.name_count, succeeded, refused, no_sense);
	CHECK_STR(escaped, "");
	CHECK(geteuid() != 0 || succeeded >= 100);
}

TEST(as_root_every_probe_is_stopped)
{
	if (geteuid() != 0)
		tap_skip("this is not root");
	attack("root");
}

TEST(as_an_ordinary_user_every_probe_is_stopped)
{
	/* Whoever changes identity without executing a program has a /proc that is root's. */
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	     setresuid(NOBODY, NOBODY, NOBODY) < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0))
		tap_skip("root may not become another user here");
	attack("user");
}
