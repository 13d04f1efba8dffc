/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SANDBOX_COMPILE_H
#define COLDCA_CLI_SANDBOX_COMPILE_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

/*
 * The program that libseccomp makes of the rules for NEEDS in the process OWN,
 * for the architecture that this is compiled for. *RET_COUNT instructions of
 * CODE are written, which has room for BPF_MAXINSNS.
 *
 * CA_ERR_INTERNAL  libseccomp can not make it, or it is too long
 */
CA_CHECKED enum ca_code cli_sandbox_compile(unsigned needs, uint32_t own,
    struct sock_filter code[BPF_MAXINSNS], size_t *ret_count,
    struct ca_error *err);

#endif
