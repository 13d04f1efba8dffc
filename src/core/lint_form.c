/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: the fields of a certificate around its names, key and extensions. */
#include <openssl/obj_mac.h>

#include "core/der_check.h"
#include "core/lint_internal.h"

static bool
is_der(const struct ca_lint_subject *s)
{
	const struct ca_bytes *der = ca_certificate_der(s->cert);
	struct ca_error ignored;

	return ca_der_check(der->data, der->len, &ignored) == CA_OK;
}

static bool
is_version_3(const struct ca_lint_subject *s)
{
	return X509_get_version(s->x509) == X509_VERSION_3;
}

static bool
serial_positive(const struct ca_lint_subject *s)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(s->x509);
	size_t len, zeros = 0;
	const uint8_t *octets = ca_certificate_serial(s->cert, &len);

	while (zeros < len && octets[zeros] == 0)
		zeros++;
	return ASN1_STRING_type(serial) == V_ASN1_INTEGER && zeros < len;
}

static bool
serial_short(const struct ca_lint_subject *s)
{
	size_t len;
	const uint8_t *octets = ca_certificate_serial(s->cert, &len);

	/* A set high bit costs DER one octet more. */
	return len + (octets[0] >> 7) <= CA_SERIAL_MAX;
}

static bool
algorithms_agree(const struct ca_lint_subject *s)
{
	const X509_ALGOR *outer = NULL;

	X509_get0_signature(NULL, &outer, s->x509);
	return X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(s->x509)) == 0;
}

/*
 * What stands beside the OID: NULL for RSA (RFC 4055 section 5), nothing for
 * ECDSA (RFC 5758 section 3.2) and EdDSA (RFC 8410 section 3). PSS:
 * pss_parameters().
 */
static bool
algorithm_parameters(const struct ca_lint_subject *s)
{
	const ASN1_OBJECT *oid = NULL;
	int type = 0, key = NID_undef;

	X509_ALGOR_get0(&oid, &type, NULL, X509_get0_tbs_sigalg(s->x509));
	(void)OBJ_find_sigid_algs(OBJ_obj2nid(oid), NULL, &key);
	switch (key) {
	case NID_rsaEncryption:
		return type == V_ASN1_NULL;
	case NID_X9_62_id_ecPublicKey:
	case NID_ED25519:
		return type == V_ASN1_UNDEF;
	default:
		return true;
	}
}

static bool
algorithm_hash(const struct ca_lint_subject *s)
{
	int digest = NID_undef, nid = X509_get_signature_nid(s->x509);

	if (nid == NID_ED25519)
		return true;
	return X509_get_signature_info(s->x509, &digest, NULL, NULL, NULL) ==
	    1 &&
	    (digest == NID_sha256 || digest == NID_sha384 ||
		digest == NID_sha512);
}

/* OpenSSL calls fit for TLS what Go reads: one digest, a salt as long as it. */
static bool
pss_parameters(const struct ca_lint_subject *s)
{
	uint32_t flags = 0;

	return X509_get_signature_nid(s->x509) != NID_rsassaPss ||
	    (X509_get_signature_info(s->x509, NULL, NULL, NULL, &flags) == 1 &&
		(flags & X509_SIG_INFO_TLS) != 0);
}

static bool
signature_whole(const struct ca_lint_subject *s)
{
	const ASN1_BIT_STRING *signature = NULL;

	X509_get0_signature(&signature, NULL, s->x509);
	return (signature->flags & 7) == 0;
}

static bool
dates_in_order(const struct ca_lint_subject *s)
{
	return ca_certificate_not_before(s->cert) <
	    ca_certificate_not_after(s->cert);
}

/* Whether HOLDS of both dates. */
static bool
both_dates(const struct ca_lint_subject *s,
    bool (*holds)(const ASN1_TIME *time, int64_t seconds))
{
	return holds(X509_get0_notBefore(s->x509),
		   ca_certificate_not_before(s->cert)) &&
	    holds(X509_get0_notAfter(s->x509),
		ca_certificate_not_after(s->cert));
}

/* 2050-01-01T00:00:00Z */
#define YEAR_2050 INT64_C(2524608000)

static bool
is_right_type(const ASN1_TIME *time, int64_t seconds)
{
	return ASN1_STRING_type(time) ==
	    (seconds < YEAR_2050 ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME);
}

static bool
dates_right_type(const struct ca_lint_subject *s)
{
	return both_dates(s, is_right_type);
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ: no form with another zone is as long. */
static bool
is_zulu(const ASN1_TIME *time, int64_t seconds)
{
	(void)seconds;
	return ASN1_STRING_length(time) ==
	    (ASN1_STRING_type(time) == V_ASN1_UTCTIME
		    ? (int)sizeof("YYMMDDHHMMSSZ") - 1
		    : (int)sizeof("YYYYMMDDHHMMSSZ") - 1);
}

static bool
dates_zulu(const struct ca_lint_subject *s)
{
	return both_dates(s, is_zulu);
}

static bool
no_unique_ids(const struct ca_lint_subject *s)
{
	const ASN1_BIT_STRING *issuer = NULL, *subject = NULL;

	X509_get0_uids(s->x509, &issuer, &subject);
	return issuer == NULL && subject == NULL;
}

const struct ca_lint_rule ca_lint_form_rules[] = {
	{ "lint-der", "RFC 5280 section 4.1", CA_LINT_ALL, is_der,
	    "it is not in distinguished encoding" },
	{ "lint-version", "RFC 5280 section 4.1.2.1", CA_LINT_ALL, is_version_3,
	    "the version is not 3" },
	{ "lint-serial", "RFC 5280 section 4.1.2.2", CA_LINT_ALL,
	    serial_positive, "the serial is not a positive number" },
	{ "lint-serial-length", "RFC 5280 section 4.1.2.2", CA_LINT_ALL,
	    serial_short, "the serial has over 20 octets" },
	{ "lint-algorithm", "RFC 5280 section 4.1.1.2", CA_LINT_ALL,
	    algorithms_agree, "the two signature algorithms differ" },
	{ "lint-algorithm-parameters", "RFC 5280 section 4.1.1.2", CA_LINT_ALL,
	    algorithm_parameters,
	    "the parameters do not go with the signature algorithm" },
	{ "lint-algorithm-hash", "Go crypto/x509", CA_LINT_ALL, algorithm_hash,
	    "the signature is not over SHA-256, SHA-384 or SHA-512" },
	{ "lint-pss", "RFC 4055 section 3.1", CA_LINT_ALL, pss_parameters,
	    "the RSASSA-PSS parameters are not one digest and a salt of its length" },
	{ "lint-signature", "RFC 5280 section 4.1.1.3", CA_LINT_ALL,
	    signature_whole, "the signature is not of whole octets" },
	{ "lint-dates", "RFC 5280 section 4.1.2.5", CA_LINT_ALL, dates_in_order,
	    "it ends before it begins" },
	{ "lint-date-form", "RFC 5280 section 4.1.2.5", CA_LINT_ALL,
	    dates_right_type,
	    "UTCTime from 2050 on, or GeneralizedTime before" },
	{ "lint-date-zone", "RFC 5280 section 4.1.2.5.1", CA_LINT_ALL,
	    dates_zulu, "a date is not to the second and in Zulu" },
	{ "lint-unique-ids", "RFC 5280 section 4.1.2.8", CA_LINT_ALL,
	    no_unique_ids, "it has unique identifiers" },
	{ .name = NULL },
};
