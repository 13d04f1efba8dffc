/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_CALLS_H
#define COLDCA_TOKEN_CALLS_H

#include <p11-kit/pkcs11.h>

/*
 * The functions of REAL with the watchdog around each call. There is one such
 * list in a process: the next call replaces it.
 */
CK_FUNCTION_LIST *ca_calls_watch(CK_FUNCTION_LIST *real);

/* What making a key may take, in times of what a call may take. */
#define CA_WATCH_GENERATE 10

#endif
