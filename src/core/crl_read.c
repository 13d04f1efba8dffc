/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form of a CRL, from the first byte to the last, without a copy of its
 * entries: OpenSSL would make some 500 bytes of each.
 */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/der.h"
#include "core/der_check.h"
#include "core/status_internal.h"

#define VERSION_2 1          /* RFC 5280 section 5.1.2.1 */
#define SERIAL_OCTETS_MAX 20 /* RFC 5280 section 5.1.2.6 */

/* What is left of a DER object. */
struct der {
	uint8_t *at;
	size_t left;
};

/* Whether the element at the front has the identifier octet TAG. */
static bool
is_next(const struct der *der, unsigned tag)
{
	return der->left > 0 && der->at[0] == tag;
}

/*
 * Takes the element at the front whose identifier octet is TAG: its content
 * goes to *RET, and the whole of it to *RET_WHOLE where that is not NULL.
 */
static bool
take(struct der *der, unsigned tag, struct der *ret, struct ca_bytes *ret_whole)
{
	const uint8_t *next = der->at;
	struct ca_der_element element;
	struct ca_error ignored;

	if (!is_next(der, tag) ||
	    ca_der_next(&next, der->at + der->left, &element, &ignored) !=
		CA_OK)
		return false;
	*ret =
	    (struct der){ der->at + (element.content - der->at), element.len };
	if (ret_whole != NULL)
		*ret_whole = (struct ca_bytes){ der->at, element.whole_len };
	der->at += element.whole_len;
	der->left -= element.whole_len;
	return true;
}

/* A Time, whose content ought to be one of as many digits. */
static bool
take_time(struct der *der, struct ca_bytes *ret_whole)
{
	unsigned tag = is_next(der, V_ASN1_UTCTIME) ? V_ASN1_UTCTIME
						    : V_ASN1_GENERALIZEDTIME;
	size_t digits = tag == V_ASN1_UTCTIME ? 12 : 14;
	struct der time;

	if (!take(der, tag, &time, ret_whole) || time.left != digits + 1 ||
	    time.at[digits] != 'Z')
		return false;
	for (size_t i = 0; i < digits; i++)
		if (time.at[i] < '0' || time.at[i] > '9')
			return false;
	return true;
}

static bool
read_time(struct der *der, int64_t *ret)
{
	ASN1_TIME *epoch = NULL, *time = NULL;
	struct ca_bytes whole = { 0 };
	int days = 0, seconds = 0;
	const unsigned char *at;
	bool good = false;

	if (!take_time(der, &whole))
		return false;
	at = whole.data;
	time = d2i_ASN1_TIME(NULL, &at, (long)whole.len);
	epoch = ASN1_TIME_set(NULL, 0);
	good = time != NULL && epoch != NULL &&
	    ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
	ASN1_TIME_free(epoch);
	ASN1_TIME_free(time);
	if (good)
		*ret = (int64_t)days * 86400 + seconds;
	return good;
}

/* revokedCertificates: serial, time, and extensions or not. */
static bool
read_entry(struct der *list)
{
	struct der entry, serial, extensions;

	if (!take(list, CA_DER_SEQUENCE, &entry, NULL) ||
	    !take(&entry, CA_DER_INTEGER, &serial, NULL) || serial.left == 0 ||
	    serial.left > SERIAL_OCTETS_MAX || !take_time(&entry, NULL))
		return false;
	if (entry.left == 0)
		return true;
	return take(&entry, CA_DER_SEQUENCE, &extensions, NULL) &&
	    entry.left == 0 && extensions.left > 0;
}

static bool
read_number(const X509_EXTENSIONS *list, int64_t *ret)
{
	int critical = 0;
	ASN1_INTEGER *number =
	    X509V3_get_d2i(list, NID_crl_number, &critical, NULL);
	bool good = number != NULL &&
	    ASN1_INTEGER_get_int64(ret, number) == 1 && *ret > 0;

	ASN1_INTEGER_free(number);
	return good;
}

static enum ca_code
read_key_id(const X509_EXTENSIONS *list, struct ca_bytes *ret,
    struct ca_error *err)
{
	int critical = 0;
	AUTHORITY_KEYID *id =
	    X509V3_get_d2i(list, NID_authority_key_identifier, &critical, NULL);
	enum ca_code rc = CA_OK;

	if (id != NULL && id->keyid != NULL)
		rc = ca_bytes_append(ret, ASN1_STRING_get0_data(id->keyid),
		    (size_t)ASN1_STRING_length(id->keyid), err);
	AUTHORITY_KEYID_free(id);
	return rc;
}

/* [0] EXPLICIT Extensions, few and small. */
static bool
read_extensions(struct der *tbs, struct ca_crl_parts *parts)
{
	X509_EXTENSIONS *list = NULL;
	struct ca_error ignored;
	struct der around;
	const unsigned char *at;
	bool good;

	if (!take(tbs, CA_DER_CONTEXT(0), &around, NULL) ||
	    around.left > CA_BYTES_MAX)
		return false;
	parts->extensions = (struct ca_bytes){ around.at, around.left };
	at = around.at;
	list = d2i_X509_EXTENSIONS(NULL, &at, (long)around.left);
	good = list != NULL && at == around.at + around.left &&
	    read_number(list, &parts->number) &&
	    read_key_id(list, &parts->key_id, &ignored) == CA_OK;
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return good;
}

static bool
read_tbs(struct der tbs, struct ca_crl_parts *parts)
{
	struct ca_bytes inner = { 0 };
	struct der part, list = { NULL, 0 };

	if (!take(&tbs, CA_DER_INTEGER, &part, NULL) || part.left != 1 ||
	    part.at[0] != VERSION_2 ||
	    !take(&tbs, CA_DER_SEQUENCE, &part, &inner) ||
	    !ca_bytes_equal(&inner, &parts->algorithm) ||
	    !take(&tbs, CA_DER_SEQUENCE, &part, &parts->issuer) ||
	    !read_time(&tbs, &parts->this_update) ||
	    !read_time(&tbs, &parts->next_update))
		return false;
	if (is_next(&tbs, CA_DER_SEQUENCE) &&
	    (!take(&tbs, CA_DER_SEQUENCE, &list, NULL) || list.left == 0))
		return false;
	parts->entries = (struct ca_bytes){ list.at, list.left };
	for (; list.left > 0; parts->count++)
		if (!read_entry(&list))
			return false;
	return read_extensions(&tbs, parts) && tbs.left == 0;
}

static bool
read_all(struct der der, struct ca_crl_parts *parts)
{
	struct der crl, tbs, part;

	if (!take(&der, CA_DER_SEQUENCE, &crl, NULL) || der.left != 0 ||
	    !take(&crl, CA_DER_SEQUENCE, &tbs, &parts->tbs) ||
	    !take(&crl, CA_DER_SEQUENCE, &part, &parts->algorithm) ||
	    !take(&crl, CA_DER_BIT_STRING, &part, NULL) || crl.left != 0 ||
	    part.left < 2 || part.at[0] != 0)
		return false;
	parts->signature = (struct ca_bytes){ part.at + 1, part.left - 1 };
	return read_tbs(tbs, parts);
}

enum ca_code
ca_crl_read(const uint8_t *der, size_t len, struct ca_crl_parts *ret,
    struct ca_error *err)
{
	struct ca_crl_parts parts = { .number = 0 };
	struct der all = { NULL, len };
	bool good;

	/* Nothing is written through it: ca_bytes has no const. */
	memcpy(&all.at, &der, sizeof(all.at));
	good = len <= CA_CRL_MAX && read_all(all, &parts);
	ERR_clear_error();
	if (!good) {
		ca_bytes_free(&parts.key_id);
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 5280 section 5: not one CRL of version 2 in DER with a number, thisUpdate and nextUpdate");
	}
	*ret = parts;
	return CA_OK;
}
