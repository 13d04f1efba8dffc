/* SPDX-License-Identifier: Apache-2.0 */
#include "token/facts.h"

#include <p11-kit/p11-kit.h>
#include <string.h>

/*
 * How each text begins; NULL: whatever it is. A new token that needs a special
 * case gets a row here, and no other place knows its name.
 */
static const struct row {
	const char *module;       /* manufacturer of the module */
	const char *manufacturer; /* of the token */
	const char *model;
	unsigned facts;
} rows[] = {
	{ NULL, "SoftHSM project", "SoftHSM", CA_FACT_SOFTWARE },
	/* SoftHSM and the like behind p11-kit */
	{ NULL, "PKCS#11 Kit", NULL, CA_FACT_SOFTWARE },
	/* NSS softoken */
	{ NULL, "Mozilla Foundation", "NSS",
	    CA_FACT_SOFTWARE | CA_FACT_NO_PIN_FLAGS | CA_FACT_NO_LOCAL |
		CA_FACT_NO_COPYABLE },
	/* openCryptoki's soft token, of now and of old */
	{ NULL, "IBM", "Soft",
	    CA_FACT_SOFTWARE | CA_FACT_NO_COPYABLE | CA_FACT_ONE_INIT },
	{ NULL, NULL, "IBM Soft",
	    CA_FACT_SOFTWARE | CA_FACT_NO_COPYABLE | CA_FACT_ONE_INIT },
	/*
	 * tpm2-pkcs11: the token's texts are those of the TPM behind it. What
	 * would be CKM_RSA_PKCS there is TPM2_RSA_Decrypt, which a key with
	 * CKA_DECRYPT false refuses.
	 */
	{ "tpm2-software", NULL, NULL,
	    CA_FACT_NO_PIN_FLAGS | CA_FACT_HASHED_RSA },
	/* the same on a simulated TPM */
	{ NULL, "IBM", "SW", CA_FACT_SOFTWARE },
	/*
	 * PIV cards (NIST SP 800-73-4) behind OpenSC, which says of each of
	 * their keys what may be done with keys in that place.
	 */
	{ NULL, "piv_II", NULL, CA_FACT_FIXED_USE },
};

/* Whether FIELD, of SIZE bytes and padded with blanks, begins with TEXT. */
static bool
begins(const char *text, const unsigned char *field, size_t size)
{
	return text == NULL ||
	    (strlen(text) <= p11_kit_space_strlen(field, size) &&
		memcmp(text, field, strlen(text)) == 0);
}

unsigned
ca_facts_find(const struct ca_slot_view *view)
{
	const CK_TOKEN_INFO *token = &view->token;
	unsigned facts = 0;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (begins(rows[i].module, view->module.manufacturerID,
			sizeof(view->module.manufacturerID)) &&
		    begins(rows[i].manufacturer, token->manufacturerID,
			sizeof(token->manufacturerID)) &&
		    begins(rows[i].model, token->model, sizeof(token->model)))
			facts |= rows[i].facts;
	return facts;
}
