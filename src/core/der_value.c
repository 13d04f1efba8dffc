/* SPDX-License-Identifier: Apache-2.0 */
/* The values that CRLs and OCSP responses are composed of. */
#include "core/der_value.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>

#include "core/der.h"

enum ca_code
ca_der_append_i2d(struct ca_bytes *out, unsigned char *der, int len,
    struct ca_error *err)
{
	enum ca_code rc;

	if (len <= 0)
		return ca_fail_memory(err);
	rc = ca_bytes_append(out, der, (size_t)len, err);
	OPENSSL_free(der);
	return rc;
}

enum ca_code
ca_der_append_around(struct ca_bytes *out, unsigned tag,
    struct ca_bytes *content, struct ca_error *err)
{
	enum ca_code rc =
	    ca_der_append(out, tag, content->data, content->len, err);

	ca_bytes_free(content);
	return rc;
}

enum ca_code
ca_der_append_number(struct ca_bytes *out, int64_t number, struct ca_error *err)
{
	ASN1_INTEGER *value = ASN1_INTEGER_new();
	unsigned char *der = NULL;
	int len = -1;

	if (value != NULL && ASN1_INTEGER_set_int64(value, number) == 1)
		len = i2d_ASN1_INTEGER(value, &der);
	ASN1_INTEGER_free(value);
	return ca_der_append_i2d(out, der, len, err);
}

enum ca_code
ca_der_append_generalized_time(struct ca_bytes *out, int64_t time,
    struct ca_error *err)
{
	ASN1_GENERALIZEDTIME *value =
	    ASN1_GENERALIZEDTIME_set(NULL, (time_t)time);
	unsigned char *der = NULL;
	int len = value == NULL ? -1 : i2d_ASN1_GENERALIZEDTIME(value, &der);

	ASN1_GENERALIZEDTIME_free(value);
	return ca_der_append_i2d(out, der, len, err);
}

enum ca_code
ca_der_append_time(struct ca_bytes *out, int64_t time, struct ca_error *err)
{
	ASN1_TIME *value = ASN1_TIME_set(NULL, (time_t)time);
	unsigned char *der = NULL;
	int len = value == NULL ? -1 : i2d_ASN1_TIME(value, &der);

	ASN1_TIME_free(value);
	return ca_der_append_i2d(out, der, len, err);
}

enum ca_code
ca_der_append_oid(struct ca_bytes *out, int nid, struct ca_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_ASN1_OBJECT(OBJ_nid2obj(nid), &der);

	return ca_der_append_i2d(out, der, len, err);
}

enum ca_code
ca_der_append_extension(struct ca_bytes *out, int nid, struct ca_bytes *value,
    struct ca_error *err)
{
	struct ca_bytes content = { 0 };
	enum ca_code rc;

	rc = ca_der_append_oid(&content, nid, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&content, CA_DER_OCTET_STRING, value,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_SEQUENCE, &content, err);
	ca_bytes_free(&content);
	ca_bytes_free(value);
	return rc;
}
