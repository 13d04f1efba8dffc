/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_FACTS_H
#define COLDCA_TOKEN_FACTS_H

#include "token/uri.h"

/* What is known of a make of token beyond what it tells of itself. */
enum ca_fact {
	CA_FACT_SOFTWARE = 1 << 0,     /* it keeps its keys in files */
	CA_FACT_NO_PIN_FLAGS = 1 << 1, /* it never shows the tries left */
	CA_FACT_NO_LOCAL = 1 << 2,     /* CKA_LOCAL is false for its own keys */
	CA_FACT_NO_COPYABLE = 1 << 3,  /* it refuses CKA_COPYABLE */
	CA_FACT_ONE_INIT = 1 << 5, /* C_InitToken with a security officer's PIN
					  that was changed spoils it */
	CA_FACT_HASHED_RSA = 1 << 4, /* RSA keys that may not decrypt sign only
					  PKCS#1 v1.5, and what it hashes */
	CA_FACT_FIXED_USE = 1 << 6,  /* what a key may be used for comes with
				       its place, and can not be chosen */
};

/* The facts of the token in VIEW, or-ed: all rows of the table that fit. */
unsigned ca_facts_find(const struct ca_slot_view *view);

#endif
