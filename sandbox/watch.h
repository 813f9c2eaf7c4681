/*
 * The caller's side of a running sandbox: reads what the inside tells, copies the output, answers
 * the notifications of the filter, and kills everything at a limit.
 */
#ifndef SANDBOX_WATCH_H
#define SANDBOX_WATCH_H

#include <linux/seccomp.h>

#include "sandbox/job.h"

#define WATCH_STREAMS 2 /* standard output, standard error */

/* A thread, and the random bytes that its process has drawn; only where they are seeded. */
struct watch_drawn {
	pid_t pid;
	pid_t leader;	  /* of its process, whose entry counts */
	uint64_t program; /* which program, and which start of it */
	uint64_t calls;
};

struct watch {
	const struct job *job;
	struct arena *a;
	struct sandbox_result *result;
	pid_t pid; /* process 1, as seen here */
	int pid_fd;
	int control;
	int listener;
	int streams[WATCH_STREAMS]; /* read ends */

	bool ready, started, ended, dead, hung_up, killed;
	bool killable_wait; /* who has been heard and waits for an answer wakes up for nothing else
			     */
	struct wire_message failure; /* WIRE_FAILED, or of kind WIRE_GO */
	uint64_t begun_ns, deadline_ns, started_ns;
	int64_t begun_real_ns; /* since 1970, by the kernel's clock */
	uint64_t loud;

	struct sandbox_program *programs;
	struct sandbox_refusal *refusals;
	struct sandbox_dropped *dropped;
	size_t program_room, refusal_room, dropped_room;
	struct watch_drawn *drawn;
	size_t drawn_count, drawn_room;
	uint64_t forked; /* processes that drew without having started a program */
};

/* Until everything inside is dead.  -1 when it could not be watched as it should. */
FP_MUST_CHECK int watch_run(struct watch *w, struct err *e);

/* Kills everything inside; the first reason stays. */
void watch_kill(struct watch *w, enum sandbox_limit limit);

/* programs.c: lets a program start and records it.  The notification is answered here. */
FP_MUST_CHECK int programs_start(struct watch *w, const struct seccomp_notif *n, struct err *e);

/* answers.c: clock and random bytes; what to reply. */
void answers_make(struct watch *w, const struct seccomp_notif *n, struct seccomp_notif_resp *reply);

/* The kernel's time of day as the moved clock has it. */
void answers_move(const struct sandbox_variation *v, int64_t real_ns, int64_t *ret_sec,
		  int64_t *ret_nsec);

/* filetimes.c: lets a call that asks for file times go on, and moves them in its answer. */
FP_MUST_CHECK int filetimes_answer(struct watch *w, const struct seccomp_notif *n, struct err *e);

/* ending.c: a process ends with a failure; kills all if it is because of a limit. */
void ending_look(struct watch *w, const struct seccomp_notif *n);

/* refusals.c: records a refused call with its arguments. */
void refusals_add(struct watch *w, const struct seccomp_notif *n, const struct filter_row *row);

/* Memory of a process inside; how many bytes could be read, or whether all could be written. */
size_t watch_read(pid_t pid, uint64_t address, void *to, size_t size);
bool watch_write(pid_t pid, uint64_t address, const void *from, size_t size);

/* The file that pid executes, as a visible path inside; "" when unknown. */
void watch_program(pid_t pid, char *text, size_t size);

/* A program has started; its sequence of random bytes begins. */
void answers_started(struct watch *w, pid_t pid, uint64_t program);

/* The process that a thread belongs to. */
pid_t watch_leader(pid_t thread);

/* Seeded bytes: the same for the same three numbers. */
void answers_random(uint64_t seed, uint64_t program, uint64_t call, uint8_t *bytes, size_t size);

#endif
