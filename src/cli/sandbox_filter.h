/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SANDBOX_FILTER_H
#define COLDCA_CLI_SANDBOX_FILTER_H

#include <linux/filter.h>
#include <stdint.h>
#include <sys/types.h>

#include "coldca/error.h"

/*
 * The rules for one set of needs, as a program for the kernel. They are written
 * by sandbox_filter_make.c when coldca is built.
 */
struct cli_sandbox_filter {
	unsigned needs;
	const struct sock_filter *code; /* NULL ends the table */
	unsigned short count;
	/*
	 * The instructions that compare with our process. 0 ends them: the first
	 * of all reads the architecture.
	 */
	const uint16_t *own;
};

extern const struct cli_sandbox_filter cli_sandbox_filters[];

/*
 * The program for NEEDS in the process OWN. RET->filter is new; free() it.
 *
 * CA_ERR_INTERNAL  nothing was made for NEEDS, or memory ran out
 */
CA_CHECKED enum ca_code cli_sandbox_program(unsigned needs, pid_t own,
    struct sock_fprog *ret, struct ca_error *err);

#endif
