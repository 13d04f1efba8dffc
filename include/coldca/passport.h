/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_PASSPORT_H
#define COLDCA_PASSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"
#include "coldca/findings.h"

#define CA_PASSPORT_SHA256_SIZE 32           /* bytes */
#define CA_PASSPORT_SIZE_MAX ((size_t)65536) /* bytes of its text */

/* The security attributes of a private key (PKCS#11 2.40 section 4.9). */
enum ca_key_attribute {
	CA_ATTRIBUTE_PRIVATE,
	CA_ATTRIBUTE_SENSITIVE,
	CA_ATTRIBUTE_ALWAYS_SENSITIVE,
	CA_ATTRIBUTE_EXTRACTABLE,
	CA_ATTRIBUTE_NEVER_EXTRACTABLE,
	CA_ATTRIBUTE_LOCAL,
	CA_ATTRIBUTE_SIGN,
	CA_ATTRIBUTE_SIGN_RECOVER,
	CA_ATTRIBUTE_DECRYPT,
	CA_ATTRIBUTE_UNWRAP,
	CA_ATTRIBUTE_DERIVE,
	CA_ATTRIBUTE_MODIFIABLE,
	CA_ATTRIBUTE_COPYABLE,
	CA_ATTRIBUTE_ALWAYS_AUTHENTICATE,
	CA_ATTRIBUTES /* how many there are */
};

/* What a token says of one boolean attribute. Stored: never renumbered. */
enum ca_attribute_value {
	CA_VALUE_UNKNOWN = 0, /* the token does not tell */
	CA_VALUE_FALSE = 1,
	CA_VALUE_TRUE = 2,
};

/*
 * What identifies one key on one token reached through one module. Texts are
 * owned; zero-initialised is empty and valid.
 */
struct ca_passport {
	uint8_t spki_sha256[CA_PASSPORT_SHA256_SIZE];
	char *key_id;    /* CKA_ID in lower-case hex */
	char *key_label; /* CKA_LABEL */
	char *token_label;
	char *token_serial;
	char *token_manufacturer;
	char *token_model;
	char *token_firmware;
	char *module_path;
	uint8_t module_sha256[CA_PASSPORT_SHA256_SIZE]; /* of its file */
	enum ca_attribute_value attribute[CA_ATTRIBUTES];
};

/* "CKA_SENSITIVE", static. */
const char *ca_key_attribute_name(enum ca_key_attribute attribute);

/*
 * The passport as text, and back: one `name=value` line for each field, in one
 * order, where %XX stands for an octet that is not printable ASCII. There is
 * one text for each passport, and only that is read. *RET is new, and not
 * NUL-terminated; a NULL text of the passport is written as an empty one.
 *
 * CA_ERR_INPUT  longer than CA_PASSPORT_SIZE_MAX, or not such a text
 */
CA_CHECKED enum ca_code ca_passport_to_text(const struct ca_passport *passport,
    struct ca_bytes *ret, struct ca_error *err);
CA_CHECKED enum ca_code ca_passport_parse(const char *text, size_t len,
    struct ca_passport *ret, struct ca_error *err);

/*
 * Names each difference between the passport THEN, recorded at creation, and
 * NOW. A serious one (the key itself, EXTRACTABLE, SENSITIVE, what the key may
 * be used for, another token) is CA_ERR_TOKEN under the rule "passport-key",
 * "passport-usage" or "passport-token"; any other (module file, firmware,
 * label) is CA_ERR_POLICY under "passport-changed", which the operator may
 * accept with --accept-token-change. An attribute that the token did not tell
 * then or does not tell now is such another one, unless what it tells now is
 * not what the key was made with.
 */
void ca_passport_compare(const struct ca_passport *then,
    const struct ca_passport *now, struct ca_findings *findings);

/* Frees what PASSPORT holds and makes it empty. Accepts NULL. */
void ca_passport_clear(struct ca_passport *passport);

#endif
