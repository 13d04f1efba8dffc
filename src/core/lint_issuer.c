/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: a certificate beside that of its issuer. */
#include "core/certificate_internal.h"
#include "core/lint_internal.h"

static bool
issuer_is_ca(const struct ca_lint_subject *s)
{
	return ca_certificate_is_ca(s->issuer);
}

static bool
issuer_signs_certificates(const struct ca_lint_subject *s)
{
	return (X509_get_key_usage(ca_certificate_bare_x509(s->issuer)) &
		   KU_KEY_CERT_SIGN) != 0;
}

/* Go compares octets; RFC 5280 section 7.1 would let string types differ. */
static bool
issuer_name_same(const struct ca_lint_subject *s)
{
	return ca_bytes_equal(ca_certificate_issuer(s->cert),
	    ca_certificate_subject(s->issuer));
}

static bool
issuer_key_id_same(const struct ca_lint_subject *s)
{
	const ASN1_OCTET_STRING *id = X509_get0_authority_key_id(s->x509);
	const ASN1_OCTET_STRING *of =
	    X509_get0_subject_key_id(ca_certificate_bare_x509(s->issuer));

	return id == NULL || of == NULL || ASN1_OCTET_STRING_cmp(id, of) == 0;
}

static bool
begins_with_issuer(const struct ca_lint_subject *s)
{
	return ca_certificate_not_before(s->cert) >=
	    ca_certificate_not_before(s->issuer);
}

static bool
ends_with_issuer(const struct ca_lint_subject *s)
{
	return ca_certificate_not_after(s->cert) <=
	    ca_certificate_not_after(s->issuer);
}

/* -1: there is no limit. */
static bool
within_path_length(const struct ca_lint_subject *s)
{
	long limit = X509_get_pathlen(ca_certificate_bare_x509(s->issuer));
	long own = X509_get_pathlen(s->x509);

	return !s->is_ca || s->self_issued || limit < 0 ||
	    (own >= 0 && own < limit);
}

/* A draft's preview has no signature yet. */
static bool
signed_by_issuer(const struct ca_lint_subject *s)
{
	const ASN1_BIT_STRING *signature = NULL;

	X509_get0_signature(&signature, NULL, s->x509);
	return ASN1_STRING_length(signature) == 0 ||
	    ca_certificate_verifies(s->cert, ca_certificate_key(s->issuer));
}

static bool
algorithm_of_issuer(const struct ca_lint_subject *s)
{
	int key = NID_undef;
	const EVP_PKEY *issuer = ca_certificate_key(s->issuer);

	if (OBJ_find_sigid_algs(X509_get_signature_nid(s->x509), NULL, &key) !=
	    1)
		return false;
	return key == EVP_PKEY_get_base_id(issuer) ||
	    (key == NID_rsassaPss &&
		EVP_PKEY_get_base_id(issuer) == EVP_PKEY_RSA);
}

static bool
serial_not_of_issuer(const struct ca_lint_subject *s)
{
	return !ca_bytes_equal(ca_certificate_issuer(s->cert),
		   ca_certificate_issuer(s->issuer)) ||
	    ASN1_INTEGER_cmp(X509_get0_serialNumber(s->x509),
		X509_get0_serialNumber(ca_certificate_bare_x509(s->issuer))) !=
	    0;
}

const struct ca_lint_rule ca_lint_issuer_rules[] = {
	{ "lint-issuer-ca", "RFC 5280 section 6.1.4", CA_LINT_ISSUED,
	    issuer_is_ca, "the issuer is no CA" },
	{ "lint-issuer-usage", "RFC 5280 section 6.1.4", CA_LINT_ISSUED,
	    issuer_signs_certificates, "the issuer has no keyCertSign" },
	{ "lint-issuer-name", "RFC 5280 section 4.1.2.4", CA_LINT_ISSUED,
	    issuer_name_same,
	    "the issuer is not, octet for octet, the subject of the CA" },
	{ "lint-issuer-key-id", "RFC 5280 section 4.2.1.1", CA_LINT_ISSUED,
	    issuer_key_id_same,
	    "the authority key identifier is not that of the CA" },
	{ "lint-issuer-begin", "RFC 5280 section 4.1.2.5", CA_LINT_ISSUED,
	    begins_with_issuer, "it begins before the CA does" },
	{ "lint-issuer-end", "RFC 5280 section 4.1.2.5", CA_LINT_ISSUED,
	    ends_with_issuer, "it outlives the CA" },
	{ "lint-issuer-path-length", "RFC 5280 section 4.2.1.9", CA_LINT_ISSUED,
	    within_path_length,
	    "it is a CA beyond the path length of its issuer" },
	{ "lint-issuer-algorithm", "RFC 5280 section 4.1.1.2", CA_LINT_ISSUED,
	    algorithm_of_issuer,
	    "the signature algorithm does not go with the issuer's key" },
	{ "lint-issuer-signature", "RFC 5280 section 6.1.3", CA_LINT_ISSUED,
	    signed_by_issuer, "the signature is not by the issuer's key" },
	{ "lint-issuer-serial", "RFC 5280 section 4.1.2.2", CA_LINT_ISSUED,
	    serial_not_of_issuer, "the serial is that of the CA certificate" },
	{ .name = NULL },
};
