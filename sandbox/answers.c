/*
 * What the supervisor answers in the kernel's place: the time of day, and random bytes.  The vDSO,
 * through which programs read the clock without a system call, is hidden when a program starts.
 */
#include <endian.h>
#include <errno.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "runner/base/sha256.h"
#include "sandbox/watch.h"

#define RANDOM_CALL_MAX 65536 /* bytes at once; a caller who gets less asks again */

static int64_t moved_ns(const struct sandbox_variation *v, int64_t real_ns)
{
	if (v->clock == SANDBOX_CLOCK_FIXED)
		return v->clock_ns;
	return real_ns + (v->clock == SANDBOX_CLOCK_OFFSET ? v->clock_ns : 0);
}

static int64_t now_ns(const struct sandbox_variation *v, clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) < 0)
		(void)clock_gettime(CLOCK_REALTIME, &t);
	return moved_ns(v, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
}

/* Rounds down, before 1970 too. */
static struct timespec split(int64_t ns)
{
	struct timespec t = {ns / 1000000000, ns % 1000000000};

	if (t.tv_nsec < 0) {
		t.tv_nsec += 1000000000;
		t.tv_sec--;
	}
	return t;
}

void answers_move(const struct sandbox_variation *v, int64_t real_ns, int64_t *ret_sec,
		  int64_t *ret_nsec)
{
	struct timespec t = split(moved_ns(v, real_ns));

	*ret_sec = t.tv_sec;
	*ret_nsec = t.tv_nsec;
}

static void answer_clock(struct watch *w, const struct seccomp_notif *n,
			 struct seccomp_notif_resp *reply)
{
	clockid_t clock = (clockid_t)(uint32_t)n->data.args[0];
	struct timespec t = split(now_ns(&w->job->v, clock)), real;

	if (clock_gettime(clock, &real) < 0)
		reply->error = -EINVAL;
	else if (!watch_write((pid_t)n->pid, n->data.args[1], &t, sizeof(t)))
		reply->error = -EFAULT;
}

static void answer_timeofday(struct watch *w, const struct seccomp_notif *n,
			     struct seccomp_notif_resp *reply)
{
	struct timespec t = split(now_ns(&w->job->v, CLOCK_REALTIME));
	struct timeval tv = {t.tv_sec, t.tv_nsec / 1000};
	static const struct timezone utc;

	if (n->data.args[0] && !watch_write((pid_t)n->pid, n->data.args[0], &tv, sizeof(tv)))
		reply->error = -EFAULT;
	if (n->data.args[1] && !watch_write((pid_t)n->pid, n->data.args[1], &utc, sizeof(utc)))
		reply->error = -EFAULT;
}

static void answer_time(struct watch *w, const struct seccomp_notif *n,
			struct seccomp_notif_resp *reply)
{
	struct timespec t = split(now_ns(&w->job->v, CLOCK_REALTIME));

	reply->val = t.tv_sec;
	if (n->data.args[0] &&
	    !watch_write((pid_t)n->pid, n->data.args[0], &t.tv_sec, sizeof(t.tv_sec)))
		reply->error = -EFAULT;
}

void answers_random(uint64_t seed, uint64_t program, uint64_t call, uint8_t *bytes, size_t size)
{
	uint64_t block[4] = {htole64(seed), htole64(program), htole64(call), 0};

	for (size_t done = 0; done < size; done += SHA256_BYTES) {
		struct sha256 d = sha256_of(block, sizeof(block));

		memcpy(bytes + done, d.bytes, FP_MIN(size - done, sizeof(d.bytes)));
		block[3]++;
	}
}

static struct watch_drawn *find_drawn(struct watch *w, pid_t pid)
{
	for (size_t i = 0; i < w->drawn_count; i++)
		if (w->drawn[i].pid == pid)
			return &w->drawn[i];
	return NULL;
}

static struct watch_drawn *add_drawn(struct watch *w, pid_t pid, pid_t leader, uint64_t program)
{
	struct watch_drawn *drawn = find_drawn(w, 0);

	if (!drawn) {
		w->drawn = arena_grow(w->a, w->drawn, w->drawn_count, &w->drawn_room,
				      sizeof(*w->drawn));
		drawn = &w->drawn[w->drawn_count++];
	}
	*drawn = (struct watch_drawn){.pid = pid, .leader = leader, .program = program};
	return drawn;
}

void answers_started(struct watch *w, pid_t pid, uint64_t program)
{
	for (size_t i = 0; i < w->drawn_count; i++)
		if (w->drawn[i].pid == pid || w->drawn[i].leader == pid)
			w->drawn[i] = (struct watch_drawn){.pid = 0};
	if (w->job->v.random == SANDBOX_RANDOM_SEEDED)
		(void)add_drawn(w, pid, pid, program);
}

/*
 * Each process draws from a sequence of its own, which only depends on what program it is and how
 * often that was started before, so that the order in which processes happen to run matters little.
 */
static struct watch_drawn *drawn_by(struct watch *w, pid_t thread)
{
	struct watch_drawn *drawn = find_drawn(w, thread);
	pid_t leader = drawn ? drawn->leader : watch_leader(thread);

	if (!drawn && leader != thread)
		(void)add_drawn(w, thread, leader, 0);
	drawn = find_drawn(w, leader);
	return drawn ? drawn : add_drawn(w, leader, leader, ++w->forked);
}

static void answer_random(struct watch *w, const struct seccomp_notif *n,
			  struct seccomp_notif_resp *reply)
{
	size_t size = (size_t)FP_MIN(n->data.args[1], (uint64_t)RANDOM_CALL_MAX);
	struct watch_drawn *drawn = drawn_by(w, (pid_t)n->pid);
	uint8_t bytes[RANDOM_CALL_MAX];

	answers_random(w->job->v.random_seed, drawn->program, drawn->calls++, bytes, size);
	reply->val = (int64_t)size;
	if (size > 0 && !watch_write((pid_t)n->pid, n->data.args[0], bytes, size))
		reply->error = -EFAULT;
}

void answers_make(struct watch *w, const struct seccomp_notif *n, struct seccomp_notif_resp *reply)
{
	switch (n->data.nr) {
	case SYS_clock_gettime:
		answer_clock(w, n, reply);
		break;
	case SYS_gettimeofday:
		answer_timeofday(w, n, reply);
		break;
	case SYS_time:
		answer_time(w, n, reply);
		break;
	case SYS_getrandom:
		answer_random(w, n, reply);
		break;
	default:
		reply->error = -ENOSYS;
	}
}
