/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: what the key is for (key usage, extended key usage, constraints). */
#include "core/lint_internal.h"

#define ENCIPHERS (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT)

/* Whether the key usage has one of BITS; there may be none. */
static bool
has_usage(const struct ca_lint_subject *s, uint32_t bits)
{
	return s->key_usage != UINT32_MAX && (s->key_usage & bits) != 0;
}

/* Whether the key usage, where it is there, has one of BITS. */
static bool
allows(const struct ca_lint_subject *s, uint32_t bits)
{
	return (s->key_usage & bits) != 0;
}

static bool
has_purpose(const struct ca_lint_subject *s, uint32_t bits)
{
	return s->extended != UINT32_MAX && (s->extended & bits) != 0;
}

static bool
ca_usage_present(const struct ca_lint_subject *s)
{
	return s->key_usage != UINT32_MAX;
}

static bool
usage_not_empty(const struct ca_lint_subject *s)
{
	return s->key_usage != 0;
}

/* X.690 section 11.2.2: the last bit of a named bit list is a one. */
static bool
usage_trimmed(const struct ca_lint_subject *s)
{
	const ASN1_OCTET_STRING *octets = ca_lint_octets(s, NID_key_usage);
	const unsigned char *der;
	int len;

	if (octets == NULL || ASN1_STRING_length(octets) < 4)
		return true;
	der = ASN1_STRING_get0_data(octets);
	len = ASN1_STRING_length(octets);
	/* Tag, length, number of unused bits, and then the bits. */
	return der[2] > 7 ||
	    (der[len - 1] & ((2U << der[2]) - 1)) == (1U << der[2]);
}

static bool
ca_signs_certificates(const struct ca_lint_subject *s)
{
	return allows(s, KU_KEY_CERT_SIGN);
}

static bool
leaf_signs_no_certificates(const struct ca_lint_subject *s)
{
	return !has_usage(s, KU_KEY_CERT_SIGN);
}

static bool
ec_does_not_encipher(const struct ca_lint_subject *s)
{
	return !ca_lint_is_ec(s) || !has_usage(s, ENCIPHERS);
}

static bool
ed25519_only_signs(const struct ca_lint_subject *s)
{
	return ca_certificate_key_info(s->cert)->kind != CA_KEY_ED25519 ||
	    !has_usage(s, ENCIPHERS | KU_KEY_AGREEMENT);
}

static bool
rsa_does_not_agree(const struct ca_lint_subject *s)
{
	return ca_certificate_key_info(s->cert)->kind != CA_KEY_RSA ||
	    !has_usage(s, KU_KEY_AGREEMENT);
}

static bool
only_bits_beside_agreement(const struct ca_lint_subject *s)
{
	return !has_usage(s, KU_ENCIPHER_ONLY | KU_DECIPHER_ONLY) ||
	    has_usage(s, KU_KEY_AGREEMENT);
}

static bool
ca_does_not_encipher(const struct ca_lint_subject *s)
{
	return !has_usage(s, ENCIPHERS);
}

static bool
server_can_shake_hands(const struct ca_lint_subject *s)
{
	return !has_purpose(s, XKU_SSL_SERVER) ||
	    allows(s,
		KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT);
}

static bool
client_can_sign(const struct ca_lint_subject *s)
{
	return !has_purpose(s, XKU_SSL_CLIENT) ||
	    allows(s, KU_DIGITAL_SIGNATURE | KU_KEY_AGREEMENT);
}

static bool
responder_can_sign(const struct ca_lint_subject *s)
{
	return !has_purpose(s, XKU_OCSP_SIGN) ||
	    allows(s, KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
}

/* Whether HOLDS of the purposes; true where there are none. */
static bool
purposes(const struct ca_lint_subject *s,
    bool (*holds)(const EXTENDED_KEY_USAGE *list))
{
	EXTENDED_KEY_USAGE *list = ca_lint_value(s, NID_ext_key_usage);
	bool held = list == NULL || holds(list);

	EXTENDED_KEY_USAGE_free(list);
	return held;
}

static bool
is_filled(const EXTENDED_KEY_USAGE *list)
{
	return sk_ASN1_OBJECT_num(list) > 0;
}

static bool
purposes_filled(const struct ca_lint_subject *s)
{
	return purposes(s, is_filled);
}

static bool
is_without_twins(const EXTENDED_KEY_USAGE *list)
{
	for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++)
		for (int k = i + 1; k < sk_ASN1_OBJECT_num(list); k++)
			if (OBJ_cmp(sk_ASN1_OBJECT_value(list, i),
				sk_ASN1_OBJECT_value(list, k)) == 0)
				return false;
	return true;
}

static bool
purposes_once(const struct ca_lint_subject *s)
{
	return purposes(s, is_without_twins);
}

static bool
leaf_purpose_named(const struct ca_lint_subject *s)
{
	return !has_purpose(s, XKU_ANYEKU);
}

static bool
constraints_present(const struct ca_lint_subject *s)
{
	return !has_usage(s, KU_KEY_CERT_SIGN) ||
	    ca_lint_has(s, NID_basic_constraints);
}

static bool
leaf_without_path_length(const struct ca_lint_subject *s)
{
	BASIC_CONSTRAINTS *constraints =
	    ca_lint_value(s, NID_basic_constraints);
	bool holds = constraints == NULL || constraints->pathlen == NULL;

	BASIC_CONSTRAINTS_free(constraints);
	return holds;
}

const struct ca_lint_rule ca_lint_usage_rules[] = {
	{ "lint-ca-key-usage", "RFC 5280 section 4.2.1.3", CA_LINT_CA,
	    ca_usage_present, "a CA has no key usage" },
	{ "lint-key-usage-empty", "RFC 5280 section 4.2.1.3", CA_LINT_ALL,
	    usage_not_empty, "no bit of the key usage is set" },
	{ "lint-key-usage-bits", "X.690 section 11.2.2", CA_LINT_ALL,
	    usage_trimmed, "the key usage has trailing zero bits" },
	{ "lint-ca-cert-sign", "RFC 5280 section 4.2.1.9", CA_LINT_CA,
	    ca_signs_certificates, "a CA has no keyCertSign" },
	{ "lint-leaf-cert-sign", "RFC 5280 section 4.2.1.3", CA_LINT_LEAF,
	    leaf_signs_no_certificates, "keyCertSign without being a CA" },
	{ "lint-cert-sign-constraints", "RFC 5280 section 4.2.1.9", CA_LINT_ALL,
	    constraints_present, "keyCertSign without basic constraints" },
	{ "lint-path-length-leaf", "RFC 5280 section 4.2.1.9", CA_LINT_LEAF,
	    leaf_without_path_length, "a path length without being a CA" },
	{ "lint-key-usage-key", "RFC 8813 section 3", CA_LINT_ALL,
	    ec_does_not_encipher,
	    "an EC key has keyEncipherment or dataEncipherment" },
	{ "lint-key-usage-ed25519", "RFC 9295 section 3", CA_LINT_ALL,
	    ed25519_only_signs, "an Ed25519 key is for more than signatures" },
	{ "lint-key-usage-rsa", "RFC 3279 section 2.3.1", CA_LINT_ALL,
	    rsa_does_not_agree, "an RSA key has keyAgreement" },
	{ "lint-key-usage-only", "RFC 5280 section 4.2.1.3", CA_LINT_ALL,
	    only_bits_beside_agreement,
	    "encipherOnly or decipherOnly without keyAgreement" },
	{ "lint-key-usage-mixed", "RFC 3279 section 2.3.1", CA_LINT_CA,
	    ca_does_not_encipher,
	    "a CA has keyEncipherment or dataEncipherment" },
	{ "lint-server-usage", "RFC 5280 section 4.2.1.12", CA_LINT_LEAF,
	    server_can_shake_hands,
	    "serverAuth, and a key usage that no handshake can use" },
	{ "lint-client-usage", "RFC 5280 section 4.2.1.12", CA_LINT_LEAF,
	    client_can_sign,
	    "clientAuth, and a key usage without digitalSignature" },
	{ "lint-responder-usage", "RFC 5280 section 4.2.1.12", CA_LINT_LEAF,
	    responder_can_sign,
	    "OCSPSigning, and a key usage without digitalSignature" },
	{ "lint-purpose-empty", "RFC 5280 section 4.2.1.12", CA_LINT_ALL,
	    purposes_filled, "the extended key usage is empty" },
	{ "lint-purpose-twice", "RFC 5280 section 4.2.1.12", CA_LINT_ALL,
	    purposes_once, "a purpose is there twice" },
	{ "lint-purpose-any", "RFC 5280 section 4.2.1.12", CA_LINT_LEAF,
	    leaf_purpose_named, "a leaf is for any purpose" },
	{ .name = NULL },
};
