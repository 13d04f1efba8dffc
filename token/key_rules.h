/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_KEY_RULES_H
#define COLDCA_TOKEN_KEY_RULES_H

#include <p11-kit/pkcs11.h>
#include <stddef.h>

#include "token/attribute.h"

/* What a wrong value means. */
enum ca_key_weight {
	CA_KEY_STAYS,     /* the key may leave, or has left, its token */
	CA_KEY_MADE_HERE, /* the key may be somewhere else as well */
	CA_KEY_USE,       /* the key may do what a CA's key has no use for */
	CA_KEY_FIXED,     /* all that may still change */
	CA_KEY_WEIGHTS,
};

/* One attribute that the private key of a CA must have. */
struct ca_key_rule {
	CK_ATTRIBUTE_TYPE type;
	const char *attribute; /* "CKA_SENSITIVE" */
	const char *probe;     /* "has-sensitive" */
	const char *what;      /* for people: "CKA_SENSITIVE is true" */
	enum ca_flag wanted;
	enum ca_key_weight weight;
	unsigned unless; /* facts of tokens that are not held to it */
};

/* The row I of the table; NULL beyond its end. */
const struct ca_key_rule *ca_key_rule_at(size_t i);

/* How a key stands to one rule. */
enum ca_key_standing {
	CA_KEY_HOLDS,
	CA_KEY_UNTOLD,  /* the token does not tell, and need not */
	CA_KEY_EXCUSED, /* wrong, as with every key of such a token */
	CA_KEY_WEAK,    /* wrong, but it does not keep the key from signing */
	CA_KEY_WRONG,   /* not a key for a CA */
};

/* How a key with FLAG stands to RULE, on a token of these FACTS. */
enum ca_key_standing ca_key_rule_judge(const struct ca_key_rule *rule,
    unsigned facts, enum ca_flag flag);

#endif
