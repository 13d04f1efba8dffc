/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules as libseccomp compiles them. When coldca is built; the program itself
 * has only what came of it.
 */
#include "cli/sandbox_compile.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/sandbox_rules.h"

/* A filter being made, and the calls that it says something about, by number. */
struct making {
	scmp_filter_ctx filter;
	/* Whatever the arguments are. */
	bool plain[CLI_SANDBOX_NEW_LAST + 1];
	/* As they are allowed nowhere. */
	bool refused[CLI_SANDBOX_NEW_LAST + 1];
};

/* The number of CALL here; negative: it is of another architecture, or kernel. */
static int
number_of(const char *call)
{
	return seccomp_syscall_resolve_name(call);
}

/* Allows the calls of LIST, in its order. */
static int
add_plain(struct making *making, const char *list)
{
	char call[CLI_SANDBOX_CALL_SIZE];
	int fault = 0;

	while (fault == 0 && cli_sandbox_next_call(&list, call)) {
		int number = number_of(call);

		if (number < 0)
			continue;
		fault =
		    seccomp_rule_add(making->filter, SCMP_ACT_ALLOW, number, 0);
		if (number <= CLI_SANDBOX_NEW_LAST)
			making->plain[number] = true;
	}
	return fault;
}

static void
note_refused(struct making *making)
{
	const char *list = cli_sandbox_refused;
	char call[CLI_SANDBOX_CALL_SIZE];

	while (cli_sandbox_next_call(&list, call)) {
		int number = number_of(call);

		if (number >= 0 && number <= CLI_SANDBOX_NEW_LAST)
			making->refused[number] = true;
	}
}

static int
add_bounded(struct making *making, unsigned needs, uint32_t own)
{
	const struct cli_sandbox_rule *rule = cli_sandbox_bounded;
	int fault = 0;

	for (; rule->call != NULL && fault == 0; rule++) {
		int number = number_of(rule->call);
		const struct scmp_arg_cmp bound = {
			.arg = rule->arg,
			.op = SCMP_CMP_MASKED_EQ,
			.datum_a = rule->mask,
			.datum_b = rule->own ? own : rule->value,
		};

		if ((rule->needs & needs) != 0 && number >= 0 &&
		    !(number <= CLI_SANDBOX_NEW_LAST && making->plain[number]))
			fault = seccomp_rule_add_array(making->filter,
			    SCMP_ACT_ALLOW, number, 1, &bound);
	}
	return fault;
}

static int
add_new(struct making *making)
{
	int fault = 0;

	for (int n = CLI_SANDBOX_NEW_FIRST;
	     n <= CLI_SANDBOX_NEW_LAST && fault == 0; n++)
		if (!making->plain[n] && !making->refused[n])
			fault = seccomp_rule_add(making->filter,
			    SCMP_ACT_ERRNO(ENOSYS), n, 0);
	return fault;
}

static int
add_rules(struct making *making, unsigned needs, uint32_t own)
{
	const struct cli_sandbox_plain *plain = cli_sandbox_plain;
	int fault = 0;

	note_refused(making);
	/* A tree in place of a list; old libraries do not know it. */
	(void)seccomp_attr_set(making->filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (; plain->calls != NULL && fault == 0; plain++)
		if ((plain->needs & needs) != 0)
			fault = add_plain(making, plain->calls);
	if (fault == 0)
		fault = add_bounded(making, needs, own);
	if (fault == 0)
		fault = add_new(making);
	return fault;
}

/* Libseccomp gives a program away through a descriptor only. */
static int
take_out(scmp_filter_ctx filter, struct sock_filter *code, size_t *ret_count)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), fault;
	off_t size = -1;

	if (fd < 0)
		return -errno;
	fault = seccomp_export_bpf(filter, fd);
	if (fault != 0)
		goto out;
	size = lseek(fd, 0, SEEK_END);
	if (size < 0 || size > (off_t)(BPF_MAXINSNS * sizeof(*code)))
		fault = -EFBIG;
	else if (pread(fd, code, (size_t)size, 0) != size)
		fault = -EIO;
	else
		*ret_count = (size_t)size / sizeof(*code);
out:
	(void)close(fd);
	return fault;
}

enum ca_code
cli_sandbox_compile(unsigned needs, uint32_t own,
    struct sock_filter code[BPF_MAXINSNS], size_t *ret_count,
    struct ca_error *err)
{
	struct making making = { .filter =
				     seccomp_init(SCMP_ACT_ERRNO(EPERM)) };
	int fault;

	if (making.filter == NULL)
		return ca_fail_memory(err);
	fault = add_rules(&making, needs, own);
	if (fault == 0)
		fault = take_out(making.filter, code, ret_count);
	seccomp_release(making.filter);
	if (fault != 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "sandbox: no program of needs %u: %s", needs,
		    strerror(-fault));
	return CA_OK;
}
