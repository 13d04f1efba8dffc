/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_PUBLIC_KEY_H
#define COLDCA_TOKEN_PUBLIC_KEY_H

#include <p11-kit/pkcs11.h>

#include "coldca/token.h"

/* What Cryptoki and OpenSSL call one kind of key. */
struct ca_kind {
	enum ca_key_kind kind;
	CK_KEY_TYPE key_type;
	CK_MECHANISM_TYPE generate; /* of the key pair */
	const char *algorithm;      /* OpenSSL's name */
	const char *group;          /* the curve, by OpenSSL's name; or NULL */
	const CK_BYTE *params;      /* CKA_EC_PARAMS: the curve's OID as DER */
	size_t params_len;
	size_t field; /* bytes of a coordinate */
};

/* The row of KIND, static; NULL for CA_KEY_KINDS. */
const struct ca_kind *ca_kind_find(enum ca_key_kind kind);

/* The row after it for the same kind, another name of the curve; or NULL. */
const struct ca_kind *ca_kind_next(const struct ca_kind *row);

/*
 * Reads the public key that belongs to the private key with the LEN bytes of
 * CKA_ID at ID, from the public key object of that ID, or else from a
 * certificate of that ID. *RET_KEY is new, a plain software key.
 *
 * CA_ERR_TOKEN  there is neither, or more than one, or no kind of key that
 *               coldca knows
 */
CA_CHECKED enum ca_code ca_public_key_find(struct ca_token *token,
    const uint8_t *id, size_t len, EVP_PKEY **ret_key,
    enum ca_key_kind *ret_kind, struct ca_error *err);

/* The same from the public key object OBJECT. */
CA_CHECKED enum ca_code ca_public_key_read(struct ca_token *token,
    CK_OBJECT_HANDLE object, EVP_PKEY **ret_key, enum ca_key_kind *ret_kind,
    struct ca_error *err);

#endif
