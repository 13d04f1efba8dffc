/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does what a memory checker must report, and ends with 0: the proof that the
 * checker was on.
 */
#include <stdlib.h>
#include <string.h>

static char *volatile lost;

int
main(void)
{
	size_t i;

	for (i = 0; i < 16; i++) {
		lost = malloc(1000);
		if (lost == NULL)
			return 1;
		memset(lost, 'x', 1000);
	}
	lost = NULL;
	return 0;
}
