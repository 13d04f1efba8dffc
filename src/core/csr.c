/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/csr.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "core/csr_asks.h"
#include "core/csr_parts.h"
#include "core/csr_pem.h"
#include "core/der_check.h"
#include "core/key_check.h"

#define DER_SEQUENCE 0x30 /* the first octet of every request in DER */

/* What made it is broken, or it was on its way. */
#define AGAIN \
	"have the request made again, on its host, and carry the file as it is: coldca request makes one"

struct ca_csr {
	char *name;
	EVP_PKEY *key;
	struct ca_key_info info;
	struct ca_bytes der;
	struct ca_csr_parts parts; /* borrowed from der */
	struct ca_asks asks;
	struct ca_findings notices; /* what is tolerated */
};

/* Sets csr->der from PEM or DER. */
static enum ca_code
read_der(struct ca_csr *csr, const uint8_t *data, size_t len,
    struct ca_error *err)
{
	if (len > CA_CSR_SIZE_MAX)
		return ca_fail_rule(err, CA_ERR_INPUT, "csr-size",
		    "larger than %zu bytes", CA_CSR_SIZE_MAX);
	if (len == 0)
		return ca_fail_rule(err, CA_ERR_INPUT, "csr-form", "is empty");
	if (data[0] == DER_SEQUENCE)
		return ca_bytes_append(&csr->der, data, len, err);
	return ca_csr_pem_read(data, len, &csr->der, err);
}

static enum ca_code
read_parts(struct ca_csr *csr, struct ca_error *err)
{
	struct ca_csr_parts *parts = &csr->parts;
	enum ca_code rc;

	rc = ca_der_check(csr->der.data, csr->der.len, err);
	if (rc == CA_OK)
		rc = ca_csr_parts_read(csr->der.data, csr->der.len, parts, err);
	if (rc != CA_OK)
		return rc;
	if (parts->version.len != 1 || parts->version.content[0] != 0)
		return ca_fail_rule(err, CA_ERR_INPUT, "csr-version",
		    "RFC 2986 section 4.1: the version is not 0");
	if (!parts->has_attributes)
		ca_findings_add(&csr->notices, "csr-no-attributes", CA_OK,
		    "RFC 2986 section 4.1: the attributes are absent, and not empty");
	return CA_OK;
}

static enum ca_code
read_key(struct ca_csr *csr, struct ca_error *err)
{
	return ca_key_read_spki(&csr->parts.spki, &csr->key, &csr->info, err);
}

static enum ca_code
read_asks(struct ca_csr *csr, struct ca_error *err)
{
	return ca_asks_read(&csr->parts, &csr->asks, &csr->notices, err);
}

/* Proof that the requester holds the private key. */
static enum ca_code
check_signature(struct ca_csr *csr, struct ca_error *err)
{
	return ca_csr_signature_check(&csr->parts, csr->key, csr->info.kind,
	    &csr->notices, err);
}

enum ca_code
ca_csr_parse(const char *name, const void *data, size_t len,
    struct ca_csr **ret_csr, struct ca_error *err)
{
	static enum ca_code (*const steps[])(struct ca_csr * csr,
	    struct ca_error * err) = { read_parts, read_key, read_asks,
		check_signature };
	struct ca_csr *csr = calloc(1, sizeof(*csr));
	enum ca_code rc;

	ERR_clear_error();
	if (csr == NULL || (csr->name = strdup(name)) == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = read_der(csr, data, len, err);
	for (size_t i = 0; rc == CA_OK && i < sizeof(steps) / sizeof(steps[0]);
	     i++)
		rc = steps[i](csr, err);
	if (rc != CA_OK) {
		(void)ca_error_prefix(err, "%s", name);
		if (rc != CA_ERR_INTERNAL && err->hint[0] == '\0')
			ca_hint(err, AGAIN);
		goto out;
	}
	*ret_csr = csr;
	csr = NULL;
out:
	ca_csr_free(csr);
	ERR_clear_error();
	return rc;
}

const char *
ca_csr_name(const struct ca_csr *csr)
{
	return csr->name;
}

EVP_PKEY *
ca_csr_key(const struct ca_csr *csr)
{
	return csr->key;
}

const struct ca_key_info *
ca_csr_key_info(const struct ca_csr *csr)
{
	return &csr->info;
}

const uint8_t *
ca_csr_der(const struct ca_csr *csr, size_t *ret_len)
{
	*ret_len = csr->der.len;
	return csr->der.data;
}

const struct ca_names *
ca_csr_names(const struct ca_csr *csr)
{
	return &csr->asks.names;
}

const struct ca_ask *
ca_csr_asks(const struct ca_csr *csr, size_t *ret_count)
{
	*ret_count = csr->asks.count;
	return csr->asks.item;
}

const struct ca_findings *
ca_csr_notices(const struct ca_csr *csr)
{
	return &csr->notices;
}

const uint8_t *
ca_csr_spki(const struct ca_csr *csr, size_t *ret_len)
{
	*ret_len = csr->parts.spki.whole_len;
	return csr->parts.spki.whole;
}

void
ca_csr_free(struct ca_csr *csr)
{
	if (csr == NULL)
		return;
	free(csr->name);
	EVP_PKEY_free(csr->key);
	ca_bytes_free(&csr->der);
	ca_asks_clear(&csr->asks);
	ca_findings_clear(&csr->notices);
	free(csr);
}
