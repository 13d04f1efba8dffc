/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_FUZZ_H
#define COLDCA_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What libFuzzer and replay.c call; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the fuzzer where what must be true is not. */
#define require(condition)                                         \
	do {                                                       \
		if (!(condition)) {                                \
			(void)fprintf(stderr, "%s\n", #condition); \
			abort();                                   \
		}                                                  \
	} while (0)

/* The SIZE bytes at DATA as a string of its own, up to a NUL; free() it. */
static inline char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	require(text != NULL);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)data[i];
	text[size] = '\0';
	return text;
}

#endif
