/* SPDX-License-Identifier: Apache-2.0 */
#include "token/lock.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/file.h"

/* Bytes that are kept at the heap's end, where glibc begins with 128 KiB. */
#define HEAP_KEPT (1024 * 1024)

#define RESERVED ((size_t)64 * 1024)   /* bytes that PINs may still take */
#define MAPS_MAX ((size_t)1024 * 1024) /* bytes of /proc/self/maps */

/* Locks what LINE ("start-end rw-p ...", in hex) is about. */
static void
lock_line(const char *line)
{
	char *rest = NULL;
	uintptr_t start = (uintptr_t)strtoull(line, &rest, 16), end;
	void *memory;

	if (*rest != '-')
		return;
	end = (uintptr_t)strtoull(rest + 1, &rest, 16);
	if (strncmp(rest, " rw", strlen(" rw")) != 0 || end <= start)
		return;
	memcpy(&memory, &start, sizeof(memory));
	/* A page that was never touched holds nothing: it is not read now. */
	(void)mlock2(memory, end - start, MLOCK_ONFAULT);
}

/*
 * No page that is not to be written is ever swapped: it is read from its file
 * again. To lock those of all libraries takes as long as a signature.
 */
static bool
lock_writable(void)
{
	struct ca_bytes maps = { NULL, 0 };
	struct ca_error ignored;
	char *text = NULL, *rest = NULL;

	if (ca_file_read("/proc/self/maps", MAPS_MAX, &maps, &ignored) == CA_OK)
		text = strndup((const char *)maps.data, maps.len);
	ca_bytes_free(&maps);
	if (text == NULL)
		return false;
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		lock_line(line);
	free(text);
	return true;
}

/* Memory that is unlocked again once the rest is locked: room for PINs. */
static void *
reserve(void)
{
	void *memory = mmap(NULL, RESERVED, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	if (mlock2(memory, RESERVED, MLOCK_ONFAULT) == 0)
		return memory;
	(void)munmap(memory, RESERVED);
	return NULL;
}

void
ca_lock_memory(void)
{
	void *reserved = reserve();
	struct rlimit limit;

	if (reserved == NULL)
		return;
	/* Memory that is given back is unlocked, and locked when it comes again. */
	(void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	/* Otherwise a later mmap() of the module would fail. */
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur == RLIM_INFINITY)
		(void)mlockall(MCL_FUTURE | MCL_ONFAULT);
	if (!lock_writable())
		(void)mlockall(MCL_CURRENT | MCL_ONFAULT);
	(void)munmap(reserved, RESERVED);
}
