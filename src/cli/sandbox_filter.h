/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SANDBOX_FILTER_H
#define COLDCA_CLI_SANDBOX_FILTER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

/*
 * Rules about system calls as a program for the kernel. libseccomp makes the
 * same, and takes longer for it than a token for a signature.
 */

#define CLI_FILTER_RULES 768U    /* of one filter */
#define CLI_FILTER_PROGRAM 2048U /* instructions; BPF_MAXINSNS are more */

enum cli_filter_action {
	CLI_FILTER_REFUSE, /* EPERM: what is said of no call, too */
	CLI_FILTER_ALLOW,
	CLI_FILTER_UNKNOWN, /* ENOSYS: as if the kernel did not have it */
	CLI_FILTER_BOUNDED, /* allowed where the argument ARG is VALUE under
			       MASK, of its low 32 bits, and else refused */
};

struct cli_filter_rule {
	uint32_t number; /* of the call */
	enum cli_filter_action action;
	unsigned arg; /* 0 to 5 */
	uint32_t mask, value;
};

/*
 * Rules in any order. The first one about a call holds, and those that are
 * BOUNDED, right behind it or later, hold beside a first that is. Its
 * architecture is an AUDIT_ARCH_ of <linux/audit.h>. Zero-initialised but for
 * that: refuses all.
 */
struct cli_filter {
	uint32_t architecture;
	size_t count; /* more than CLI_FILTER_RULES: some were lost */
	struct cli_filter_rule rule[CLI_FILTER_RULES];
};

void cli_filter_add(struct cli_filter *filter, struct cli_filter_rule rule);

/*
 * Makes the program of FILTER. A call by the
 * numbers of another architecture, x32 among them, ends the process.
 *
 * CA_ERR_INTERNAL  more rules or instructions than there may be
 */
CA_CHECKED enum ca_code cli_filter_assemble(const struct cli_filter *filter,
    struct sock_filter ret_program[CLI_FILTER_PROGRAM], size_t *ret_len,
    struct ca_error *err);

/*
 * Puts it into force, for good, for all threads of the process.
 *
 * CA_ERR_INTERNAL  the kernel refuses
 */
CA_CHECKED enum ca_code cli_filter_apply(const struct cli_filter *filter,
    struct ca_error *err);

#endif
