/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_SOFT_SIGNER_H
#define COLDCA_TESTS_SOFT_SIGNER_H

#include "coldca/signer.h"

/* What the next signatures of a soft signer are like. */
enum soft_fault {
	SOFT_FAULT_NONE,
	SOFT_FAULT_FLIP,   /* one bit of the signature is wrong */
	SOFT_FAULT_FAIL,   /* CA_ERR_TOKEN, as from a token that was pulled */
	SOFT_FAULT_REPEAT, /* always the same nonce (P-256) */
};

/* A new software private key of KIND; RSA has 2048 bits. */
EVP_PKEY *soft_key(enum ca_key_kind kind);

/* A signer over a copy of KEY; NULL makes a new P-256 key. */
struct ca_signer *soft_signer(EVP_PKEY *key);

/* Has SIGNER sign with the algorithm that NAME names, which fits its key. */
void soft_signer_algorithm(struct ca_signer *signer, const char *name);

/* From the AFTER-th signature on (0: the next), every one has FAULT. */
void soft_signer_fault(struct ca_signer *signer, enum soft_fault fault,
    unsigned after);

#endif
