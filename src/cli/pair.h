/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PAIR_H
#define COLDCA_CLI_PAIR_H

/* Says that a killed run's FILE came to its place; ARG: the directory's path. */
void cli_pair_tell_finished(void *arg, const char *file);

#endif
