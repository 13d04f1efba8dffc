/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: the public key's form, and the identifiers of keys. */
#include "core/certificate_internal.h"
#include "core/lint_internal.h"

/*
 * What stands beside the OID of the key: NULL for RSA (RFC 3279 section
 * 2.3.1). Other keys with wrong parameters can not be read at all.
 */
static bool
rsa_parameters(const struct ca_lint_subject *s)
{
	X509_ALGOR *algor = NULL;
	int type = 0;

	if (ca_certificate_key_info(s->cert)->kind != CA_KEY_RSA)
		return true;
	(void)X509_PUBKEY_get0_param(NULL, NULL, NULL, &algor,
	    X509_get_X509_PUBKEY(s->x509));
	X509_ALGOR_get0(NULL, &type, NULL, algor);
	return type == V_ASN1_NULL;
}

/* RFC 5480 section 2.2: 04 in front; Go reads no other. */
static bool
point_uncompressed(const struct ca_lint_subject *s)
{
	const unsigned char *point = NULL;
	int len = 0;

	if (!ca_lint_is_ec(s))
		return true;
	(void)X509_PUBKEY_get0_param(NULL, &point, &len, NULL,
	    X509_get_X509_PUBKEY(s->x509));
	return point[0] == 4;
}

static bool
ca_has_key_id(const struct ca_lint_subject *s)
{
	return ca_lint_has(s, NID_subject_key_identifier);
}

static bool
key_id_filled(const struct ca_lint_subject *s)
{
	return !ca_lint_has(s, NID_subject_key_identifier) ||
	    ca_certificate_key_id(s->cert)->len > 0;
}

static bool
authority_present(const struct ca_lint_subject *s)
{
	return s->self_issued || ca_lint_has(s, NID_authority_key_identifier);
}

static bool
authority_has_key_id(const struct ca_lint_subject *s)
{
	return !ca_lint_has(s, NID_authority_key_identifier) ||
	    X509_get0_authority_key_id(s->x509) != NULL;
}

static bool
authority_in_pairs(const struct ca_lint_subject *s)
{
	return (X509_get0_authority_issuer(s->x509) == NULL) ==
	    (X509_get0_authority_serial(s->x509) == NULL);
}

/* A self-signed one that names another key would be looked for in vain. */
static bool
authority_of_itself(const struct ca_lint_subject *s)
{
	const ASN1_OCTET_STRING *id = X509_get0_authority_key_id(s->x509);
	const ASN1_OCTET_STRING *own = X509_get0_subject_key_id(s->x509);

	return id == NULL || own == NULL ||
	    !ca_certificate_verifies(s->cert, ca_certificate_key(s->cert)) ||
	    ASN1_OCTET_STRING_cmp(id, own) == 0;
}

const struct ca_lint_rule ca_lint_key_rules[] = {
	{ "lint-key-parameters", "RFC 3279 section 2.3.1", CA_LINT_ALL,
	    rsa_parameters, "the parameters of an RSA key are not NULL" },
	{ "lint-key-point", "RFC 5480 section 2.2", CA_LINT_ALL,
	    point_uncompressed, "an EC point is compressed" },
	{ "lint-ca-key-id", "RFC 5280 section 4.2.1.2", CA_LINT_CA,
	    ca_has_key_id, "a CA has no subject key identifier" },
	{ "lint-key-id-empty", "RFC 5280 section 4.2.1.2", CA_LINT_ALL,
	    key_id_filled, "the subject key identifier is empty" },
	{ "lint-authority-key-id", "RFC 5280 section 4.2.1.1", CA_LINT_ALL,
	    authority_present, "there is no authority key identifier" },
	{ "lint-authority-key-id-form", "RFC 5280 section 4.2.1.1", CA_LINT_ALL,
	    authority_has_key_id,
	    "the authority key identifier has no keyIdentifier" },
	{ "lint-authority-pair", "RFC 5280 appendix A.2", CA_LINT_ALL,
	    authority_in_pairs,
	    "the authority's issuer and serial number are not both there" },
	{ "lint-authority-self", "RFC 5280 section 4.2.1.1", CA_LINT_CA,
	    authority_of_itself,
	    "a self-signed CA's authority key identifier is not its own" },
	{ .name = NULL },
};
