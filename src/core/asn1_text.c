/* SPDX-License-Identifier: Apache-2.0 */
#include "core/asn1_text.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/text.h"

void
ca_asn1_object_text(const ASN1_OBJECT *object, char text[CA_OBJECT_TEXT_SIZE])
{
	int nid = OBJ_obj2nid(object);
	const char *word = nid == NID_undef ? NULL : OBJ_nid2sn(nid);

	if (word != NULL) {
		(void)snprintf(text, CA_OBJECT_TEXT_SIZE, "%s", word);
		return;
	}
	if (OBJ_obj2txt(text, CA_OBJECT_TEXT_SIZE, object, 1) <= 0) {
		ERR_clear_error();
		(void)snprintf(text, CA_OBJECT_TEXT_SIZE, "unreadable OID");
	}
}

enum ca_code
ca_asn1_string_text(const ASN1_STRING *string, char **ret_text,
    struct ca_error *err)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, string);
	enum ca_code rc;

	if (len >= 0) {
		rc = ca_text_escape(utf8, (size_t)len, ret_text, err);
	} else {
		ERR_clear_error();
		rc = ca_text_escape(ASN1_STRING_get0_data(string),
		    (size_t)ASN1_STRING_length(string), ret_text, err);
	}
	OPENSSL_free(utf8);
	return rc;
}

enum ca_code
ca_asn1_name_text(const X509_NAME *name, char **ret_text, struct ca_error *err)
{
	/* Controls and what is not ASCII are left to ca_text_escape(). */
	unsigned long flags = XN_FLAG_RFC2253 &
	    ~(unsigned long)(XN_FLAG_DN_REV | ASN1_STRFLGS_ESC_MSB |
		ASN1_STRFLGS_ESC_CTRL);
	BIO *bio = BIO_new(BIO_s_mem());
	const char *data = NULL;
	long len;
	enum ca_code rc;

	if (bio == NULL)
		return ca_fail_memory(err);
	if (X509_NAME_print_ex(bio, name, 0, flags) < 0) {
		ERR_clear_error();
		rc = ca_text_format(ret_text, err, "unreadable name");
	} else {
		len = BIO_get_mem_data(bio, &data);
		rc = ca_text_escape(data, len > 0 ? (size_t)len : 0, ret_text,
		    err);
	}
	BIO_free_all(bio);
	return rc;
}
