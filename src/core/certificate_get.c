/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate says, and what is made of it once somebody asks. */
#include <openssl/x509.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/certificate_internal.h"

const struct ca_bytes *
ca_certificate_der(const struct ca_certificate *certificate)
{
	return &certificate->der;
}

const uint8_t *
ca_certificate_tbs(const struct ca_certificate *certificate, size_t *ret_len)
{
	*ret_len = certificate->tbs.len;
	return certificate->tbs.data;
}

const uint8_t *
ca_certificate_serial(const struct ca_certificate *certificate, size_t *ret_len)
{
	*ret_len = certificate->serial.len;
	return certificate->serial.data;
}

const char *
ca_certificate_serial_text(const struct ca_certificate *certificate)
{
	return certificate->serial_text;
}

const struct ca_bytes *
ca_certificate_subject(const struct ca_certificate *certificate)
{
	return &certificate->subject;
}

const struct ca_bytes *
ca_certificate_issuer(const struct ca_certificate *certificate)
{
	return &certificate->issuer;
}

const char *
ca_certificate_subject_text(const struct ca_certificate *certificate)
{
	return certificate->subject_text;
}

const char *
ca_certificate_common_name(const struct ca_certificate *certificate)
{
	return certificate->common_name;
}

const struct ca_names *
ca_certificate_names(const struct ca_certificate *certificate)
{
	return &certificate->names;
}

const struct ca_bytes *
ca_certificate_key_id(const struct ca_certificate *certificate)
{
	return &certificate->key_id;
}

const struct ca_key_info *
ca_certificate_key_info(const struct ca_certificate *certificate)
{
	return &certificate->key_info;
}

int64_t
ca_certificate_not_before(const struct ca_certificate *certificate)
{
	return certificate->not_before;
}

int64_t
ca_certificate_not_after(const struct ca_certificate *certificate)
{
	return certificate->not_after;
}

bool
ca_certificate_is_ca(const struct ca_certificate *certificate)
{
	return certificate->is_ca;
}

static const struct ca_certificate *
read_whole(const struct ca_certificate *certificate)
{
	struct ca_certificate_late *late = certificate->late;
	struct ca_error ignored;

	if (late->whole == NULL &&
	    ca_certificate_parse(certificate->der.data, certificate->der.len,
		&late->whole, &ignored) != CA_OK)
		return NULL;
	return late->whole;
}

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

/* The whole of CERTIFICATE, which has not all; NULL without memory for it. */
static const struct ca_certificate *
get_whole(const struct ca_certificate *certificate)
{
	const struct ca_certificate *whole;

	(void)pthread_mutex_lock(&one);
	whole = read_whole(certificate);
	(void)pthread_mutex_unlock(&one);
	return whole;
}

X509 *
ca_certificate_bare_x509(const struct ca_certificate *certificate)
{
	const struct ca_certificate *whole =
	    certificate->bare != NULL ? certificate : get_whole(certificate);

	return whole != NULL ? whole->bare : NULL;
}

EVP_PKEY *
ca_certificate_key(const struct ca_certificate *certificate)
{
	const struct ca_certificate *whole =
	    certificate->key != NULL ? certificate : get_whole(certificate);

	return whole != NULL ? whole->key : NULL;
}

X509 *
ca_certificate_x509(const struct ca_certificate *certificate)
{
	const unsigned char *p = certificate->der.data;
	struct ca_certificate_late *late = certificate->late;
	X509 *x509;

	(void)pthread_mutex_lock(&one);
	if (late->x509 == NULL)
		late->x509 = d2i_X509(NULL, &p, (long)certificate->der.len);
	x509 = late->x509;
	(void)pthread_mutex_unlock(&one);
	/* Without memory the one without its key has to do. */
	return x509 != NULL ? x509 : ca_certificate_bare_x509(certificate);
}

const uint8_t *
ca_certificate_sha256(const struct ca_certificate *certificate)
{
	return certificate->sha256;
}

void
ca_certificate_free(struct ca_certificate *certificate)
{
	if (certificate == NULL)
		return;
	X509_free(certificate->bare);
	if (certificate->late != NULL) {
		X509_free(certificate->late->x509);
		ca_certificate_free(certificate->late->whole);
	}
	free(certificate->late);
	EVP_PKEY_free(certificate->key);
	ca_bytes_free(&certificate->der);
	ca_bytes_free(&certificate->tbs);
	ca_bytes_free(&certificate->serial);
	ca_bytes_free(&certificate->subject);
	ca_bytes_free(&certificate->issuer);
	ca_bytes_free(&certificate->key_id);
	ca_names_clear(&certificate->names);
	free(certificate->serial_text);
	free(certificate->subject_text);
	free(certificate->common_name);
	free(certificate);
}
