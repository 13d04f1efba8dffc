/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "base/text.h"
#include "core/asn1_text.h"
#include "core/certificate_internal.h"
#include "core/general_name.h"
#include "core/key_check.h"

static OSSL_LIB_CTX *without_decoders;

static void
make_without_decoders(void)
{
	OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();

	if (context != NULL && OSSL_PROVIDER_load(context, "null") != NULL)
		without_decoders = context;
	else
		OSSL_LIB_CTX_free(context);
}

/*
 * One that OpenSSL reads without looking for a decoder of its public key: to
 * try all that there are takes it longer than to verify two signatures, each
 * time. NULL: an ordinary one is made.
 */
static X509 *
new_bare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, make_without_decoders);
	return without_decoders != NULL ? X509_new_ex(without_decoders, NULL)
					: NULL;
}

/* The first element inside the outer SEQUENCE, with its header. */
static enum ca_code
read_tbs(struct ca_certificate *cert, struct ca_error *err)
{
	const unsigned char *outer = cert->der.data, *inner;
	long len;
	int tag, class;

	if (ASN1_get_object(&outer, &len, &tag, &class, (long)cert->der.len) &
	    0x80)
		return ca_fail(err, CA_ERR_INPUT, "not a certificate");
	inner = outer;
	if (ASN1_get_object(&inner, &len, &tag, &class,
		(long)cert->der.len - (long)(outer - cert->der.data)) &
	    0x80)
		return ca_fail(err, CA_ERR_INPUT, "not a certificate");
	return ca_bytes_append(&cert->tbs, outer,
	    (size_t)(inner - outer) + (size_t)len, err);
}

static enum ca_code
read_serial(struct ca_certificate *cert, struct ca_error *err)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert->bare);
	size_t len = (size_t)ASN1_STRING_length(serial);
	enum ca_code rc;

	rc = ca_bytes_append(&cert->serial, ASN1_STRING_get0_data(serial), len,
	    err);
	if (rc != CA_OK)
		return rc;
	cert->serial_text = malloc(2 * len + 1);
	if (cert->serial_text == NULL)
		return ca_fail_memory(err);
	ca_hex(cert->serial.data, len, cert->serial_text);
	return CA_OK;
}

static enum ca_code
read_name_der(const X509_NAME *name, struct ca_bytes *ret, struct ca_error *err)
{
	const unsigned char *der = NULL;
	size_t len = 0;

	if (X509_NAME_get0_der(name, &der, &len) != 1)
		return ca_fail(err, CA_ERR_INPUT, "a name can not be read");
	return ca_bytes_append(ret, der, len, err);
}

static enum ca_code
read_subject_text(struct ca_certificate *cert, struct ca_error *err)
{
	return ca_asn1_name_text(X509_get_subject_name(cert->bare),
	    &cert->subject_text, err);
}

static enum ca_code
read_common_name(struct ca_certificate *cert, struct ca_error *err)
{
	const X509_NAME *name = X509_get_subject_name(cert->bare);
	int at = -1, next;

	/* Of several, the last: as Go, and so CockroachDB, reads them. */
	while (
	    (next = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0)
		at = next;
	if (at < 0)
		return CA_OK;
	return ca_asn1_string_text(X509_NAME_ENTRY_get_data(
				       X509_NAME_get_entry(name, at)),
	    &cert->common_name, err);
}

static enum ca_code
read_names(struct ca_certificate *cert, struct ca_error *err)
{
	int critical = 0;
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(cert->bare, NID_subject_alt_name, &critical, NULL);
	enum ca_code rc;

	/* -1: there is none; otherwise NULL means that it can not be read. */
	if (names == NULL)
		return critical == -1
		    ? CA_OK
		    : ca_fail(err, CA_ERR_INPUT,
			  "RFC 5280 section 4.2.1.6: the subject alternative name can not be read");
	rc = ca_general_names_read(names, &cert->names, err);
	GENERAL_NAMES_free(names);
	return rc;
}

static enum ca_code
read_time(const ASN1_TIME *time, int64_t *ret, struct ca_error *err)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 5280 section 4.1.2.5: a date can not be read");
	*ret = (int64_t)timegm(&tm);
	return CA_OK;
}

static enum ca_code
read_key_id(struct ca_certificate *cert, struct ca_error *err)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert->bare);

	return id == NULL
	    ? CA_OK
	    : ca_bytes_append(&cert->key_id, ASN1_STRING_get0_data(id),
		  (size_t)ASN1_STRING_length(id), err);
}

/* A SubjectPublicKeyInfo that was read before, and what it was found to be. */
struct known_key {
	const struct ca_bytes *spki;
	const struct ca_key_info *info;
};

static enum ca_code
read_key(struct ca_certificate *cert, const struct known_key *known,
    struct ca_error *err)
{
	unsigned char *der = NULL;
	enum ca_code rc = CA_OK;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->bare), &der);

	if (len <= 0)
		return ca_fail_memory(err);
	if (known != NULL && known->spki->len == (size_t)len &&
	    memcmp(known->spki->data, der, (size_t)len) == 0)
		cert->key_info = *known->info;
	else
		rc = ca_key_read_any(der, (size_t)len, &cert->key,
		    &cert->key_info, err);
	OPENSSL_free(der);
	return rc;
}

static enum ca_code
read_fields(struct ca_certificate *cert, const struct known_key *known,
    struct ca_error *err)
{
	static enum ca_code (*const readers[])(struct ca_certificate *,
	    struct ca_error *) = { read_tbs, read_serial, read_subject_text,
		read_common_name, read_names, read_key_id };
	enum ca_code rc;

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		rc = readers[i](cert, err);
		if (rc != CA_OK)
			return rc;
	}
	rc = read_key(cert, known, err);
	if (rc == CA_OK)
		rc = read_name_der(X509_get_subject_name(cert->bare),
		    &cert->subject, err);
	if (rc == CA_OK)
		rc = read_name_der(X509_get_issuer_name(cert->bare),
		    &cert->issuer, err);
	if (rc == CA_OK)
		rc = read_time(X509_get0_notBefore(cert->bare),
		    &cert->not_before, err);
	if (rc == CA_OK)
		rc = read_time(X509_get0_notAfter(cert->bare), &cert->not_after,
		    err);
	return rc;
}

static enum ca_code
parse(const uint8_t *der, size_t len, const struct known_key *known,
    struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_certificate *cert = calloc(1, sizeof(*cert));
	const unsigned char *p = der;
	enum ca_code rc;

	if (cert == NULL)
		return ca_fail_memory(err);
	cert->late = calloc(1, sizeof(*cert->late));
	if (cert->late == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	cert->bare = new_bare();
	/* On failure it is freed, and NULL. */
	if (len > CA_CERTIFICATE_FILE_MAX ||
	    d2i_X509(&cert->bare, &p, (long)len) == NULL || p != der + len) {
		rc = ca_fail(err, CA_ERR_INPUT,
		    p == der ? "not a certificate"
			     : "bytes after the certificate");
		goto out;
	}
	/*
	 * OpenSSL reads the extensions at the first question about them, which
	 * it answers with a failure: it would have them hashed too, and finds
	 * no digest where there are no decoders.
	 */
	(void)X509_check_purpose(cert->bare, -1, 0);
	cert->is_ca = (X509_get_extension_flags(cert->bare) & EXFLAG_CA) != 0;
	rc = ca_bytes_append(&cert->der, der, len, err);
	if (rc == CA_OK)
		rc = read_fields(cert, known, err);
	if (rc != CA_OK)
		goto out;
	if (!ca_sha256_of(der, len, cert->sha256)) {
		rc = ca_fail_memory(err);
		goto out;
	}
	*ret = cert;
	cert = NULL;
out:
	ERR_clear_error();
	ca_certificate_free(cert);
	return rc;
}

enum ca_code
ca_certificate_parse(const uint8_t *der, size_t len,
    struct ca_certificate **ret, struct ca_error *err)
{
	return parse(der, len, NULL, ret, err);
}

enum ca_code
ca_certificate_parse_known(const uint8_t *der, size_t len,
    const struct ca_bytes *spki, const struct ca_key_info *info,
    struct ca_certificate **ret, struct ca_error *err)
{
	const struct known_key known = { spki, info };

	return parse(der, len, &known, ret, err);
}

/* X509_verify(), of which only a certificate with its key in it is capable. */
static bool
verifies_pss(const struct ca_certificate *certificate, EVP_PKEY *key)
{
	return X509_verify(ca_certificate_x509(certificate), key) == 1;
}

bool
ca_certificate_verifies(const struct ca_certificate *certificate, EVP_PKEY *key)
{
	X509 *x509 = ca_certificate_bare_x509(certificate);
	const X509_ALGOR *inner = NULL, *outer = NULL;
	const ASN1_BIT_STRING *signature = NULL;
	int digest = NID_undef, type = NID_undef;
	EVP_MD_CTX *ctx;
	bool good;

	/* Of one that was sealed, or signed by one, it may want memory. */
	if (x509 == NULL || key == NULL)
		return false;
	inner = X509_get0_tbs_sigalg(x509);
	X509_get0_signature(&signature, &outer, x509);
	/* RFC 5280 section 4.1.1.2. */
	if (X509_ALGOR_cmp(inner, outer) != 0 ||
	    OBJ_find_sigid_algs(X509_get_signature_nid(x509), &digest, &type) !=
		1)
		return false;
	/* RSASSA-PSS has its digest among the parameters. */
	if (type == NID_rsassaPss)
		return verifies_pss(certificate, key);
	ctx = EVP_MD_CTX_new();
	good = ctx != NULL && EVP_PKEY_is_a(key, OBJ_nid2sn(type)) == 1 &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_get_digestbynid(digest), NULL,
		key) == 1 &&
	    EVP_DigestVerify(ctx, ASN1_STRING_get0_data(signature),
		(size_t)ASN1_STRING_length(signature), certificate->tbs.data,
		certificate->tbs.len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

enum ca_code
ca_certificate_check_issuer(const struct ca_certificate *certificate,
    const struct ca_certificate *issuer, struct ca_error *err)
{
	/* Go matches issuers byte for byte (RFC 5280 4.1.2.4 would allow less). */
	if (!ca_bytes_equal(&certificate->issuer, &issuer->subject))
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: its issuer is not the CA %s",
		    certificate->subject_text, issuer->subject_text);
	if (!ca_certificate_verifies(certificate, issuer->key))
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: its signature is not by the CA's key",
		    certificate->subject_text);
	return CA_OK;
}
