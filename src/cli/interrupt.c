/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int caught[] = { SIGINT, SIGTERM, SIGHUP };

#define CAUGHT (sizeof(caught) / sizeof(caught[0]))

static volatile sig_atomic_t asked;
static struct sigaction before[CAUGHT];

static void
ask(int signal)
{
	static const char text[] =
	    "\ncoldca: note: stops after what is being signed; once more ends it at once\n";

	(void)signal;
	asked = 1;
	/* Nothing but this may be called here. */
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		asked = 1;
}

void
cli_interrupt_catch(void)
{
	/* Reset: the second one is not caught. */
	struct sigaction action = { .sa_handler = ask,
		.sa_flags = SA_RESTART | (int)SA_RESETHAND };

	asked = 0;
	(void)sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CAUGHT; i++)
		if (sigaction(caught[i], NULL, &before[i]) == 0 &&
		    before[i].sa_handler != SIG_IGN)
			(void)sigaction(caught[i], &action, NULL);
}

void
cli_interrupt_release(void)
{
	for (size_t i = 0; i < CAUGHT; i++)
		(void)sigaction(caught[i], &before[i], NULL);
}

bool
cli_interrupt_asked(void)
{
	return asked != 0;
}
