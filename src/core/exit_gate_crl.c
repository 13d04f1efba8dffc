/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRLs that are too large for the memory: DER, or PEM that holds nothing else.
 * What is judged is a copy without a name, which nobody changes meanwhile.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/der.h"
#include "core/exit_gate_internal.h"
#include "core/status_internal.h"

#define BEGIN "-----BEGIN X509 CRL-----\n"
#define END "-----END X509 CRL-----\n"
#define BLOCK ((size_t)65 * 1024) /* bytes at once: whole lines of PEM */

/* RFC 5280 section 5.3.1: what an entry may have besides serial and time. */
static const uint8_t reason[] = { CA_DER_SEQUENCE, 12, CA_DER_SEQUENCE, 10,
	0x06, 3, 0x55, 0x1d, 0x15, CA_DER_OCTET_STRING, 3, CA_DER_ENUMERATED,
	1 };

static enum ca_code
copy(int fd, struct ca_spool *spool, struct ca_error *err)
{
	uint8_t *buffer = malloc(BLOCK);
	enum ca_code rc = buffer != NULL ? CA_OK : ca_fail_memory(err);

	while (rc == CA_OK) {
		ssize_t n = read(fd, buffer, BLOCK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = ca_fail(err, CA_ERR_FILE, "%s", strerror(errno));
		if (n <= 0)
			break;
		if ((size_t)n > CA_EXIT_CRL_MAX - spool->len)
			rc = ca_fail(err, CA_ERR_POLICY,
			    "larger than %zu bytes", CA_EXIT_CRL_MAX);
		else
			rc = ca_spool_write(spool, spool->len, buffer,
			    (size_t)n, err);
	}
	free(buffer);
	return rc == CA_OK ? ca_spool_map(spool, err) : rc;
}

/* Entries that ca_crl_read() took: whether each has a reason at most. */
static bool
are_plain(const struct ca_bytes *entries)
{
	const uint8_t *at = entries->data, *end = at + entries->len;

	while (at < end) {
		size_t len = at[1], serial, time, rest;

		if (len >= 0x80)
			return false;
		serial = at[3];
		time = at[4 + serial + 1];
		rest = len - (2 + serial) - (2 + time);
		if (rest != 0 &&
		    (rest != sizeof(reason) + 1 ||
			memcmp(at + 2 + len - rest, reason, sizeof(reason)) !=
			    0))
			return false;
		at += 2 + len;
	}
	return true;
}

/* The authority's key identifier and a number, and nothing else. */
static bool
has_our_extensions(const struct ca_bytes *der)
{
	const unsigned char *at = der->data;
	X509_EXTENSIONS *list = d2i_X509_EXTENSIONS(NULL, &at, (long)der->len);
	bool good = sk_X509_EXTENSION_num(list) == 2 &&
	    X509v3_get_ext_by_NID(list, NID_authority_key_identifier, -1) >=
		0 &&
	    X509v3_get_ext_by_NID(list, NID_crl_number, -1) >= 0;

	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return good;
}

/* A key has no place but before the entries or behind them. */
static enum ca_code
find_key(const struct ca_bytes *der, const struct ca_crl_parts *parts,
    struct ca_error *err)
{
	const uint8_t *behind = parts->entries.data + parts->entries.len;
	struct ca_bytes around = { 0 };
	enum ca_code rc;

	rc = ca_bytes_append(&around, der->data,
	    (size_t)(parts->entries.data - der->data), err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&around, behind,
		    (size_t)(der->data + der->len - behind), err);
	if (rc == CA_OK)
		rc = ca_exit_find_key(&around, err);
	ca_bytes_free(&around);
	return rc;
}

static enum ca_code
fail_unknown(struct ca_error *err)
{
	return ca_fail(err, CA_ERR_POLICY,
	    "larger than %zu bytes, and not CRLs as coldca makes them",
	    CA_EXIT_FILE_MAX);
}

static enum ca_code
judge_der(const uint8_t *data, size_t len, struct ca_error *err)
{
	struct ca_crl_parts parts = { 0 };
	struct ca_error ignored;
	struct ca_bytes der = { NULL, len };
	enum ca_code rc;

	memcpy(&der.data, &data, sizeof(der.data));
	if (ca_crl_read(data, len, &parts, &ignored) != CA_OK)
		return fail_unknown(err);
	/* Nothing but entries makes one of ours large. */
	if ((parts.count == 0 && len > CA_EXIT_FILE_MAX) ||
	    !are_plain(&parts.entries) ||
	    !has_our_extensions(&parts.extensions))
		rc = fail_unknown(err);
	else
		rc = parts.count > 0 ? find_key(&der, &parts, err)
				     : ca_exit_find_key(&der, err);
	ca_bytes_free(&parts.key_id);
	return rc;
}

/* Text that is held against what it ought to be. */
struct compare {
	const uint8_t *at;
	size_t left;
	bool differs;
};

static enum ca_code
compare(void *arg, const void *data, size_t len, struct ca_error *err)
{
	struct compare *text = arg;

	(void)err;
	if (len > text->left || memcmp(text->at, data, len) != 0) {
		text->differs = true;
		return CA_OK;
	}
	text->at += len;
	text->left -= len;
	return CA_OK;
}

/* The bytes of LEN digits of base64 at TEXT go to SPOOL. */
static enum ca_code
decode(const uint8_t *text, size_t len, struct ca_spool *spool,
    struct ca_error *err)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	uint8_t *bytes = malloc(BLOCK);
	enum ca_code rc = CA_OK;
	int made = 0;

	if (ctx == NULL || bytes == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	EVP_DecodeInit(ctx);
	for (size_t at = 0; at < len && rc == CA_OK; at += BLOCK) {
		size_t left = len - at < BLOCK ? len - at : BLOCK;

		if (EVP_DecodeUpdate(ctx, bytes, &made, text + at, (int)left) <
		    0)
			rc = fail_unknown(err);
		else
			rc = ca_spool_write(spool, spool->len, bytes,
			    (size_t)made, err);
	}
out:
	free(bytes);
	EVP_ENCODE_CTX_free(ctx);
	return rc;
}

/* The block at the front of TEXT, which moves behind it. */
static enum ca_code
judge_block(struct compare *text, struct ca_error *err)
{
	const uint8_t *base64 = text->at + strlen(BEGIN), *end;
	struct ca_spool spool = CA_SPOOL_NONE;
	struct ca_crl *crl = NULL;
	struct ca_error ignored;
	enum ca_code rc;

	if (text->left < strlen(BEGIN) ||
	    memcmp(text->at, BEGIN, strlen(BEGIN)) != 0)
		return fail_unknown(err);
	end = memmem(base64, text->left - strlen(BEGIN), END, strlen(END));
	if (end == NULL)
		return fail_unknown(err);
	rc = ca_spool_open("/var/tmp", &spool, err);
	if (rc == CA_OK)
		rc = decode(base64, (size_t)(end - base64), &spool, err);
	if (rc == CA_OK &&
	    (spool.len == 0 || ca_crl_take(&spool, 0, &crl, &ignored) != CA_OK))
		rc = fail_unknown(err);
	if (rc == CA_OK)
		rc =
		    judge_der(ca_crl_der(crl)->data, ca_crl_der(crl)->len, err);
	/* Made again: what it does not hold has no place between the lines. */
	if (rc == CA_OK)
		rc = ca_crl_write_pem(crl, compare, text, err);
	if (rc == CA_OK && text->differs)
		rc = fail_unknown(err);
	ca_crl_free(crl);
	ca_spool_close(&spool);
	return rc;
}

enum ca_code
ca_exit_gate_crl(int fd, struct ca_error *err)
{
	struct ca_spool spool = CA_SPOOL_NONE;
	struct compare text;
	enum ca_code rc;

	rc = ca_spool_open("/var/tmp", &spool, err);
	if (rc == CA_OK)
		rc = copy(fd, &spool, err);
	if (rc == CA_OK && spool.data[0] == CA_DER_SEQUENCE) {
		rc = judge_der(spool.data, spool.len, err);
	} else if (rc == CA_OK) {
		text = (struct compare){ spool.data, spool.len, false };
		while (rc == CA_OK && text.left > 0)
			rc = judge_block(&text, err);
	}
	ca_spool_close(&spool);
	return rc;
}
