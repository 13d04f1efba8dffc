/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate revocation lists that are finished. */
#include "coldca/crl.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "core/status_internal.h"

#define PEM_BEGIN "-----BEGIN X509 CRL-----\n"
#define PEM_END "-----END X509 CRL-----\n"
#define PEM_BLOCK ((size_t)48 * 1024) /* bytes at once: whole lines of 48 */

struct ca_crl {
	struct ca_spool spool; /* where it is; or */
	struct ca_bytes copy;  /* here */
	struct ca_bytes der;   /* borrowed from one of them */
	struct ca_crl_parts parts;
};

enum ca_code
ca_crl_parse(const uint8_t *der, size_t len, struct ca_crl **ret,
    struct ca_error *err)
{
	struct ca_crl *crl = calloc(1, sizeof(*crl));
	enum ca_code rc;

	if (crl == NULL)
		return ca_fail_memory(err);
	crl->spool.fd = -1;
	rc = ca_bytes_append(&crl->copy, der, len, err);
	crl->der = crl->copy;
	if (rc == CA_OK)
		rc = ca_crl_read(crl->der.data, crl->der.len, &crl->parts, err);
	if (rc == CA_OK)
		*ret = crl;
	else
		ca_crl_free(crl);
	return rc;
}

enum ca_code
ca_crl_take(struct ca_spool *spool, size_t offset, struct ca_crl **ret,
    struct ca_error *err)
{
	struct ca_crl *crl = calloc(1, sizeof(*crl));
	enum ca_code rc;

	if (crl == NULL)
		return ca_fail_memory(err);
	rc = ca_spool_map(spool, err);
	if (rc == CA_OK) {
		crl->der = (struct ca_bytes){ spool->data + offset,
			spool->len - offset };
		rc = ca_crl_read(crl->der.data, crl->der.len, &crl->parts, err);
	}
	if (rc != CA_OK) {
		free(crl);
		return rc;
	}
	crl->spool = *spool;
	*spool = (struct ca_spool)CA_SPOOL_NONE;
	*ret = crl;
	return CA_OK;
}

const struct ca_bytes *
ca_crl_der(const struct ca_crl *crl)
{
	return &crl->der;
}

int64_t
ca_crl_number(const struct ca_crl *crl)
{
	return crl->parts.number;
}

int64_t
ca_crl_this_update(const struct ca_crl *crl)
{
	return crl->parts.this_update;
}

int64_t
ca_crl_next_update(const struct ca_crl *crl)
{
	return crl->parts.next_update;
}

size_t
ca_crl_count(const struct ca_crl *crl)
{
	return crl->parts.count;
}

/* The algorithm whose AlgorithmIdentifier is DER; NULL: none of ours. */
static const struct ca_sigalg *
find_algorithm(const struct ca_bytes *der)
{
	const struct ca_sigalg *row;

	for (size_t i = 0; (row = ca_sigalg_at(i)) != NULL; i++) {
		struct ca_bytes known = { 0 };
		struct ca_error ignored;
		bool same = ca_sigalg_der(row, &known, &ignored) == CA_OK &&
		    ca_bytes_equal(&known, der);

		ca_bytes_free(&known);
		if (same)
			return row;
	}
	return NULL;
}

static bool
verifies(const struct ca_crl_parts *parts, EVP_PKEY *key)
{
	const struct ca_sigalg *algorithm = find_algorithm(&parts->algorithm);

	return algorithm != NULL &&
	    ca_sigalg_verifies(algorithm, key, parts->tbs.data, parts->tbs.len,
		parts->signature.data, parts->signature.len);
}

enum ca_code
ca_crl_check_issuer(const struct ca_crl *crl,
    const struct ca_certificate *issuer, struct ca_error *err)
{
	const struct ca_crl_parts *parts = &crl->parts;
	enum ca_code rc = CA_OK;

	/* Byte for byte: Go compares nothing less. */
	if (!ca_bytes_equal(&parts->issuer, ca_certificate_subject(issuer)) ||
	    parts->key_id.len == 0 ||
	    !ca_bytes_equal(&parts->key_id, ca_certificate_key_id(issuer)))
		rc = ca_fail(err, CA_ERR_POLICY, "the CRL is another CA's");
	else if (!verifies(parts, ca_certificate_key(issuer)))
		rc = ca_fail(err, CA_ERR_POLICY,
		    "the signature of the CRL does not verify");
	ERR_clear_error();
	return rc;
}

/* Gives the base64 of DER to SINK, 64 digits in a line (RFC 7468 section 2). */
static enum ca_code
write_base64(const struct ca_bytes *der, EVP_ENCODE_CTX *ctx, uint8_t *text,
    ca_crl_sink_fn sink, void *arg, struct ca_error *err)
{
	enum ca_code rc = CA_OK;
	int len = 0;

	EVP_EncodeInit(ctx);
	for (size_t at = 0; at < der->len && rc == CA_OK; at += PEM_BLOCK) {
		size_t left = der->len - at;

		if (left > PEM_BLOCK)
			left = PEM_BLOCK;
		if (EVP_EncodeUpdate(ctx, text, &len, der->data + at,
			(int)left) != 1)
			return ca_fail_memory(err);
		rc = sink(arg, text, (size_t)len, err);
	}
	EVP_EncodeFinal(ctx, text, &len);
	return rc == CA_OK ? sink(arg, text, (size_t)len, err) : rc;
}

enum ca_code
ca_crl_write_pem(const struct ca_crl *crl, ca_crl_sink_fn sink, void *arg,
    struct ca_error *err)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	uint8_t *text = malloc(2 * PEM_BLOCK);
	enum ca_code rc;

	if (ctx == NULL || text == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = sink(arg, PEM_BEGIN, strlen(PEM_BEGIN), err);
	if (rc == CA_OK)
		rc = write_base64(&crl->der, ctx, text, sink, arg, err);
	if (rc == CA_OK)
		rc = sink(arg, PEM_END, strlen(PEM_END), err);
out:
	free(text);
	EVP_ENCODE_CTX_free(ctx);
	return rc;
}

void
ca_crl_free(struct ca_crl *crl)
{
	if (crl == NULL)
		return;
	ca_bytes_free(&crl->parts.key_id);
	ca_bytes_free(&crl->copy);
	ca_spool_close(&crl->spool);
	free(crl);
}
