/* SPDX-License-Identifier: Apache-2.0 */
/* From what the ledger says to OCSP responses that it knows. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>

#include "base/text.h"
#include "base/time.h"
#include "coldca/signer.h"
#include "core/ledger_internal.h"
#include "core/status_internal.h"

static const struct ca_certificate *
signer_of(const struct ca_responder *responder)
{
	return responder->delegate != NULL ? responder->delegate
					   : responder->ca;
}

/*
 * Reads the response as a client does: OpenSSL checks the signature, and that
 * the signer may answer for the CA.
 */
static bool
verifies(const struct ca_responder *responder, const struct ca_bytes *basic)
{
	const unsigned char *p = basic->data;
	OCSP_BASICRESP *parsed = d2i_OCSP_BASICRESP(NULL, &p, (long)basic->len);
	X509 *ca = ca_certificate_x509(responder->ca);
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *list = sk_X509_new_null();
	bool good = false;

	if (parsed != NULL && store != NULL && list != NULL &&
	    X509_STORE_add_cert(store, ca) == 1 && sk_X509_push(list, ca) > 0 &&
	    /* Dates are no matter of what a token computes. */
	    X509_STORE_set_flags(store, X509_V_FLAG_NO_CHECK_TIME) == 1)
		good = OCSP_basic_verify(parsed, list, store, 0) == 1;
	OCSP_BASICRESP_free(parsed);
	X509_STORE_free(store);
	sk_X509_free(list);
	ERR_clear_error();
	return good;
}

static enum ca_code
check(const struct ca_responder *responder, const struct ca_bytes *basic,
    const struct ca_status *status, struct ca_error *err)
{
	char serial[CA_SERIAL_TEXT_SIZE];

	if (verifies(responder, basic))
		return CA_OK;
	ca_hex(status->serial, CA_SERIAL_SIZE, serial);
	(void)ca_fail(err, CA_ERR_TOKEN,
	    "serial %s: the signature that the token made of its OCSP response does not verify",
	    serial);
	ca_hint(err, "do not use this token until it has been examined");
	return CA_ERR_TOKEN;
}

static enum ca_code
make_one(const struct ca_responder *responder, const struct ca_ocsp_head *head,
    struct ca_bytes *ret_basic, struct ca_bytes *ret_response,
    struct ca_error *err)
{
	struct ca_signer *signer = responder->signer;
	struct ca_bytes data = { 0 }, signature = { 0 };
	enum ca_code rc;

	rc = ca_ocsp_data(head, &data, err);
	if (rc == CA_OK)
		rc = signer->sign(signer, data.data, data.len, &signature, err);
	if (rc == CA_OK)
		rc = ca_ocsp_assemble(&data, signer->algorithm, &signature,
		    responder->delegate, ret_basic, ret_response, err);
	if (rc == CA_OK)
		rc = check(responder, ret_basic, head->status, err);
	ca_bytes_free(&data);
	ca_bytes_free(&signature);
	return rc;
}

static enum ca_code
check_responder(const struct ca_responder *responder, int64_t now,
    struct ca_error *err)
{
	const struct ca_certificate *signer = signer_of(responder);
	int64_t end = ca_certificate_not_after(signer);
	char text[CA_TIME_TEXT_SIZE];

	if (end > now)
		return ca_ledger_check_status_key(responder->ledger,
		    ca_certificate_key_info(signer)->spki_sha256, err);
	ca_time_format(end, text);
	return ca_fail(err, CA_ERR_POLICY,
	    "the certificate of the responder expired at %s: nobody believes it any more",
	    text);
}

enum ca_code
ca_ocsp_issue(const struct ca_responder *responder,
    const struct ca_status *statuses, size_t count, int64_t next_update,
    int64_t now, struct ca_bytes *ret, struct ca_error *err)
{
	const struct ca_certificate *signer = signer_of(responder);
	int64_t end = ca_certificate_not_after(signer);
	struct ca_ocsp_head head = {
		.ca = responder->ca,
		.signer = signer,
		.this_update = now,
		.next_update = next_update < end ? next_update : end,
	};
	struct ca_bytes basic[CA_OCSP_GROUP] = { { 0 } };
	struct ca_bytes response[CA_OCSP_GROUP] = { { 0 } };
	struct ca_ocsp_made made[CA_OCSP_GROUP];
	enum ca_code rc;

	if (count > CA_OCSP_GROUP)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "more than %d OCSP responses in a group", CA_OCSP_GROUP);
	rc = check_responder(responder, now, err);
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		head.status = &statuses[i];
		rc = make_one(responder, &head, &basic[i], &response[i], err);
		made[i] = (struct ca_ocsp_made){ statuses[i].serial, &basic[i],
			&response[i] };
	}
	if (rc == CA_OK)
		rc = ca_ledger_record_ocsp(responder->ledger, made, count,
		    ca_certificate_key_info(signer)->spki_sha256, now,
		    head.next_update, err);
	for (size_t i = 0; i < count; i++) {
		ca_bytes_free(&basic[i]);
		if (rc == CA_OK)
			ret[i] = response[i];
		else
			ca_bytes_free(&response[i]);
	}
	return rc;
}
