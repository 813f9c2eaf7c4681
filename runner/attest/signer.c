/*
 * Requests come over one SOCK_SEQPACKET pair that all processes of an invocation share: a message
 *is one byte and two descriptors, a sealed file with the statement and the writing end of a pipe
 *for the answer.  So answers cannot reach the wrong asker, and nobody waits for anybody but the
 *signer.
 *
 *	answer = size:u32 bytes, size 0 for a refusal
 */
#include "runner/attest/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>

#include "runner/attest/dsse.h"
#include "runner/attest/keyuri.h"
#include "runner/attest/statement.h"
#include "runner/base/fd.h"
#include "runner/locate.h"

#define PASSPHRASE_MAX 1024
#define SOCKET_FD 3

static int first_line(int fd, const char *what, struct buf *out, struct err *e)
{
	FP_CLEANUP(buf_wipe) struct buf text = BUF_INIT(PASSPHRASE_MAX);

	if (fd_read_all(fd, &text, what, e) < 0)
		return -1;
	buf_add(out, buf_text(&text), strcspn(buf_text(&text), "\n"));
	return 0;
}

static int ask_terminal(const char *question, struct buf *out, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios old, quiet;
	char line[PASSPHRASE_MAX];
	ssize_t n;

	if (tty < 0 || tcgetattr(tty, &old) < 0)
		return err_set(e, ERR_CRYPTO,
			       "the key needs a passphrase, and there is no terminal to ask on");
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	/* First quiet, then the question: what was typed before is thrown away, an answer never is.
	 */
	(void)tcsetattr(tty, TCSAFLUSH, &quiet);
	(void)!write(tty, question, strlen(question));
	n = read(tty, line, sizeof(line));
	(void)tcsetattr(tty, TCSAFLUSH, &old);
	(void)!write(tty, "\n", 1);
	if (n <= 0)
		return err_set(e, ERR_CRYPTO, "no passphrase was given");
	buf_add(out, line, strcspn(line, "\n") < (size_t)n ? strcspn(line, "\n") : (size_t)n);
	explicit_bzero(line, sizeof(line));
	return 0;
}

int signer_read_passphrase(const struct signer_passphrase *from, const char *question,
			   struct buf *ret_passphrase, bool *ret_given, struct err *e)
{
	*ret_given = true;
	if (from->file) {
		FP_CLEANUP(fd_cleanup) int fd = open(from->file, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return err_sys(e, "%s", from->file);
		return first_line(fd, from->file, ret_passphrase, e);
	}
	if (from->fd >= 0)
		return first_line(from->fd, "the passphrase", ret_passphrase, e);
	if (from->environment && getenv(from->environment)) {
		buf_addstr(ret_passphrase, getenv(from->environment));
		return 0;
	}
	*ret_given = from->prompt;
	return from->prompt ? ask_terminal(question, ret_passphrase, e) : 0;
}

struct asking {
	const struct signer_passphrase *from;
	struct err *e;
};

static int give_passphrase(char *out, int size, void *context)
{
	FP_CLEANUP(buf_wipe) struct buf passphrase = BUF_INIT(PASSPHRASE_MAX);
	struct asking *asking = context;
	bool given;

	/* OpenSSL asks again for each form that the key might have. */
	if (asking->e->kind != ERR_NONE)
		return -1;
	if (signer_read_passphrase(asking->from, "Passphrase of the key: ", &passphrase, &given,
				   asking->e) < 0 ||
	    !given || passphrase.size > (size_t)size)
		return -1;
	memcpy(out, buf_text(&passphrase), passphrase.size);
	return (int)passphrase.size;
}

static int load_key(const char *file, const struct signer_passphrase *from, struct key **ret_key,
		    struct err *e)
{
	FP_CLEANUP(buf_wipe) struct buf pem = BUF_INIT(KEY_PEM_MAX_BYTES);
	struct err inner = ERR_INIT;
	struct asking asking = {from, &inner};

	if (keyuri_is_one(file)) {
		if (keyuri_read_private(file, give_passphrase, &asking, ret_key, e) == 0)
			return 0;
	} else {
		if (fd_read_file(AT_FDCWD, file, true, &pem, e) < 0)
			return -1;
		if (key_read_private(file, buf_text(&pem), pem.size, give_passphrase, &asking,
				     ret_key, e) == 0)
			return 0;
	}
	if (inner.kind != ERR_NONE)
		*e = inner;
	return -1;
}

static int receive(int socket_fd, int *ret_statement, int *ret_answer)
{
	union {
		char room[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control;
	char byte;
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};
	ssize_t n = recvmsg(socket_fd, &m, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c;
	int fds[2];

	if (n <= 0)
		return n < 0 && errno == EINTR ? 1 : -1;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(fds)))
		return 1;
	memcpy(fds, CMSG_DATA(c), sizeof(fds));
	*ret_statement = fds[0];
	*ret_answer = fds[1];
	return 0;
}

static void answer_one(const struct key *k, int statement_fd, int answer_fd)
{
	FP_CLEANUP(buf_release) struct buf statement = BUF_INIT(SIGNER_STATEMENT_MAX_BYTES);
	FP_CLEANUP(buf_release) struct buf pae = BUF_INIT(SIGNER_STATEMENT_MAX_BYTES + 4096);
	FP_CLEANUP(buf_release) struct buf signature = BUF_INIT(KEY_SIGNATURE_MAX);
	struct err e = ERR_INIT;
	uint32_t size = 0;

	if (fd_read_all(statement_fd, &statement, "the statement", &e) == 0) {
		dsse_pae(&pae, STATEMENT_PAYLOAD_TYPE, buf_text(&statement), statement.size);
		if (key_sign(k, buf_text(&pae), pae.size, &signature, &e) == 0)
			size = (uint32_t)signature.size;
	}
	err_clear(&e);
	/* Who asked and went away is nobody's problem. */
	if (fd_write_all(answer_fd, &size, sizeof(size), &e) == 0)
		(void)!write(answer_fd, buf_text(&signature), size);
}

static int serve(const struct key *k, int socket_fd)
{
	for (;;) {
		FP_CLEANUP(fd_cleanup) int statement = -1;
		FP_CLEANUP(fd_cleanup) int answer = -1;
		int result = receive(socket_fd, &statement, &answer);

		if (result < 0)
			return 0;
		if (result == 0)
			answer_one(k, statement, answer);
	}
}

static void hide(void)
{
	struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* First message of the signer: the id of the key, or "!" and why there is none. */
int signer_main(int argc, char **argv)
{
	struct signer_passphrase from = {.fd = -1, .prompt = true};
	FP_CLEANUP(key_cleanup) struct key *k = NULL;
	char hello[ERR_TEXT_BYTES + 1];
	struct err e = ERR_INIT;

	if (argc != 5)
		return 2;
	hide();
	from.file = *argv[2] ? argv[2] : NULL;
	from.fd = *argv[3] ? (int)strtol(argv[3], NULL, 10) : -1;
	from.environment = argv[4];
	if (load_key(argv[1], &from, &k, &e) < 0 || key_id(k, hello, &e) < 0)
		(void)snprintf(hello, sizeof(hello), "!%s", e.text);
	if (send(SOCKET_FD, hello, strlen(hello), MSG_NOSIGNAL) < 0 || !k)
		return 4;
	return serve(k, SOCKET_FD);
}

static void exec_signer(int program_fd, const char *key_file, const struct signer_passphrase *p,
			int socket_fd)
{
	char number[16] = "", program[] = SIGNER_PROGRAM;
	char *file = strdup(key_file), *passphrase = strdup(p->file ? p->file : "");
	char *environment = strdup(p->environment ? p->environment : "");
	char *argv[] = {program, file, passphrase, number, environment, NULL};

	/* Out of the way of the number that the socket gets. */
	program_fd = fcntl(program_fd, F_DUPFD_CLOEXEC, 10);
	if (p->fd >= 0) {
		/* Above the descriptor that the socket goes to. */
		int kept = fcntl(p->fd, F_DUPFD, 10);

		(void)snprintf(number, sizeof(number), "%d", kept);
	}
	if (!file || !passphrase || !environment)
		_exit(4);
	if (socket_fd == SOCKET_FD)
		(void)fcntl(SOCKET_FD, F_SETFD, 0);
	else if (dup2(socket_fd, SOCKET_FD) < 0)
		_exit(4);
	(void)fexecve(program_fd, argv, environ);
	_exit(4);
}

static int read_hello(struct signer *s, struct err *e)
{
	char hello[ERR_TEXT_BYTES + 1];
	ssize_t n;

	do
		n = recv(s->socket, hello, sizeof(hello) - 1, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return err_set(e, ERR_PEER, "the signer did not start");
	hello[n] = '\0';
	if (hello[0] == '!')
		return err_set(e, ERR_CRYPTO, "%s", hello + 1);
	if (n >= KEY_ID_SIZE)
		return err_set(e, ERR_PEER, "the signer gave no key id");
	memcpy(s->key_id, hello, (size_t)n + 1);
	return 0;
}

int signer_start(const char *key_file, const struct signer_passphrase *passphrase,
		 struct signer *ret_signer, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int program = -1;
	struct signer s = SIGNER_INIT;
	int pair[2];

	if (locate_program(SIGNER_PROGRAM, &program, e) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, "socketpair");
	s.socket = pair[0];
	s.pid = fork();
	if (s.pid == 0)
		exec_signer(program, key_file, passphrase, pair[1]);
	fd_close(pair[1]);
	if (s.pid < 0) {
		fd_close(pair[0]);
		return err_sys(e, "fork");
	}
	if (read_hello(&s, e) < 0) {
		signer_stop(&s);
		return -1;
	}
	*ret_signer = s;
	return 0;
}

void signer_stop(struct signer *s)
{
	fd_cleanup(&s->socket);
	if (s->pid > 0)
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	s->pid = -1;
}

static int ask(const struct signer *s, int statement_fd, int answer_fd, struct err *e)
{
	union {
		char room[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = {.room = {0}};
	int fds[2] = {statement_fd, answer_fd};
	char byte = 's';
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	while (sendmsg(s->socket, &m, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return err_sys(e, "the signer is gone");
	return 0;
}

int signer_sign(const struct signer *s, const void *statement, size_t size,
		struct buf *ret_signature, struct err *e)
{
	FP_CLEANUP(fd_cleanup) int file = -1;
	FP_CLEANUP(fd_cleanup) int from = -1;
	FP_CLEANUP(fd_cleanup) int to = -1;
	uint8_t signature[KEY_SIGNATURE_MAX];
	uint32_t length;
	int ends[2];

	if (fd_sealed("statement", statement, size, &file, e) < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	from = ends[0];
	to = ends[1];
	if (ask(s, file, to, e) < 0)
		return -1;
	fd_cleanup(&to);
	if (fd_read_exact(from, &length, sizeof(length), e) < 0)
		return err_wrap(e, "the signer");
	if (length == 0 || length > sizeof(signature))
		return err_set(e, ERR_CRYPTO, "the signer could not sign");
	if (fd_read_exact(from, signature, length, e) < 0)
		return err_wrap(e, "the signer");
	buf_add(ret_signature, signature, length);
	return buf_finish(ret_signature, "a signature", e);
}
