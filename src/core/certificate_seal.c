/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate whose TBSCertificate was read and judged when it was a draft:
 * with its signature there is nothing in it to be read once more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "core/certificate_internal.h"
#include "core/pack.h"

#define OCTETS 4 /* what is plain octets */

enum { NOT_BEFORE, NOT_AFTER, IS_CA, KIND, BITS, NUMBERS };

enum ca_code
ca_certificate_pack(const struct ca_certificate *certificate,
    struct ca_bytes *ret_plain, struct ca_error *err)
{
	const int64_t numbers[NUMBERS] = {
		[NOT_BEFORE] = certificate->not_before,
		[NOT_AFTER] = certificate->not_after,
		[IS_CA] = certificate->is_ca,
		[KIND] = certificate->key_info.kind,
		[BITS] = certificate->key_info.bits,
	};
	const struct ca_bytes *octets[OCTETS] = { &certificate->serial,
		&certificate->subject, &certificate->issuer,
		&certificate->key_id };
	struct ca_bytes plain = { 0 };
	enum ca_code rc = ca_pack(&plain, numbers, sizeof(numbers), err);

	if (rc == CA_OK)
		rc = ca_pack(&plain, certificate->key_info.spki_sha256,
		    CA_SHA256_SIZE, err);
	for (size_t i = 0; rc == CA_OK && i < OCTETS; i++)
		rc = ca_pack(&plain, octets[i]->data, octets[i]->len, err);
	if (rc == CA_OK)
		rc = ca_pack_text(&plain, certificate->subject_text, err);
	if (rc == CA_OK)
		rc = ca_pack_text(&plain, certificate->common_name, err);
	if (rc == CA_OK)
		rc = ca_pack_names(&plain, &certificate->names, err);
	if (rc == CA_OK)
		*ret_plain = plain;
	else
		ca_bytes_free(&plain);
	return rc;
}

static void
read_plain(struct ca_unpack *unpack, struct ca_certificate *cert)
{
	int64_t numbers[NUMBERS] = { 0 };

	ca_unpack_into(unpack, numbers, sizeof(numbers));
	cert->not_before = numbers[NOT_BEFORE];
	cert->not_after = numbers[NOT_AFTER];
	cert->is_ca = numbers[IS_CA] != 0;
	cert->key_info.kind = (enum ca_key_kind)numbers[KIND];
	cert->key_info.bits = (unsigned)numbers[BITS];
	ca_unpack_into(unpack, cert->key_info.spki_sha256, CA_SHA256_SIZE);
	ca_unpack_bytes(unpack, &cert->serial);
	ca_unpack_bytes(unpack, &cert->subject);
	ca_unpack_bytes(unpack, &cert->issuer);
	ca_unpack_bytes(unpack, &cert->key_id);
	cert->subject_text = ca_unpack_text(unpack);
	cert->common_name = ca_unpack_text(unpack);
	ca_unpack_names(unpack, &cert->names);
}

static enum ca_code
fill(const struct ca_bytes *plain, const struct ca_bytes *tbs,
    struct ca_bytes *der, struct ca_certificate *cert, struct ca_error *err)
{
	struct ca_unpack unpack = { plain->data, plain->data + plain->len,
		false };

	cert->der = *der;
	*der = (struct ca_bytes){ 0 };
	read_plain(&unpack, cert);
	if (unpack.failed || unpack.at != unpack.end ||
	    cert->subject_text == NULL)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "what a certificate says can not be read back");
	cert->late = calloc(1, sizeof(*cert->late));
	cert->serial_text = malloc(2 * cert->serial.len + 1);
	if (cert->late == NULL || cert->serial_text == NULL ||
	    !ca_sha256_of(cert->der.data, cert->der.len, cert->sha256))
		return ca_fail_memory(err);
	ca_hex(cert->serial.data, cert->serial.len, cert->serial_text);
	return ca_bytes_append(&cert->tbs, tbs->data, tbs->len, err);
}

enum ca_code
ca_certificate_seal(const struct ca_bytes *plain, const struct ca_bytes *tbs,
    struct ca_bytes *der, struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_certificate *cert = calloc(1, sizeof(*cert));
	enum ca_code rc;

	if (cert == NULL)
		return ca_fail_memory(err);
	rc = fill(plain, tbs, der, cert, err);
	if (rc == CA_OK)
		*ret = cert;
	else
		ca_certificate_free(cert);
	return rc;
}
