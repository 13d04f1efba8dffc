/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t
mapped_size(size_t capacity)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (capacity + page - 1) / page * page;
}

enum ca_code
ca_secret_new(size_t capacity, struct ca_secret *ret, struct ca_error *err)
{
	size_t size = mapped_size(capacity);
	void *data = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (data == MAP_FAILED)
		return ca_fail_memory(err);
	(void)mlock(data, size);
	(void)madvise(data, size, MADV_DONTDUMP);
	(void)madvise(data, size, MADV_DONTFORK);
	*ret = (struct ca_secret){ .data = data, .capacity = capacity };
	return CA_OK;
}

void
ca_secret_free(struct ca_secret *secret)
{
	if (secret == NULL || secret->data == NULL)
		return;
	ca_wipe(secret->data, secret->capacity);
	(void)munmap(secret->data, mapped_size(secret->capacity));
	*secret = (struct ca_secret){ .data = NULL };
}

void
ca_wipe(void *data, size_t len)
{
	explicit_bzero(data, len);
}
