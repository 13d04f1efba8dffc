/* SPDX-License-Identifier: Apache-2.0 */
/* Bad forms, bad names of issuer and subject. */
#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <string.h>

#include "support/soft_ca.h"
#include "unit/lint_rows.h"

const char lint_letters[301] =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static void
version_2(X509 *x)
{
	(void)X509_set_version(x, 1);
}

static void
serial_0(X509 *x)
{
	lint_set_serial(x, 0);
}

static void
serial_negative(X509 *x)
{
	lint_set_serial(x, -5);
}

/* A number of whose octets the first is FIRST, of LEN. */
static void
set_long_serial(X509 *x, unsigned first, int len)
{
	BIGNUM *big = BN_new();

	(void)BN_set_word(big, first);
	(void)BN_lshift(big, big, 8 * (len - 1));
	(void)BN_to_ASN1_INTEGER(big, X509_get_serialNumber(x));
	BN_free(big);
}

static void
serial_20_octets_high(X509 *x)
{
	set_long_serial(x, 0x80, 20);
}

static void
serial_21_octets(X509 *x)
{
	set_long_serial(x, 1, 21);
}

static int
sign_sha1(X509 *x, EVP_PKEY *key)
{
	return X509_sign(x, key, EVP_sha1());
}

static int
sign_pss(X509 *x, EVP_PKEY *key, int salt, const EVP_MD *mask)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	int rc;

	(void)EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, key);
	(void)EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
	(void)EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt);
	(void)EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, mask);
	rc = X509_sign_ctx(x, ctx);
	EVP_MD_CTX_free(ctx);
	return rc;
}

static int
sign_pss_short_salt(X509 *x, EVP_PKEY *key)
{
	return sign_pss(x, key, 20, EVP_sha256());
}

static int
sign_pss_other_mask(X509 *x, EVP_PKEY *key)
{
	return sign_pss(x, key, 32, EVP_sha384());
}

/* Both algorithms of X get the parameters TYPE. */
static void
set_parameters(X509 *x, int nid, int type)
{
	const X509_ALGOR *constant = X509_get0_tbs_sigalg(x);
	X509_ALGOR *algor;

	memcpy(&algor, &constant, sizeof(algor));
	(void)X509_ALGOR_set0(algor, OBJ_nid2obj(nid), type, NULL);
	X509_get0_signature(NULL, &constant, x);
	memcpy(&algor, &constant, sizeof(algor));
	(void)X509_ALGOR_set0(algor, OBJ_nid2obj(nid), type, NULL);
	(void)i2d_re_X509_tbs(x, NULL);
}

static void
ecdsa_with_null(X509 *x)
{
	set_parameters(x, NID_ecdsa_with_SHA256, V_ASN1_NULL);
}

static void
rsa_without_null(X509 *x)
{
	set_parameters(x, NID_sha256WithRSAEncryption, V_ASN1_UNDEF);
}

static void
ed25519_with_null(X509 *x)
{
	set_parameters(x, NID_ED25519, V_ASN1_NULL);
}

static void
signature_of_bits(X509 *x)
{
	const ASN1_BIT_STRING *constant = NULL;
	ASN1_BIT_STRING *signature;

	X509_get0_signature(&constant, NULL, x);
	memcpy(&signature, &constant, sizeof(signature));
	signature->flags = ASN1_STRING_FLAG_BITS_LEFT | 3;
}

static void
ends_before_it_begins(X509 *x)
{
	(void)ASN1_TIME_set(X509_getm_notAfter(x), SOFT_NOW - 864000);
}

static void
ends_as_it_begins(X509 *x)
{
	(void)X509_set1_notAfter(x, X509_get0_notBefore(x));
}

static void
generalized_time_before_2050(X509 *x)
{
	(void)ASN1_GENERALIZEDTIME_set(X509_getm_notAfter(x),
	    SOFT_NOW + 864000);
}

static void
begins_in_generalized_time(X509 *x)
{
	(void)ASN1_GENERALIZEDTIME_set(X509_getm_notBefore(x), SOFT_NOW);
}

static void
ends_in_another_zone(X509 *x)
{
	(void)ASN1_STRING_set(X509_getm_notAfter(x), "280101000000+0000", -1);
}

static void
begins_in_another_zone(X509 *x)
{
	(void)ASN1_STRING_set(X509_getm_notBefore(x), "260101000000+0000", -1);
}

static void
ends_within_a_second(X509 *x)
{
	ASN1_TIME *time = X509_getm_notAfter(x);

	(void)ASN1_GENERALIZEDTIME_set(time, SOFT_NOW);
	(void)ASN1_STRING_set(time, "20500101000000.5Z", -1);
}

const struct lint_row lint_form_rows[] = {
	/* BOOLEAN: TRUE as 01 */
	{ "lint-der",
	    LINT_TO("\x55\x1d\x0f\x01\x01\xff", "\x55\x1d\x0f\x01\x01\x01") },
	{ "lint-version", .spoil = version_2 },
	{ "lint-serial", .spoil = serial_0 },
	{ "lint-serial", .spoil = serial_negative },
	{ "lint-serial-length", .spoil = serial_20_octets_high },
	{ "lint-serial-length", .spoil = serial_21_octets },
	/* The outer one: ecdsa-with-SHA256 becomes 384. */
	{ "lint-algorithm",
	    LINT_TO("\xce\x3d\x04\x03\x02", "\xce\x3d\x04\x03\x03") },
	{ "lint-algorithm-parameters", .after = ecdsa_with_null },
	{ "lint-algorithm-parameters", LINT_RSA, .after = rsa_without_null },
	{ "lint-algorithm-parameters", .after = ed25519_with_null },
	{ "lint-algorithm-hash", .sign = sign_sha1 },
	{ "lint-algorithm-hash", LINT_RSA, .sign = sign_sha1 },
	{ "lint-pss", LINT_RSA, .sign = sign_pss_short_salt },
	{ "lint-issuer-algorithm", LINT_RSA, .sign = sign_pss_short_salt,
	    .issuer = LINT_CA },
	{ "lint-pss", LINT_RSA, .sign = sign_pss_other_mask },
	{ "lint-signature", .after = signature_of_bits },
	{ "lint-dates", .spoil = ends_before_it_begins },
	{ "lint-dates", .spoil = ends_as_it_begins },
	{ "lint-date-form", .spoil = generalized_time_before_2050 },
	{ "lint-date-form", .spoil = begins_in_generalized_time },
	{ "lint-date-zone", .spoil = ends_in_another_zone },
	{ "lint-date-zone", .spoil = begins_in_another_zone },
	{ "lint-date-zone", .spoil = ends_within_a_second },
	{ "lint-unique-ids", LINT_INSERT("\x81\x02\x00\xff") },
	{ "lint-unique-ids", LINT_INSERT("\x82\x02\x00\xff") },
	{ .rule = NULL },
};

static void
empty_issuer(X509 *x)
{
	lint_empty_name(x, 1);
}

static void
empty_subject(X509 *x)
{
	lint_empty_name(x, 0);
}

static void
add(X509_NAME *name, int nid, int type, const char *text, int len, int set)
{
	(void)X509_NAME_add_entry_by_NID(name, nid, type,
	    (const unsigned char *)text, len, -1, set);
}

static void
teletex_issuer(X509 *x)
{
	add(X509_get_issuer_name(x), NID_localityName, V_ASN1_T61STRING, "x",
	    -1, 0);
}

static void
nul_inside(X509 *x)
{
	add(X509_get_subject_name(x), NID_localityName, V_ASN1_UTF8STRING,
	    "a\0b", 3, 0);
}

static void
two_units_in_one(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);
	int nid = NID_organizationalUnitName;

	add(name, nid, V_ASN1_UTF8STRING, "x", -1, 0);
	add(name, nid, V_ASN1_UTF8STRING, "y", -1, -1);
}

static void
two_units_in_one_of_issuer(X509 *x)
{
	X509_NAME *name = X509_get_issuer_name(x);
	int nid = NID_organizationalUnitName;

	add(name, nid, V_ASN1_UTF8STRING, "x", -1, 0);
	add(name, nid, V_ASN1_UTF8STRING, "y", -1, -1);
}

#define UTF8(nid, string) LINT_ADD(nid, V_ASN1_UTF8STRING, string)
#define PRINTABLE(nid, string) LINT_ADD(nid, V_ASN1_PRINTABLESTRING, string)
#define IA5(nid, string) LINT_ADD(nid, V_ASN1_IA5STRING, string)

const struct lint_row lint_subject_rows[] = {
	{ "lint-issuer-empty", .spoil = empty_issuer },
	{ "lint-ca-subject", LINT_CA, .spoil = empty_subject },
	{ "lint-leaf-subject", .spoil = empty_subject },
	{ "lint-strings", LINT_ADD(NID_localityName, V_ASN1_T61STRING, "x") },
	{ "lint-strings",
	    LINT_ADD(NID_localityName, V_ASN1_UNIVERSALSTRING, "\0\0\0x") },
	{ "lint-strings", IA5(NID_localityName, "x") },
	{ "lint-strings", UTF8(NID_countryName, "DE") },
	{ "lint-strings", UTF8(NID_serialNumber, "1") },
	{ "lint-strings", UTF8(NID_dnQualifier, "x") },
	{ "lint-strings", UTF8(NID_domainComponent, "x") },
	{ "lint-strings", UTF8(NID_pkcs9_emailAddress, "a@b") },
	{ "lint-strings", .spoil = teletex_issuer },
	{ "lint-printable", PRINTABLE(NID_localityName, "a_b") },
	{ "lint-printable", PRINTABLE(NID_localityName, "a*") },
	{ "lint-attribute-empty", UTF8(NID_localityName, "") },
	{ "lint-attribute-length", UTF8(NID_commonName, LINT_LETTERS(65)) },
	{ "lint-attribute-length",
	    UTF8(NID_organizationName, LINT_LETTERS(65)) },
	{ "lint-attribute-length",
	    UTF8(NID_organizationalUnitName, LINT_LETTERS(65)) },
	{ "lint-attribute-length", UTF8(NID_localityName, LINT_LETTERS(129)) },
	{ "lint-attribute-length",
	    UTF8(NID_stateOrProvinceName, LINT_LETTERS(129)) },
	{ "lint-attribute-length",
	    PRINTABLE(NID_serialNumber, LINT_LETTERS(65)) },
	{ "lint-attribute-length", UTF8(NID_title, LINT_LETTERS(65)) },
	{ "lint-attribute-length",
	    IA5(NID_pkcs9_emailAddress, LINT_LETTERS(256)) },
	{ "lint-attribute-hidden", UTF8(NID_localityName, "a\033[2Jb") },
	{ "lint-attribute-hidden",
	    UTF8(NID_localityName,
		"a\xe2\x80\xae"
		"b") },
	{ "lint-attribute-hidden",
	    UTF8(NID_localityName,
		"a\xe2\x80\x8b"
		"b") },
	{ "lint-attribute-hidden", .spoil = nul_inside },
	{ "lint-attribute-blank", UTF8(NID_localityName, " a") },
	{ "lint-attribute-blank", UTF8(NID_localityName, "a ") },
	{ "lint-country",
	    LINT_ADD(NID_countryName, V_ASN1_PRINTABLESTRING, "Aa") },
	{ "lint-country", PRINTABLE(NID_countryName, "de") },
	{ "lint-country", PRINTABLE(NID_countryName, "D1") },
	{ "lint-country", PRINTABLE(NID_countryName, "1E") },
	{ "lint-country", PRINTABLE(NID_countryName, "D ") },
	{ "lint-country", PRINTABLE(NID_countryName, "zZ") },
	{ "lint-country", PRINTABLE(NID_countryName, "DEU") },
	{ "lint-country", PRINTABLE(NID_countryName, "D") },
	{ "lint-rdn-type", .spoil = two_units_in_one },
	{ "lint-rdn-type", .spoil = two_units_in_one_of_issuer },
	{ .rule = NULL },
};
