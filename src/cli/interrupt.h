/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_INTERRUPT_H
#define COLDCA_CLI_INTERRUPT_H

#include <stdbool.h>

/*
 * Ctrl-C, SIGTERM and SIGHUP while a batch is signed: the first asks it to stop
 * where it can, the second ends the program as ever.
 */

/* From now on, until cli_interrupt_release(). Signals that are ignored stay so. */
void cli_interrupt_catch(void);
void cli_interrupt_release(void);

/* Whether it was asked for since cli_interrupt_catch(). */
bool cli_interrupt_asked(void);

#endif
