/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PROGRESS_H
#define COLDCA_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"

/*
 * How far a batch is: one line on standard error that is written over again and
 * again, where that is a terminal and neither --quiet nor --json is given.
 */
struct cli_progress {
	bool shown;
	size_t count; /* all */
	double begun; /* seconds of the monotonic clock */
	double drawn_at;
};

void cli_progress_begin(struct cli_progress *ret, const struct cli *cli,
    size_t count);

/* DONE of them are; drawn at most five times in a second. */
void cli_progress_show(struct cli_progress *progress, size_t done);

/* Takes the line away. */
void cli_progress_end(const struct cli_progress *progress);

#endif
