/*
 * Turns the lists of policies/seccomp into C: the compiled filter of each profile and overlay, the
 * rows behind it, and the names of all system calls.  Runs when fixproof is built:
 *
 *	filterc DIRECTORY > seccomp_filters.h
 *
 * The format of a list stands at the top of common.list.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/prctl.h>
#include <seccomp.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sandbox/filter.h"

#define ROWS_MAX 1024
#define WORDS_MAX 8
#define CALLS_MAX 600

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

struct list {
	struct filter_row rows[ROWS_MAX];
	unsigned int files[ROWS_MAX]; /* which file, counted in order of reading, a row came from */
	size_t count;
	unsigned int file_count;
	struct filter_row fallback, unknown, foreign;
};

struct place {
	const char *path;
	unsigned int line;
};

static const char *directory;

#define NAMED(name)                     \
	{                               \
#name, (uint64_t)(name) \
	}
static const struct {
	const char *name;
	uint64_t value;
} constants[] = {
	NAMED(F_DUPFD),
	NAMED(F_DUPFD_CLOEXEC),
	NAMED(F_GETFD),
	NAMED(F_SETFD),
	NAMED(F_GETFL),
	NAMED(F_SETFL),
	NAMED(F_GETLK),
	NAMED(F_SETLK),
	NAMED(F_SETLKW),
	NAMED(F_OFD_GETLK),
	NAMED(F_OFD_SETLK),
	NAMED(F_OFD_SETLKW),
	NAMED(F_GETPIPE_SZ),
	NAMED(F_SETPIPE_SZ),
	NAMED(F_GETOWN),
	NAMED(F_GETOWN_EX),
	NAMED(F_GET_SEALS),
	NAMED(TCGETS),
	NAMED(TCSETS),
	NAMED(TCSETSW),
	NAMED(TIOCGWINSZ),
	NAMED(TIOCGPGRP),
	NAMED(TIOCSPGRP),
	NAMED(FIONBIO),
	NAMED(FIONREAD),
	NAMED(FIOCLEX),
	NAMED(FIONCLEX),
	NAMED(FICLONE),
	NAMED(ARCH_SET_FS),
	NAMED(ARCH_GET_FS),
	NAMED(AF_UNIX),
	NAMED(PR_SET_NAME),
	NAMED(PR_GET_NAME),
	NAMED(PR_GET_DUMPABLE),
	NAMED(PR_SET_DUMPABLE),
	NAMED(PR_SET_PDEATHSIG),
	NAMED(PR_GET_PDEATHSIG),
	NAMED(PR_GET_NO_NEW_PRIVS),
	NAMED(PR_SET_NO_NEW_PRIVS),
	NAMED(PR_CAPBSET_READ),
	NAMED(PR_SET_VMA),
	NAMED(PR_GET_SECCOMP),
	NAMED(PR_SET_THP_DISABLE),
	NAMED(PR_GET_KEEPCAPS),
	NAMED(PR_SET_CHILD_SUBREAPER),
	NAMED(PR_GET_CHILD_SUBREAPER),
	NAMED(CLOCK_MONOTONIC),
	NAMED(CLOCK_PROCESS_CPUTIME_ID),
	NAMED(CLOCK_THREAD_CPUTIME_ID),
	NAMED(CLOCK_MONOTONIC_RAW),
	NAMED(CLOCK_MONOTONIC_COARSE),
	NAMED(CLOCK_BOOTTIME),
	NAMED(CLOCK_BOOTTIME_ALARM),
};

static const struct {
	const char *name;
	int error;
} errors[] = {
	{"EPERM", EPERM},   {"ENOSYS", ENOSYS}, {"EAFNOSUPPORT", EAFNOSUPPORT},
	{"EINVAL", EINVAL}, {"EACCES", EACCES}, {"EOPNOTSUPP", EOPNOTSUPP},
	{"ENOTTY", ENOTTY},
};

/* Calls that came after the library's table. */
static const struct {
	const char *name;
	int nr;
} newer[] = {
	{"process_mrelease", 448},  {"futex_waitv", 449},      {"set_mempolicy_home_node", 450},
	{"cachestat", 451},	    {"fchmodat2", 452},	       {"map_shadow_stack", 453},
	{"futex_wake", 454},	    {"futex_wait", 455},       {"futex_requeue", 456},
	{"statmount", 457},	    {"listmount", 458},	       {"lsm_get_self_attr", 459},
	{"lsm_set_self_attr", 460}, {"lsm_list_modules", 461}, {"mseal", 462},
	{"setxattrat", 463},	    {"getxattrat", 464},       {"listxattrat", 465},
	{"removexattrat", 466},	    {"open_tree_attr", 467},   {"file_getattr", 468},
	{"file_setattr", 469},
};

static void fail(const struct place *at, const char *format, ...) FP_PRINTF(2, 3) FP_NORETURN;
static void fail(const struct place *at, const char *format, ...)
{
	va_list args;

	if (at)
		fprintf(stderr, "%s:%u: ", at->path, at->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static uint64_t parse_value(const struct place *at, const char *word)
{
	char *end;
	unsigned long long value;

	for (size_t i = 0; i < FP_ARRAY_SIZE(constants); i++)
		if (strcmp(constants[i].name, word) == 0)
			return constants[i].value;
	errno = 0;
	value = strtoull(word, &end, 0);
	if (errno != 0 || end == word || *end != '\0')
		fail(at, "%s: neither a number nor a name that is known", word);
	return value;
}

static int parse_call(const struct place *at, const char *word)
{
	int nr;

	if (strncmp(word, "nr:", 3) == 0)
		return (int)parse_value(at, word + 3);
	nr = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, word);
	if (nr < 0)
		fail(at, "%s: no such system call", word);
	return nr;
}

/* "1==F_GETFD", "2===0", "0&0x7e020000==0" */
static void parse_test(const struct place *at, char *word, struct filter_row *row)
{
	struct filter_test *test = &row->tests[row->test_count];
	char *equals = strstr(word, "=="), *mask;

	if (row->test_count == FILTER_TESTS_MAX || !equals || word[0] < '0' || word[0] > '5')
		fail(at, "%s: not a test, or one too many", word);
	test->argument = (unsigned int)(word[0] - '0');
	test->mask = equals[2] == '=' ? UINT64_MAX : UINT32_MAX;
	test->value = parse_value(at, equals + (equals[2] == '=' ? 3 : 2)) & test->mask;
	*equals = '\0';
	mask = word + 1;
	if (*mask == '&')
		test->mask = parse_value(at, mask + 1) & UINT32_MAX;
	else if (*mask != '\0')
		fail(at, "%s: not a test", word);
	row->test_count++;
}

static void parse_action(const struct place *at, char *const *words, size_t count,
			 struct filter_row *row)
{
	static const struct {
		const char *word;
		enum filter_action action;
		bool refuses;
	} actions[] = {
		{"allow", FILTER_ALLOW, false},	 {"watch", FILTER_WATCH, false},
		{"start", FILTER_START, false},	 {"answer", FILTER_ANSWER, false},
		{"times", FILTER_TIMES, false},	 {"ending", FILTER_ENDING, false},
		{"loud", FILTER_LOUD, true},	 {"quiet", FILTER_QUIET, true},
		{"silent", FILTER_SILENT, true},
	};
	const char *word;

	if (count != 1 && count != 2)
		fail(at, "an action is one word, or an error and one word");
	word = words[count - 1];
	if (count == 2) {
		for (size_t i = 0; i < FP_ARRAY_SIZE(errors); i++)
			if (strcmp(errors[i].name, words[0]) == 0)
				row->error = errors[i].error;
		if (row->error == 0)
			fail(at, "%s: not an error that is known", words[0]);
	}
	for (size_t i = 0; i < FP_ARRAY_SIZE(actions); i++) {
		if (strcmp(actions[i].word, word) == 0 && actions[i].refuses == (count == 2)) {
			row->action = actions[i].action;
			return;
		}
	}
	fail(at, "%s: not an action", word);
}

static void drop_rows(struct list *list, int nr, unsigned int but_of_file)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->rows[i].nr == nr && list->files[i] != but_of_file)
			continue;
		list->rows[kept] = list->rows[i];
		list->files[kept++] = list->files[i];
	}
	list->count = kept;
}

static void read_list(struct list *list, const char *name);

static void parse_row(struct list *list, const struct place *at, char **words, size_t count,
		      unsigned int file)
{
	struct filter_row row = {.nr = -1};
	size_t i = 1;

	if (strcmp(words[0], "include") == 0 && count == 2) {
		read_list(list, words[1]);
		return;
	}
	while (i < count && words[i][0] >= '0' && words[i][0] <= '9')
		parse_test(at, words[i++], &row);
	parse_action(at, words + i, count - i, &row);
	if (strcmp(words[0], "default") == 0) {
		list->fallback = row;
	} else if (strcmp(words[0], "unknown") == 0) {
		list->unknown = row;
	} else if (strcmp(words[0], "foreign") == 0) {
		list->foreign = row;
	} else {
		row.nr = parse_call(at, words[0]);
		drop_rows(list, row.nr, file);
		if (list->count == ROWS_MAX)
			fail(at, "too many rows");
		list->files[list->count] = file;
		list->rows[list->count++] = row;
	}
}

static void read_list(struct list *list, const char *name)
{
	char path[4096], line[1024], *words[WORDS_MAX], *next;
	struct place at = {.path = path};
	unsigned int file;
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s/%s.list", directory, name);
	in = fopen(path, "re");
	if (!in)
		fail(NULL, "%s: %s", path, strerror(errno));
	file = ++list->file_count;
	while (fgets(line, sizeof(line), in)) {
		size_t count = 0;

		at.line++;
		line[strcspn(line, "#\n")] = '\0';
		for (next = line;;) {
			next += strspn(next, " \t");
			if (*next == '\0')
				break;
			if (count == WORDS_MAX)
				fail(&at, "too many words");
			words[count++] = next;
			next += strcspn(next, " \t");
			if (*next != '\0')
				*next++ = '\0';
		}
		if (count > 0)
			parse_row(list, &at, words, count, file);
	}
	(void)fclose(in);
}

static void add_rule(scmp_filter_ctx ctx, const struct filter_row *row)
{
	struct scmp_arg_cmp tests[FILTER_TESTS_MAX];
	uint32_t action = SCMP_ACT_ALLOW;
	int r;

	if (row->action == FILTER_SILENT)
		action = SCMP_ACT_ERRNO((uint32_t)row->error);
	else if (row->action != FILTER_ALLOW)
		return; /* what no rule names goes to the supervisor */
	for (unsigned int i = 0; i < row->test_count; i++)
		tests[i] = SCMP_CMP(row->tests[i].argument, SCMP_CMP_MASKED_EQ, row->tests[i].mask,
				    row->tests[i].value);
	r = seccomp_rule_add_exact_array(ctx, action, row->nr, row->test_count, tests);
	if (r < 0)
		fail(NULL, "call %d: the library refuses its rule: %s", row->nr, strerror(-r));
}

/* The code goes through a file because the library writes it to a descriptor only. */
static size_t compile(const struct list *list, struct sock_filter *code, size_t max)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_NOTIFY);
	FILE *file = tmpfile();
	size_t count;

	if (!ctx || !file)
		fail(NULL, "out of memory, or no temporary file");
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_NOTIFY) < 0 ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0)
		fail(NULL, "the library refuses an attribute");
	for (size_t i = 0; i < list->count; i++)
		add_rule(ctx, &list->rows[i]);
	if (seccomp_export_bpf(ctx, fileno(file)) < 0)
		fail(NULL, "the library cannot export the filter");
	seccomp_release(ctx);
	rewind(file);
	count = fread(code, sizeof(*code), max, file);
	(void)fclose(file);
	if (count == 0 || count == max)
		fail(NULL, "a filter of %zu instructions", count);
	return count;
}

static void print_row(const struct filter_row *row)
{
	printf("{%d, %d, %d, %u, {", row->nr, row->action, row->error, row->test_count);
	for (unsigned int i = 0; i < row->test_count; i++)
		printf("{%u, 0x%llxU, 0x%llxU}, ", row->tests[i].argument,
		       (unsigned long long)row->tests[i].mask,
		       (unsigned long long)row->tests[i].value);
	printf("}}");
}

static void print_filter(const char *profile, unsigned int overlay, const struct list *list)
{
	static struct sock_filter code[4096];
	size_t count = compile(list, code, FP_ARRAY_SIZE(code));

	printf("static const struct sock_filter code_%s_%u[] = {\n", profile, overlay);
	for (size_t i = 0; i < count; i++)
		printf("\t{0x%x, %u, %u, 0x%x},\n", code[i].code, code[i].jt, code[i].jf,
		       code[i].k);
	printf("};\nstatic const struct filter_row rows_%s_%u[] = {\n", profile, overlay);
	for (size_t i = 0; i < list->count; i++) {
		printf("\t");
		print_row(&list->rows[i]);
		printf(",\n");
	}
	printf("};\n");
}

static void print_entry(const char *profile, unsigned int overlay, const struct list *list)
{
	printf("\t{code_%s_%u, FP_ARRAY_SIZE(code_%s_%u), rows_%s_%u, FP_ARRAY_SIZE(rows_%s_%u),\n",
	       profile, overlay, profile, overlay, profile, overlay, profile, overlay);
	printf("\t ");
	print_row(&list->fallback);
	printf(", ");
	print_row(&list->unknown);
	printf(", ");
	print_row(&list->foreign);
	printf("},\n");
}

static void print_names(void)
{
	printf("static const char *const call_names[] = {\n");
	for (int nr = 0; nr < CALLS_MAX; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

		if (name)
			printf("\t[%d] = \"%s\",\n", nr, name);
		for (size_t i = 0; !name && i < FP_ARRAY_SIZE(newer); i++)
			if (newer[i].nr == nr)
				printf("\t[%d] = \"%s\",\n", nr, newer[i].name);
		free(name);
	}
	printf("};\n");
}

int main(int argc, char **argv)
{
	static const char *const profiles[] = {"planner", "fixer", "terraform"};
	static struct list lists[FP_ARRAY_SIZE(profiles)][FILTER_OVERLAYS];

	if (argc != 2)
		fail(NULL, "usage: filterc DIRECTORY");
	directory = argv[1];
	printf("/* Made by sandbox/filterc.c from policies/seccomp. */\n");
	for (size_t p = 0; p < FP_ARRAY_SIZE(profiles); p++) {
		for (unsigned int o = 0; o < FILTER_OVERLAYS; o++) {
			read_list(&lists[p][o], profiles[p]);
			if (o & FILTER_CLOCK)
				read_list(&lists[p][o],
					  p == SANDBOX_PLANNER ? "clock" : "filetimes");
			if (o & FILTER_RANDOM)
				read_list(&lists[p][o], "random");
			print_filter(profiles[p], o, &lists[p][o]);
		}
	}
	printf("static const struct filter filters[] = {\n");
	for (size_t p = 0; p < FP_ARRAY_SIZE(profiles); p++)
		for (unsigned int o = 0; o < FILTER_OVERLAYS; o++)
			print_entry(profiles[p], o, &lists[p][o]);
	printf("};\n");
	print_names();
	return 0;
}
