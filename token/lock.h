/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_LOCK_H
#define COLDCA_TOKEN_LOCK_H

/*
 * Keeps what the process may write, the module's own copy of the PIN among it,
 * out of swap as far as RLIMIT_MEMLOCK allows: what is mapped now, and where
 * there is no limit what is mapped later, too.
 */
void ca_lock_memory(void);

#endif
