/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SANDBOX_H
#define COLDCA_CLI_SANDBOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/landlock.h"
#include "cli/cli.h"
#include "cli/sandbox_rules.h"
#include "coldca/error.h"

/*
 * What the process may do from the time on at which its arguments and its
 * policy are read, and before anything else is: which system calls (seccomp,
 * sandbox_rules.c), and where it may write (Landlock, sandbox_paths.c). Both are
 * made of tables, by what the command needs, and shown by `doctor --sandbox`.
 */

/* A path below which may be written. */
struct cli_writable {
	char *path; /* owned */
	enum ca_landlock_right right;
	const char *why; /* static */
};

/* Zero-initialised is empty and valid. */
struct cli_writables {
	struct cli_writable *item;
	size_t count;
};

/*
 * The module that CLI's command will load, as far as it is known before a URI
 * is read; "": any; NULL: none. Borrowed.
 */
const char *cli_sandbox_module_name(const struct cli *cli);

/* What CLI's command needs: CLI_SANDBOX_ bits. */
unsigned cli_sandbox_needs(const struct cli *cli);

/*
 * Forbids all system calls but those of NEEDS, for this process and its
 * threads, for good. What is not allowed fails with EPERM, and what is newer than
 * the table with ENOSYS, as on a kernel without it. It is not the process that
 * ends: libraries try what they can do without, and a signature that is half
 * made is worse than a call that fails. A call by another architecture's numbers
 * ends it all the same.
 *
 * CA_ERR_INTERNAL  the kernel has no seccomp, a thread has a filter of its own, or
 *                  memory ran out
 */
CA_CHECKED enum ca_code cli_sandbox_calls(unsigned needs, struct ca_error *err);

/* The same as an array for JSON, or as lines on standard output. */
json_t *cli_sandbox_calls_json(unsigned needs);
void cli_sandbox_calls_show(unsigned needs);

/*
 * Where CLI's command may write. MODULE is the path of the PKCS#11 module, or
 * NULL. *RET is new; cli_writables_clear() it.
 */
CA_CHECKED enum ca_code cli_sandbox_paths(const struct cli *cli,
    const char *module, struct cli_writables *ret, struct ca_error *err);
CA_CHECKED enum ca_code cli_writables_add(struct cli_writables *list,
    const char *path, enum ca_landlock_right right, const char *why,
    struct ca_error *err);
void cli_writables_clear(struct cli_writables *list);

/* The same for what the module at the path MODULE writes; added to LIST. */
CA_CHECKED enum ca_code cli_sandbox_module(const struct cli *cli,
    const char *module, struct cli_writables *list, struct ca_error *err);

/*
 * Closes every descriptor above 2 that nobody named: not by a --*-pin-fd, and
 * not as /dev/fd/N or /proc/self/fd/N in an argument.
 */
void cli_sandbox_close(const struct cli_args *args);

/*
 * Enters the sandbox for CLI's command, or says that --no-sandbox keeps it out.
 *
 * CA_ERR_INTERNAL  the kernel refuses
 */
CA_CHECKED enum ca_code cli_sandbox_enter(const struct cli *cli,
    struct ca_error *err);

/* Notes a --no-sandbox in the ledger, where CLI's command writes it. */
CA_CHECKED enum ca_code cli_sandbox_note(const struct cli *cli,
    struct ca_error *err);

/* `doctor --sandbox`. */
CA_CHECKED enum ca_code cli_sandbox_show(const struct cli *cli,
    struct ca_error *err);

#endif
