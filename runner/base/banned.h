/* Included before every file: functions whose use is a bug waiting, with what to use instead. */
#ifndef RUNNER_BASE_BANNED_H
#define RUNNER_BASE_BANNED_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Some are macros with some compilers. */
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strncpy
#undef strncat

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat strtok atoi atol atof gmtime \
	localtime
#pragma GCC poison asctime ctime mktemp tmpnam tempnam system popen gets

#endif
