/*
 * Prints the day as a static program sees it: no library to replace, and the clock read through the
 * vDSO, as programs in Go read it.
 */
#include <stdio.h>
#include <time.h>

int main(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) < 0)
		return 1;
	printf("%lld\n", (long long)t.tv_sec / 86400);
	return 0;
}
