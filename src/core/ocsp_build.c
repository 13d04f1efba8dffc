/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCSP responses, field by field (RFC 6960 section 4.2.1). OpenSSL would build
 * them too, but only together with the private key.
 */
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "core/der.h"
#include "core/der_value.h"
#include "core/status_internal.h"

#define SUCCESSFUL 0 /* OCSPResponseStatus */

/* The CertID of SERIAL with the hashes by DIGEST. */
static enum ca_code
append_id(struct ca_bytes *out, const struct ca_ocsp_head *head,
    const EVP_MD *digest, struct ca_error *err)
{
	X509 *ca = ca_certificate_x509(head->ca);
	const uint8_t *octets = head->status->serial;
	BIGNUM *number = BN_bin2bn(octets, CA_SERIAL_SIZE, NULL);
	ASN1_INTEGER *serial =
	    number == NULL ? NULL : BN_to_ASN1_INTEGER(number, NULL);
	OCSP_CERTID *id = NULL;
	unsigned char *der = NULL;
	int len = -1;

	if (serial != NULL)
		id = OCSP_cert_id_new(digest, X509_get_subject_name(ca),
		    X509_get0_pubkey_bitstr(ca), serial);
	if (id != NULL)
		len = i2d_OCSP_CERTID(id, &der);
	OCSP_CERTID_free(id);
	ASN1_INTEGER_free(serial);
	BN_free(number);
	return ca_der_append_i2d(out, der, len, err);
}

/* CertStatus: good [0] NULL, revoked [1] RevokedInfo, both implicit. */
static enum ca_code
append_status(struct ca_bytes *out, const struct ca_status *status,
    struct ca_error *err)
{
	const uint8_t octet = (uint8_t)status->reason;
	struct ca_bytes info = { 0 }, reason = { 0 };
	enum ca_code rc;

	if (!status->revoked)
		return ca_der_append(out, CA_DER_CONTEXT_PRIMITIVE(0), NULL, 0,
		    err);
	rc = ca_der_append_generalized_time(&info, status->revoked_at, err);
	if (rc == CA_OK && status->reason != CA_REASON_UNSPECIFIED) {
		rc = ca_der_append(&reason, CA_DER_ENUMERATED, &octet, 1, err);
		if (rc == CA_OK)
			rc = ca_der_append_around(&info, CA_DER_CONTEXT(0),
			    &reason, err);
	}
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_CONTEXT(1), &info, err);
	ca_bytes_free(&info);
	ca_bytes_free(&reason);
	return rc;
}

/* Appends a SingleResponse. */
static enum ca_code
append_single(struct ca_bytes *out, const struct ca_ocsp_head *head,
    const EVP_MD *digest, struct ca_error *err)
{
	struct ca_bytes content = { 0 }, time = { 0 };
	enum ca_code rc;

	rc = append_id(&content, head, digest, err);
	if (rc == CA_OK)
		rc = append_status(&content, head->status, err);
	if (rc == CA_OK)
		rc = ca_der_append_generalized_time(&content, head->this_update,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append_generalized_time(&time, head->next_update,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&content, CA_DER_CONTEXT(0), &time,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_SEQUENCE, &content, err);
	ca_bytes_free(&content);
	ca_bytes_free(&time);
	return rc;
}

/* ResponderID: byKey [2], the SHA-1 of the bits of the signer's key. */
static enum ca_code
append_responder(struct ca_bytes *out, const struct ca_certificate *signer,
    struct ca_error *err)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct ca_bytes octets = { 0 };
	unsigned len = 0;
	enum ca_code rc;

	if (X509_pubkey_digest(ca_certificate_x509(signer), EVP_sha1(), hash,
		&len) != 1)
		return ca_fail_memory(err);
	rc = ca_der_append(&octets, CA_DER_OCTET_STRING, hash, len, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_CONTEXT(2), &octets, err);
	ca_bytes_free(&octets);
	return rc;
}

enum ca_code
ca_ocsp_data(const struct ca_ocsp_head *head, struct ca_bytes *ret,
    struct ca_error *err)
{
	struct ca_bytes content = { 0 }, list = { 0 }, data = { 0 };
	enum ca_code rc;

	rc = append_responder(&content, head->signer, err);
	if (rc == CA_OK)
		rc = ca_der_append_generalized_time(&content, head->this_update,
		    err);
	/* SHA-1 first: clients that look at the first one ask with that. */
	if (rc == CA_OK)
		rc = append_single(&list, head, EVP_sha1(), err);
	if (rc == CA_OK)
		rc = append_single(&list, head, EVP_sha256(), err);
	if (rc == CA_OK)
		rc =
		    ca_der_append_around(&content, CA_DER_SEQUENCE, &list, err);
	if (rc == CA_OK)
		rc =
		    ca_der_append_around(&data, CA_DER_SEQUENCE, &content, err);
	ca_bytes_free(&content);
	ca_bytes_free(&list);
	if (rc == CA_OK)
		*ret = data;
	else
		ca_bytes_free(&data);
	return rc;
}

static enum ca_code
append_signature(struct ca_bytes *out, const struct ca_sigalg *algorithm,
    const struct ca_bytes *signature, struct ca_error *err)
{
	static const uint8_t no_unused_bits = 0;
	struct ca_bytes bits = { 0 }, identifier = { 0 };
	enum ca_code rc;

	rc = ca_sigalg_der(algorithm, &identifier, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(out, identifier.data, identifier.len, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bits, &no_unused_bits, 1, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bits, signature->data, signature->len,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_BIT_STRING, &bits, err);
	ca_bytes_free(&bits);
	ca_bytes_free(&identifier);
	return rc;
}

/* certs [0]: the responder's, which no client has. */
static enum ca_code
append_delegate(struct ca_bytes *out, const struct ca_certificate *delegate,
    struct ca_error *err)
{
	const struct ca_bytes *der = ca_certificate_der(delegate);
	struct ca_bytes list = { 0 };
	enum ca_code rc;

	rc = ca_der_append(&list, CA_DER_SEQUENCE, der->data, der->len, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_CONTEXT(0), &list, err);
	ca_bytes_free(&list);
	return rc;
}

/* The OCSPResponse around BASIC. */
static enum ca_code
wrap(const struct ca_bytes *basic, struct ca_bytes *out, struct ca_error *err)
{
	static const uint8_t status = SUCCESSFUL;
	struct ca_bytes bytes = { 0 }, part = { 0 }, content = { 0 };
	enum ca_code rc;

	rc = ca_der_append_oid(&bytes, NID_id_pkix_OCSP_basic, err);
	if (rc == CA_OK)
		rc = ca_der_append(&bytes, CA_DER_OCTET_STRING, basic->data,
		    basic->len, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&part, CA_DER_SEQUENCE, &bytes, err);
	if (rc == CA_OK)
		rc =
		    ca_der_append(&content, CA_DER_ENUMERATED, &status, 1, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&content, CA_DER_CONTEXT(0), &part,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_SEQUENCE, &content, err);
	ca_bytes_free(&bytes);
	ca_bytes_free(&part);
	ca_bytes_free(&content);
	return rc;
}

enum ca_code
ca_ocsp_assemble(const struct ca_bytes *data, const struct ca_sigalg *algorithm,
    const struct ca_bytes *signature, const struct ca_certificate *delegate,
    struct ca_bytes *ret_basic, struct ca_bytes *ret_response,
    struct ca_error *err)
{
	struct ca_bytes content = { 0 }, basic = { 0 }, response = { 0 };
	enum ca_code rc;

	rc = ca_bytes_append(&content, data->data, data->len, err);
	if (rc == CA_OK)
		rc = append_signature(&content, algorithm, signature, err);
	if (rc == CA_OK && delegate != NULL)
		rc = append_delegate(&content, delegate, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&basic, CA_DER_SEQUENCE, &content,
		    err);
	if (rc == CA_OK)
		rc = wrap(&basic, &response, err);
	ca_bytes_free(&content);
	if (rc != CA_OK) {
		ca_bytes_free(&basic);
		ca_bytes_free(&response);
		return rc;
	}
	*ret_basic = basic;
	*ret_response = response;
	return CA_OK;
}
