/*
 * Refused system calls, with their arguments in words.  The arguments are read from memory that
 * the program can change meanwhile; nothing is decided by them.  Addresses are left out, so that
 * two runs of the same program give the same record.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "runner/base/utf8.h"
#include "sandbox/watch.h"

#define TEXT_MAX 256
#define X32_BIT 0x40000000

struct word {
	uint64_t value;
	const char *name;
};

static const struct word families[] = {
	{AF_UNIX, "AF_UNIX"},	    {AF_INET, "AF_INET"},	    {AF_INET6, "AF_INET6"},
	{AF_NETLINK, "AF_NETLINK"}, {AF_PACKET, "AF_PACKET"},	    {AF_VSOCK, "AF_VSOCK"},
	{AF_ALG, "AF_ALG"},	    {AF_BLUETOOTH, "AF_BLUETOOTH"}, {0, NULL},
};

static const struct word types[] = {
	{SOCK_STREAM, "SOCK_STREAM"},	    {SOCK_DGRAM, "SOCK_DGRAM"},	  {SOCK_RAW, "SOCK_RAW"},
	{SOCK_SEQPACKET, "SOCK_SEQPACKET"}, {SOCK_PACKET, "SOCK_PACKET"}, {0, NULL},
};

static const struct word clone_flags[] = {
	{0x00020000, "CLONE_NEWNS"},  {0x02000000, "CLONE_NEWCGROUP"}, {0x04000000, "CLONE_NEWUTS"},
	{0x08000000, "CLONE_NEWIPC"}, {0x10000000, "CLONE_NEWUSER"},   {0x20000000, "CLONE_NEWPID"},
	{0x40000000, "CLONE_NEWNET"}, {0x00000080, "CLONE_NEWTIME"},   {0, NULL},
};

static const struct word requests[] = {
	{0x5412, "TIOCSTI"},   {0x541c, "TIOCLINUX"}, {0x5402, "TCSETS"}, {0x5403, "TCSETSW"},
	{0x540e, "TIOCSCTTY"}, {0x5423, "TIOCSETD"},  {0, NULL},
};

/*
 * A letter an argument: d number, x bits, o mode, s text, p address, F family, T socket type,
 * C clone flags, I request of ioctl, A address of a socket, with its size in the next.
 */
static const struct {
	const char *call;
	const char *kinds;
} shapes[] = {
	{"socket", "FTd"},
	{"socketpair", "FTdp"},
	{"connect", "dAd"},
	{"bind", "dAd"},
	{"mount", "sssxp"},
	{"umount2", "sx"},
	{"pivot_root", "ss"},
	{"chroot", "s"},
	{"ptrace", "ddpp"},
	{"clone", "Cppp"},
	{"unshare", "C"},
	{"setns", "dC"},
	{"ioctl", "dIp"},
	{"fcntl", "ddx"},
	{"prctl", "dxxxx"},
	{"personality", "x"},
	{"keyctl", "dxxxx"},
	{"add_key", "sspdd"},
	{"request_key", "sssd"},
	{"bpf", "dpd"},
	{"perf_event_open", "pdddx"},
	{"userfaultfd", "x"},
	{"io_uring_setup", "dp"},
	{"mknod", "sox"},
	{"mknodat", "dsox"},
	{"execve", "spp"},
	{"execveat", "dsppx"},
	{"prlimit64", "ddpp"},
	{"kexec_load", "xdpx"},
	{"reboot", "xxxp"},
	{"sethostname", "sd"},
	{"setdomainname", "sd"},
	{"open_by_handle_at", "dpx"},
	{"name_to_handle_at", "dsppx"},
	{"fsopen", "sx"},
	{"open_tree", "dsx"},
	{"move_mount", "dsdsx"},
	{"swapon", "sx"},
	{"memfd_create", "sx"},
	{"init_module", "pds"},
	{"finit_module", "dsx"},
	{"delete_module", "sx"},
	{"process_vm_readv", "dpdpdx"},
	{"process_vm_writev", "dpdpdx"},
	{"setgroups", "dp"},
	{"sched_setaffinity", "ddp"},
	{"arch_prctl", "xp"},
	{"mmap", "pxxxdd"},
	{"shmget", "xxx"},
	{"semget", "xdx"},
	{"msgget", "xx"},
	{"mq_open", "sxop"},
	{"syslog", "dpd"},
	{"acct", "s"},
	{"quotactl", "xsdp"},
	{"iopl", "d"},
	{"ioperm", "xxd"},
	{"unlink", "s"},
	{"mkdir", "so"},
	{"clock_settime", "dp"},
	{"settimeofday", "pp"},
	{"pidfd_getfd", "ddx"},
	{"kcmp", "ddddd"},
	{"seccomp", "dxp"},
};

static const char *shape_of(const char *call)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(shapes); i++)
		if (strcmp(shapes[i].call, call) == 0)
			return shapes[i].kinds;
	return "";
}

static void add_text(struct buf *out, pid_t pid, uint64_t address)
{
	char text[TEXT_MAX];
	size_t n, size;

	if (address == 0) {
		buf_addstr(out, "NULL");
		return;
	}
	n = watch_read(pid, address, text, sizeof(text));
	if (n == 0) {
		buf_addstr(out, "a bad address");
		return;
	}
	size = strnlen(text, n);
	buf_addch(out, '"');
	utf8_add_visible(out, text, size, false);
	buf_addstr(out, size == n ? "\"..." : "\"");
}

static void add_word(struct buf *out, const struct word *words, uint64_t value)
{
	for (; words->name; words++) {
		if (words->value == value) {
			buf_addstr(out, words->name);
			return;
		}
	}
	buf_addf(out, "%llu", (unsigned long long)value);
}

static void add_type(struct buf *out, uint64_t value)
{
	add_word(out, types, value & 0xf);
	if (value & SOCK_NONBLOCK)
		buf_addstr(out, "|SOCK_NONBLOCK");
	if (value & SOCK_CLOEXEC)
		buf_addstr(out, "|SOCK_CLOEXEC");
}

static void add_flags(struct buf *out, const struct word *words, uint64_t value)
{
	const char *between = "";

	for (; words->name; words++) {
		if (!(value & words->value))
			continue;
		buf_addf(out, "%s%s", between, words->name);
		value &= ~words->value;
		between = "|";
	}
	if (value || *between == '\0')
		buf_addf(out, "%s0x%llx", between, (unsigned long long)value);
}

static void add_address(struct buf *out, pid_t pid, uint64_t address, uint64_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		char bytes[sizeof(struct sockaddr_un)];
	} a;
	size_t n;

	memset(&a, 0, sizeof(a));
	n = watch_read(pid, address, a.bytes, (size_t)FP_MIN(size, sizeof(a.bytes)));
	if (n < sizeof(a.any.sa_family)) {
		buf_addstr(out, "a bad address");
		return;
	}
	add_word(out, families, a.any.sa_family);
	if (a.any.sa_family == AF_UNIX) {
		buf_addch(out, ' ');
		utf8_add_visible(out, a.un.sun_path, strnlen(a.un.sun_path, sizeof(a.un.sun_path)),
				 false);
	}
}

static void add_argument(struct buf *out, const struct seccomp_notif *n, char kind, int at)
{
	uint64_t value = n->data.args[at];

	switch (kind) {
	case 'd':
		buf_addf(out, "%d", (int)value);
		break;
	case 'o':
		buf_addf(out, "0%o", (unsigned int)value);
		break;
	case 's':
		add_text(out, (pid_t)n->pid, value);
		break;
	case 'p':
		buf_addstr(out, value ? "address" : "NULL");
		break;
	case 'F':
		add_word(out, families, value & UINT32_MAX);
		break;
	case 'T':
		add_type(out, value & UINT32_MAX);
		break;
	case 'C':
		add_flags(out, clone_flags, value & ~0xffULL & UINT32_MAX);
		break;
	case 'I':
		add_word(out, requests, value & UINT32_MAX);
		if (value >> 32)
			buf_addstr(out, " with upper bits set");
		break;
	case 'A':
		add_address(out, (pid_t)n->pid, value, n->data.args[at + 1]);
		break;
	default:
		buf_addf(out, "0x%llx", (unsigned long long)value);
	}
}

static void add_call(struct buf *out, const struct seccomp_data *data)
{
	const char *name = filter_call_name(data->nr);

	if (data->arch == AUDIT_ARCH_I386)
		buf_addf(out, "i386 call %d", data->nr);
	else if (data->arch != AUDIT_ARCH_X86_64)
		buf_addf(out, "call %d of architecture 0x%x", data->nr, data->arch);
	else if (data->nr >= X32_BIT)
		buf_addf(out, "x32 call %d", data->nr & ~X32_BIT);
	else if (!name)
		buf_addf(out, "call %d", data->nr);
	else
		buf_addstr(out, name);
}

static const char *answer_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "an error";
}

void refusals_add(struct watch *w, const struct seccomp_notif *n, const struct filter_row *row)
{
	FP_CLEANUP(buf_release) struct buf call = BUF_INIT(256), arguments = BUF_INIT(8192);
	struct sandbox_result *r = w->result;
	char program[PATH_MAX];
	const char *kinds;

	r->refusal_total++;
	add_call(&call, &n->data);
	kinds = n->data.arch == AUDIT_ARCH_X86_64 ? shape_of(buf_text(&call)) : "";
	for (int i = 0; kinds[i] != '\0'; i++) {
		buf_addstr(&arguments, i > 0 ? ", " : "");
		add_argument(&arguments, n, kinds[i], i);
	}
	watch_program((pid_t)n->pid, program, sizeof(program));
	for (size_t i = 0; i < r->refusal_count; i++) {
		if (strcmp(w->refusals[i].call, buf_text(&call)) == 0 &&
		    strcmp(w->refusals[i].arguments, buf_text(&arguments)) == 0 &&
		    strcmp(w->refusals[i].program, program) == 0) {
			w->refusals[i].count++;
			return;
		}
	}
	if (r->refusal_count >= SANDBOX_REFUSALS_MAX)
		return;
	w->refusals = arena_grow(w->a, w->refusals, r->refusal_count, &w->refusal_room,
				 sizeof(*w->refusals));
	w->refusals[r->refusal_count++] = (struct sandbox_refusal){
		.call = arena_strdup(w->a, buf_text(&call)),
		.arguments = arena_strdup(w->a, buf_text(&arguments)),
		.program = arena_strdup(w->a, program),
		.answer = answer_name(row->error),
		.count = 1,
		.loud = row->action == FILTER_LOUD,
	};
	r->refusals = w->refusals;
}
