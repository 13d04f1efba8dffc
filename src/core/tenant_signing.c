/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/tenant_signing.h"

#include <inttypes.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/text.h"
#include "coldca/profile.h"

/* RFC 5280 sections 4.2.1.9 and 4.2.1.3, both critical, as Go writes them. */
static bool
add_extensions(X509 *x)
{
	BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
	ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
	bool added;

	added = constraints != NULL && usage != NULL &&
	    ASN1_BIT_STRING_set_bit(usage, 0, 1) == 1 && /* digitalSignature */
	    X509_add1_ext_i2d(x, NID_key_usage, usage, 1, X509V3_ADD_DEFAULT) ==
		1 &&
	    X509_add1_ext_i2d(x, NID_basic_constraints, constraints, 1,
		X509V3_ADD_DEFAULT) == 1;
	BASIC_CONSTRAINTS_free(constraints);
	ASN1_BIT_STRING_free(usage);
	return added;
}

static bool
set_serial(X509 *x, const uint8_t serial[CA_SERIAL_SIZE])
{
	BIGNUM *number = BN_bin2bn(serial, CA_SERIAL_SIZE, NULL);
	bool set = number != NULL &&
	    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;

	BN_free(number);
	return set;
}

static bool
set_names(X509 *x, const char *common_name)
{
	X509_NAME *name = X509_get_subject_name(x);

	return X509_NAME_add_entry_by_NID(name, NID_commonName,
		   V_ASN1_PRINTABLESTRING, (const unsigned char *)common_name,
		   -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1;
}

static bool
set_validity(X509 *x, int64_t from, int64_t until)
{
	return ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)until) != NULL;
}

enum ca_code
ca_tenant_signing_make(EVP_PKEY *key, uint64_t tenant,
    const uint8_t serial[CA_SERIAL_SIZE], int64_t lifetime, int64_t now,
    struct ca_certificate **ret, struct ca_error *err)
{
	unsigned char *der = NULL;
	char *common_name = NULL;
	X509 *x = NULL;
	int len;
	enum ca_code rc;

	rc = ca_text_format(&common_name, err,
	    "Tenant %" PRIu64 " Token Signing Certificate", tenant);
	if (rc != CA_OK)
		goto out;
	x = X509_new();
	/* RFC 8410 section 3: Ed25519 has no digest to choose. */
	if (x == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
	    !set_serial(x, serial) || !set_names(x, common_name) ||
	    !set_validity(x, now - CA_BACKDATE, now + lifetime) ||
	    X509_set_pubkey(x, key) != 1 || !add_extensions(x) ||
	    X509_sign(x, key, NULL) <= 0) {
		rc = ca_fail(err, CA_ERR_INTERNAL,
		    "the certificate can not be made");
		goto out;
	}
	len = i2d_X509(x, &der);
	rc = len > 0 ? ca_certificate_parse(der, (size_t)len, ret, err)
		     : ca_fail_memory(err);
out:
	OPENSSL_free(der);
	X509_free(x);
	free(common_name);
	return rc;
}
