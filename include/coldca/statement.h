/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_STATEMENT_H
#define COLDCA_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"
#include "coldca/signer.h"

/*
 * A signed text that is carried as a file: what was approved, what is asked for,
 * what comes back. It is lines of printable ASCII, each ended by one line feed:
 *
 *     coldca approval v1       the title: what it is, and its version
 *     ledger 5f0c...           a key, one blank, its value
 *     tbs 12ab...              a key may come more than once
 *     signature MEUCIQ...      last: base64 (RFC 4648 section 4) of the signature
 *
 * The keys come in the order of the form, so that there is one text for one
 * meaning. The signature is over all octets before its line. Such a text begins
 * with letters: no parser takes it for a certificate, CRL or OCSP response, which
 * begin with octet 0x30, nor for a text of another title.
 */

#define CA_STATEMENT_MAX ((size_t)4 * 1024 * 1024) /* bytes of one */
#define CA_STATEMENT_LINES ((size_t)64 * 1024)     /* of one */
#define CA_STATEMENT_VALUE_MAX ((size_t)4 * 1024)  /* bytes of a value */
#define CA_STATEMENT_SIGNATURE_MAX ((size_t)2048) /* bytes: RSA of 16384 bits */

/* A key, and how often it comes. */
struct ca_statement_key {
	const char *name;
	size_t least;
	size_t most;
};

/* What lines a kind of statement has. Static. */
struct ca_statement_form {
	const char *title; /* "coldca approval v1" */
	const struct ca_statement_key *key;
	size_t count;
	bool bare; /* has no signature of its own */
};

/* One that was read. Its values are borrowed from it. */
struct ca_statement;

/*
 * Reads the LEN bytes at DATA, which messages call WHAT. *RET is new;
 * ca_statement_free() it. Whose the signature is, is not looked at.
 *
 * CA_ERR_INPUT  not of FORM; the message names the line
 */
CA_CHECKED enum ca_code ca_statement_parse(const struct ca_statement_form *form,
    const char *what, const void *data, size_t len, struct ca_statement **ret,
    struct ca_error *err);

/* Whether the LEN bytes at DATA have FORM's title: which kind a file is of. */
bool ca_statement_is(const struct ca_statement_form *form, const void *data,
    size_t len);

/* How often the key of index KEY of the form is there. */
size_t ca_statement_count(const struct ca_statement *statement, size_t key);

/* Its value number INDEX, from 0; NULL where there are not so many. */
const char *ca_statement_value(const struct ca_statement *statement, size_t key,
    size_t index);

/*
 * The same, 2 * LEN hex digits in small letters. RET has room for LEN bytes.
 *
 * CA_ERR_INPUT  it is not there, or no such digits
 */
CA_CHECKED enum ca_code ca_statement_hex(const struct ca_statement *statement,
    size_t key, size_t index, uint8_t *ret, size_t len, struct ca_error *err);

/*
 * The first value of KEY, a time: 2026-11-22T16:01:07Z, in seconds since
 * 1970-01-01 UTC.
 *
 * CA_ERR_INPUT  it is not there, or spelled otherwise
 */
CA_CHECKED enum ca_code ca_statement_time(const struct ca_statement *statement,
    size_t key, int64_t *ret, struct ca_error *err);

/*
 * The same, a number from 0 to INT64_MAX, without leading zeros.
 *
 * CA_ERR_INPUT  it is not there, or spelled otherwise
 */
CA_CHECKED enum ca_code
ca_statement_number(const struct ca_statement *statement, size_t key,
    int64_t *ret, struct ca_error *err);

/* All octets before the line of the signature; borrowed. */
struct ca_bytes ca_statement_signed(const struct ca_statement *statement);

/*
 * Whether the signature is KEY's, by the algorithm that ca_sigalg_for_key()
 * gives it: false too where it has none.
 */
bool ca_statement_verifies(const struct ca_statement *statement, EVP_PKEY *key);

/* The same by ALGORITHM, where it is known that the key signs by another. */
bool ca_statement_verifies_by(const struct ca_statement *statement,
    const struct ca_sigalg *algorithm, EVP_PKEY *key);

/*
 * Writing: FORM's title goes into TEXT, which is empty; then each line, in the
 * order of the form.
 *
 * CA_ERR_INPUT  VALUE is not printable ASCII, too long, or begins or ends with a
 *               blank
 */
CA_CHECKED enum ca_code ca_statement_begin(const struct ca_statement_form *form,
    struct ca_bytes *text, struct ca_error *err);
CA_CHECKED enum ca_code ca_statement_add(struct ca_bytes *text,
    const char *name, const char *value, struct ca_error *err);
CA_CHECKED enum ca_code ca_statement_add_hex(struct ca_bytes *text,
    const char *name, const uint8_t *data, size_t len, struct ca_error *err);
CA_CHECKED enum ca_code ca_statement_add_time(struct ca_bytes *text,
    const char *name, int64_t time, struct ca_error *err);
CA_CHECKED enum ca_code ca_statement_add_number(struct ca_bytes *text,
    const char *name, int64_t number, struct ca_error *err);

/*
 * Signs TEXT with KEY, a private key that is at hand, and appends the line of the
 * signature.
 *
 * CA_ERR_POLICY  no algorithm is known for such a key
 */
CA_CHECKED enum ca_code ca_statement_sign(struct ca_bytes *text, EVP_PKEY *key,
    struct ca_error *err);

/* The same with a signer: the key may be on a token. The signature is verified. */
CA_CHECKED enum ca_code ca_statement_sign_with(struct ca_bytes *text,
    struct ca_signer *signer, struct ca_error *err);

/* Appends the line of a signature that was made of TEXT already. */
CA_CHECKED enum ca_code ca_statement_add_signature(struct ca_bytes *text,
    const uint8_t *signature, size_t len, struct ca_error *err);

/* Accepts NULL. */
void ca_statement_free(struct ca_statement *statement);

#endif
