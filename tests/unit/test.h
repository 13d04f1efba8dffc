/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TEST_H
#define COLDCA_TEST_H

/* cmocka.h needs the first four before it. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "coldca/error.h"

/* Fails the test with the message where CALL does not end with CA_OK. */
#define assert_ok(call, err)                                       \
	do {                                                       \
		if ((call) != CA_OK)                               \
			fail_msg("%s: %s", #call, (err)->message); \
	} while (0)

#endif
