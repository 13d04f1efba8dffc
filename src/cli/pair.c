/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pair.h"

#include "cli/term.h"

void
cli_pair_tell_finished(void *arg, const char *file)
{
	term_warning(
	    "%s/%s: an earlier run was interrupted while it wrote this certificate and its key: both are in place now",
	    (const char *)arg, file);
}
