/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate revocation lists, as they are read. */
#include "coldca/crl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_2 1 /* RFC 5280 section 5.1.2.1 */

struct ca_crl {
	struct ca_bytes der;
	X509_CRL *x509;
	int64_t number;
	int64_t this_update;
	int64_t next_update;
};

static bool
read_time(const ASN1_TIME *time, int64_t *ret)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;
	bool good = time != NULL && epoch != NULL &&
	    ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;

	ASN1_TIME_free(epoch);
	if (good)
		*ret = (int64_t)days * 86400 + seconds;
	return good;
}

static bool
read_number(X509_CRL *x509, int64_t *ret)
{
	ASN1_INTEGER *number =
	    X509_CRL_get_ext_d2i(x509, NID_crl_number, NULL, NULL);
	bool good = number != NULL &&
	    ASN1_INTEGER_get_int64(ret, number) == 1 && *ret > 0;

	ASN1_INTEGER_free(number);
	return good;
}

static enum ca_code
read(struct ca_crl *crl, const uint8_t *der, size_t len, struct ca_error *err)
{
	const unsigned char *p = der;
	enum ca_code rc;

	crl->x509 = d2i_X509_CRL(NULL, &p, (long)len);
	if (crl->x509 == NULL || p != der + len)
		return ca_fail(err, CA_ERR_INPUT, "not one CRL in DER");
	if (X509_CRL_get_version(crl->x509) != VERSION_2 ||
	    !read_number(crl->x509, &crl->number) ||
	    !read_time(X509_CRL_get0_lastUpdate(crl->x509),
		&crl->this_update) ||
	    !read_time(X509_CRL_get0_nextUpdate(crl->x509), &crl->next_update))
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 5280 section 5: a CRL of version 2 has a number, thisUpdate and nextUpdate");
	rc = ca_bytes_append(&crl->der, der, len, err);
	return rc;
}

enum ca_code
ca_crl_parse(const uint8_t *der, size_t len, struct ca_crl **ret,
    struct ca_error *err)
{
	struct ca_crl *crl = calloc(1, sizeof(*crl));
	enum ca_code rc;

	if (crl == NULL)
		return ca_fail_memory(err);
	rc = read(crl, der, len, err);
	if (rc == CA_OK)
		*ret = crl;
	else
		ca_crl_free(crl);
	ERR_clear_error();
	return rc;
}

const struct ca_bytes *
ca_crl_der(const struct ca_crl *crl)
{
	return &crl->der;
}

int64_t
ca_crl_number(const struct ca_crl *crl)
{
	return crl->number;
}

int64_t
ca_crl_this_update(const struct ca_crl *crl)
{
	return crl->this_update;
}

int64_t
ca_crl_next_update(const struct ca_crl *crl)
{
	return crl->next_update;
}

size_t
ca_crl_count(const struct ca_crl *crl)
{
	STACK_OF(X509_REVOKED) *list = X509_CRL_get_REVOKED(crl->x509);

	return list == NULL ? 0 : (size_t)sk_X509_REVOKED_num(list);
}

static bool
has_issuer_name(const struct ca_crl *crl, const struct ca_bytes *name)
{
	unsigned char *der = NULL;
	int len = i2d_X509_NAME(X509_CRL_get_issuer(crl->x509), &der);
	bool same = len > 0 && (size_t)len == name->len &&
	    memcmp(der, name->data, name->len) == 0;

	OPENSSL_free(der);
	return same;
}

static bool
has_key_id(const struct ca_crl *crl, const struct ca_bytes *id)
{
	AUTHORITY_KEYID *authority = X509_CRL_get_ext_d2i(crl->x509,
	    NID_authority_key_identifier, NULL, NULL);
	bool same = authority != NULL && authority->keyid != NULL &&
	    (size_t)ASN1_STRING_length(authority->keyid) == id->len &&
	    memcmp(ASN1_STRING_get0_data(authority->keyid), id->data,
		id->len) == 0;

	AUTHORITY_KEYID_free(authority);
	return same;
}

enum ca_code
ca_crl_check_issuer(const struct ca_crl *crl,
    const struct ca_certificate *issuer, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (!has_issuer_name(crl, ca_certificate_subject(issuer)) ||
	    !has_key_id(crl, ca_certificate_key_id(issuer)))
		rc = ca_fail(err, CA_ERR_POLICY, "the CRL is another CA's");
	else if (X509_CRL_verify(crl->x509, ca_certificate_key(issuer)) != 1)
		rc = ca_fail(err, CA_ERR_POLICY,
		    "the signature of the CRL does not verify");
	ERR_clear_error();
	return rc;
}

enum ca_code
ca_crl_append_pem(const struct ca_crl *crl, struct ca_bytes *pem,
    struct ca_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;
	enum ca_code rc;

	if (bio == NULL ||
	    PEM_write_bio(bio, PEM_STRING_X509_CRL, "", crl->der.data,
		(long)crl->der.len) <= 0) {
		rc = ca_fail_memory(err);
	} else {
		len = BIO_get_mem_data(bio, &data);
		rc = ca_bytes_append(pem, data, (size_t)len, err);
	}
	BIO_free_all(bio);
	return rc;
}

void
ca_crl_free(struct ca_crl *crl)
{
	if (crl == NULL)
		return;
	X509_CRL_free(crl->x509);
	ca_bytes_free(&crl->der);
	free(crl);
}
