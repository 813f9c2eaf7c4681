/*
 * What OpenSSL would ask of the host and the worker, which plans in a sandbox with no network and
 * no libraries, has not.  The linker puts these in the place of the C library's (--wrap), whose own
 * would want the host's libraries at run time although the program is static.
 */
#include <netdb.h>

#include "runner/base/base.h"

void *__wrap_dlopen(const char *file, int mode);
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret_list);
struct hostent *__wrap_gethostbyname(const char *name);

void *__wrap_dlopen(const char *file FP_UNUSED, int mode FP_UNUSED)
{
	return NULL;
}

int __wrap_getaddrinfo(const char *name FP_UNUSED, const char *service FP_UNUSED,
		       const struct addrinfo *hints FP_UNUSED, struct addrinfo **ret_list FP_UNUSED)
{
	return EAI_FAIL;
}

struct hostent *__wrap_gethostbyname(const char *name FP_UNUSED)
{
	return NULL;
}
