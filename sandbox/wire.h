/*
 * What the processes inside say to the one outside, over one SOCK_SEQPACKET pair: a message is a
 * packet.  No allocation, no stdio: it is used between clone and exec.
 */
#ifndef SANDBOX_WIRE_H
#define SANDBOX_WIRE_H

#include "runner/base/base.h"

enum wire_kind {
	WIRE_GO,	/* to the inside: the identities are mapped; to the payload: run */
	WIRE_FAILED,	/* a step failed: step, error, text; nothing has run */
	WIRE_LISTENER,	/* from the payload, with the descriptor of the filter's listener */
	WIRE_READY,	/* the tree is in place; values[0]: bytes used before the start */
	WIRE_ENDED,	/* all dead; values: wait status, peak memory, bytes grown, limit,
			   whether processes outlived the program */
	WIRE_DROPPED,	/* text: path; step: the reason */
	WIRE_COLLECTED, /* values: entries, bytes, dropped in all */
};

#define WIRE_STEP_BYTES 80
#define WIRE_TEXT_BYTES 4608
#define WIRE_VALUES 5

struct wire_message {
	enum wire_kind kind;
	int error;
	uint64_t values[WIRE_VALUES];
	char step[WIRE_STEP_BYTES];
	char text[WIRE_TEXT_BYTES];
};

/* Only as much of the text as there is; 0 or -1 with errno.  fd is passed along unless -1. */
int wire_send(int socket_fd, const struct wire_message *m, int fd);

/*
 * 1 with a message, 0 at the end, -1 with errno (EAGAIN when there is none and dont_wait).  A
 * descriptor that came along is *ret_fd, otherwise it is -1.
 */
int wire_receive(int socket_fd, bool dont_wait, struct wire_message *ret_message, int *ret_fd);

/* Copies as much as fits, always terminated. */
void wire_text(char *to, size_t size, const char *from);

#endif
