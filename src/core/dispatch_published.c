/* SPDX-License-Identifier: Apache-2.0 */
/* CRLs and OCSP responses: whether a CA of this ledger signed them. */
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/crl.h"
#include "coldca/ocsp.h"
#include "core/dispatch_internal.h"

static const char crl_begin[] = "-----BEGIN " PEM_STRING_X509_CRL "-----";

bool
ca_dispatch_is_published(const char *path)
{
	size_t folder = ca_dispatch_folder(path);

	return folder == 0 ||
	    (folder == strlen(CA_OCSP_DIR) &&
		strncmp(path, CA_OCSP_DIR, folder) == 0);
}

static bool
is_ours(const struct ca_crl *crl, const struct ca_certificates *signers)
{
	struct ca_error ignored;

	for (size_t i = 0; i < signers->count; i++)
		if (ca_crl_check_issuer(crl, signers->item[i], &ignored) ==
		    CA_OK)
			return true;
	return false;
}

/* Whether DER is a CRL; and in *RET_OURS whose. */
static bool
judge_crl(const uint8_t *der, size_t len, const struct ca_certificates *signers,
    bool *ret_ours)
{
	struct ca_crl *crl = NULL;
	struct ca_error ignored;

	if (ca_crl_parse(der, len, &crl, &ignored) != CA_OK)
		return false;
	*ret_ours = is_ours(crl, signers);
	ca_crl_free(crl);
	return true;
}

/* All CRLs in PEM; the exit gate knows that there is nothing else. */
static bool
judge_pem(const struct ca_bytes *content, const struct ca_certificates *signers)
{
	BIO *bio = BIO_new_mem_buf(content->data, (int)content->len);
	char *label = NULL, *header = NULL;
	uint8_t *der = NULL;
	long len = 0;
	bool ours = bio != NULL, one = true;

	while (ours && PEM_read_bio(bio, &label, &header, &der, &len) == 1) {
		ours = judge_crl(der, (size_t)len, signers, &one) && one;
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	ERR_clear_error();
	BIO_free(bio);
	return ours;
}

/* The CAs, to be trusted whatever time it is. */
static bool
fill(const struct ca_certificates *signers, X509_STORE *store,
    STACK_OF(X509) * stack)
{
	for (size_t i = 0; i < signers->count; i++) {
		X509 *x509 = ca_certificate_x509(signers->item[i]);

		if (X509_STORE_add_cert(store, x509) != 1 ||
		    sk_X509_push(stack, x509) <= 0)
			return false;
	}
	return X509_STORE_set_flags(store, X509_V_FLAG_NO_CHECK_TIME) == 1;
}

/* By a CA itself, or by a responder that it certified for that. */
static bool
judge_ocsp(OCSP_BASICRESP *basic, const struct ca_certificates *signers)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *stack = sk_X509_new_null();
	bool ours = store != NULL && stack != NULL &&
	    fill(signers, store, stack) &&
	    OCSP_basic_verify(basic, stack, store, 0) == 1;

	sk_X509_free(stack); /* what is in it is theirs */
	X509_STORE_free(store);
	return ours;
}

bool
ca_dispatch_is_signed(const struct ca_bytes *content,
    const struct ca_certificates *signers)
{
	const uint8_t *at = content->data;
	OCSP_RESPONSE *response;
	OCSP_BASICRESP *basic = NULL;
	bool ours = true;

	if (memmem(content->data, content->len, crl_begin, strlen(crl_begin)) !=
	    NULL)
		return judge_pem(content, signers);
	if (judge_crl(content->data, content->len, signers, &ours))
		return ours;
	response = d2i_OCSP_RESPONSE(NULL, &at, (long)content->len);
	if (response != NULL)
		basic = OCSP_response_get1_basic(response);
	if (basic != NULL)
		ours = judge_ocsp(basic, signers);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return ours;
}
