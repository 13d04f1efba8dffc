/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include "token/attribute.h"
#include "token/facts.h"
#include "token/listing.h"

/* PKCS#11 2.40, section 4.9, table 26: what makes a key stay in its token. */
static const struct {
	CK_ATTRIBUTE_TYPE type;
	const char *name;
	enum ca_flag wanted;
	unsigned unless; /* facts of tokens that are not held to it */
} required[] = {
	{ CKA_SENSITIVE, "CKA_SENSITIVE", CA_FLAG_TRUE, 0 },
	{ CKA_ALWAYS_SENSITIVE, "CKA_ALWAYS_SENSITIVE", CA_FLAG_TRUE, 0 },
	{ CKA_EXTRACTABLE, "CKA_EXTRACTABLE", CA_FLAG_FALSE, 0 },
	{ CKA_NEVER_EXTRACTABLE, "CKA_NEVER_EXTRACTABLE", CA_FLAG_TRUE, 0 },
	{ CKA_LOCAL, "CKA_LOCAL", CA_FLAG_TRUE, CA_FACT_NO_LOCAL },
};

static const char *const said[] = {
	[CA_FLAG_FALSE] = "is false",
	[CA_FLAG_TRUE] = "is true",
	[CA_FLAG_UNKNOWN] = "is not told",
};

enum ca_code
ca_token_check_key(struct ca_token *token, const struct ca_token_key *key,
    struct ca_error *err)
{
	struct ca_listing faults = { { NULL, 0 }, 0 };
	enum ca_code rc = CA_OK;
	enum ca_flag flag;
	size_t i;

	for (i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		if ((required[i].unless & token->facts) != 0)
			continue;
		flag = ca_attribute_flag(token, key->handle, required[i].type);
		if (flag == required[i].wanted || rc != CA_OK)
			continue;
		rc = ca_listing_add(&faults, err, "%s %s", required[i].name,
		    said[flag]);
	}
	if (rc == CA_OK && faults.count > 0) {
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: not a key that was made in the token and never leaves it: %s",
		    token->name, key->label, ca_listing_text(&faults));
	}
	ca_listing_clear(&faults);
	return rc;
}
