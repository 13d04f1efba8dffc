/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys on the curves of NIST. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/key_check.h"

#define FORMAT_SIZE 32 /* bytes of a word of OpenSSL's, with the NUL */

/*
 * The curves of NIST have the cofactor 1: a point of theirs that is not the
 * one at infinity is of full order, so that the quick check, which does not
 * multiply it, is the whole one (SP 800-56A section 5.6.2.3.4).
 */
static bool
is_point(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool valid =
	    context != NULL && EVP_PKEY_public_check_quick(context) == 1;

	EVP_PKEY_CTX_free(context);
	return valid;
}

void
ca_key_check_ec(EVP_PKEY *key, struct ca_findings *findings)
{
	char format[FORMAT_SIZE] = "";

	if (EVP_PKEY_get_utf8_string_param(key,
		OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, format,
		sizeof(format), NULL) != 1 ||
	    strcmp(format, OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) !=
		0)
		ca_findings_add(findings, "key-ec-format", CA_ERR_POLICY,
		    "key: RFC 5480 section 2.2: the point is not in the uncompressed form, and CockroachDB can read no other");
	if (!is_point(key))
		ca_findings_add(findings, "key-ec-point", CA_ERR_POLICY,
		    "key: SP 800-56A section 5.6.2.3.4: not a valid point of its curve");
}
