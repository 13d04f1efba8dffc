/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hashes of the ledger. Each is SHA-256 over a list of fields, and each
 * field is written as its length in octets (8 octets, big-endian) and then the
 * octets themselves, so that no two lists have the same encoding. A number is
 * a field of 8 octets, big-endian, two's complement. A text is its UTF-8
 * without a final NUL. What is absent is a field of length 0.
 *
 * entry:       "coldca ledger entry v1", hash of the entry before (32 octets
 *              of 0 for the first), id, time, kind, serial or absent, detail,
 *              sha256 or absent
 * reserved:    "coldca ledger certificate v1", serial, authority, profile,
 *              name, subject, names, not_before, not_after, reserved_at,
 *              spki_sha256, issuer_spki_sha256, SHA-256 of tbs, SHA-256 of
 *              csr or absent
 * authority:   "coldca ledger authority v1", authority, serial, key_uri,
 *              standby (0 or 1), created_at
 * passport:    "coldca ledger passport v1", serial, passport, created_at
 * revocation:  "coldca ledger revocation v1", serial, reason, revoked_at
 * crl:         "coldca ledger crl v1", issuer_spki_sha256, number,
 *              this_update, next_update, SHA-256 of crl
 * ocsp:        "coldca ledger ocsp v1", hash of the row before it of the same
 *              entry (32 octets of 0 for the first), serial,
 *              signer_spki_sha256, this_update, next_update, sha256, ecdsa_r
 *              or absent
 * head:        "coldca ledger head row v1", signed, hash, signer_spki_sha256,
 *              algorithm, signed_at, signature; or where its text names a
 *              response manifest, "coldca ledger head row v2" and the same,
 *              and the SHA-256 of that
 * approval:    "coldca ledger approval v1", serial, approver,
 *              approver_spki_sha256, tbs_sha256, approved_at, expires_at,
 *              statement
 * manifest:    "coldca ledger manifest v1", nonce, host, spki_sha256,
 *              expires_at, taken_at, statement
 *
 * The sha256 of an entry is: for CA_ENTRY_PENDING the hash `reserved` of the
 * certificate's row, for CA_ENTRY_ISSUED the SHA-256 of the certificate, for
 * CA_ENTRY_CA_CREATED the hash `authority` of the authority's row, for
 * CA_ENTRY_PASSPORT and CA_ENTRY_TOKEN_CHANGE the hash `passport` of the
 * passport's row, for CA_ENTRY_REVOKED and CA_ENTRY_COMPROMISED the hash
 * `revocation` of the revocation's row, for CA_ENTRY_CRL the hash `crl` of the
 * CRL's row, for CA_ENTRY_OCSP the hash `ocsp` of the last of its rows in the
 * order of id, for CA_ENTRY_DISCLOSED the SHA-256 of the key's
 * SubjectPublicKeyInfo, for CA_ENTRY_POLICY that of the policy's text, for
 * CA_ENTRY_HEAD the hash `head` of the head's row, for CA_ENTRY_APPROVAL the hash
 * `approval` of the approval's row, for CA_ENTRY_MANIFEST the hash `manifest` of
 * the manifest's row, and absent for all others.
 */
#include <openssl/evp.h>
#include <string.h>

#include "base/digest.h"
#include "core/ledger_internal.h"

#define LENGTH_SIZE 8 /* octets of a length, and of a number */
#define SMALL 120     /* octets of a field */

static void
put_u64(uint8_t out[LENGTH_SIZE], uint64_t value)
{
	for (size_t i = LENGTH_SIZE; i-- > 0; value >>= 8)
		out[i] = (uint8_t)(value & 0xff);
}

static bool
add_bytes(EVP_MD_CTX *ctx, const void *data, size_t len)
{
	uint8_t small[LENGTH_SIZE + SMALL];

	put_u64(small, len);
	/* Most fields are small, and then one call costs more than they do. */
	if (len > 0 && len <= SMALL) {
		memcpy(small + LENGTH_SIZE, data, len);
		return EVP_DigestUpdate(ctx, small, LENGTH_SIZE + len) == 1;
	}
	return EVP_DigestUpdate(ctx, small, LENGTH_SIZE) == 1 &&
	    EVP_DigestUpdate(ctx, data, len) == 1;
}

static bool
add_text(EVP_MD_CTX *ctx, const char *text)
{
	return add_bytes(ctx, text, strlen(text));
}

static bool
add_number(EVP_MD_CTX *ctx, int64_t value)
{
	uint8_t number[LENGTH_SIZE];

	put_u64(number, (uint64_t)value);
	return add_bytes(ctx, number, sizeof(number));
}

static bool
add_optional(EVP_MD_CTX *ctx, const uint8_t *data, size_t len)
{
	return add_bytes(ctx, data, data != NULL ? len : 0);
}

/* This thread's context, which has hashed the domain TAG, or NULL. */
static EVP_MD_CTX *
start(const char *tag)
{
	EVP_MD_CTX *ctx = ca_sha256_begin();

	return ctx != NULL && add_text(ctx, tag) ? ctx : NULL;
}

/* Ends CTX; GOOD says whether all fields went in. */
static enum ca_code
finish(EVP_MD_CTX *ctx, bool good, uint8_t ret_hash[CA_SHA256_SIZE],
    struct ca_error *err)
{
	good = good && EVP_DigestFinal_ex(ctx, ret_hash, NULL) == 1;
	return good ? CA_OK : ca_fail_memory(err);
}

enum ca_code
ca_ledger_sha256(const void *data, size_t len, uint8_t ret_hash[CA_SHA256_SIZE],
    struct ca_error *err)
{
	if (!ca_sha256_of(data, len, ret_hash))
		return ca_fail_memory(err);
	return CA_OK;
}

enum ca_code
ca_ledger_hash_entry(const struct ca_ledger_entry *entry,
    const uint8_t previous[CA_SHA256_SIZE], uint8_t ret_hash[CA_SHA256_SIZE],
    struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger entry v1");
	bool good;

	good = ctx != NULL && add_bytes(ctx, previous, CA_SHA256_SIZE) &&
	    add_number(ctx, entry->id) && add_number(ctx, entry->time) &&
	    add_number(ctx, entry->kind) &&
	    add_optional(ctx, entry->serial, CA_SERIAL_SIZE) &&
	    add_bytes(ctx, entry->detail, entry->detail_len) &&
	    add_optional(ctx, entry->sha256, CA_SHA256_SIZE);
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_reserved(const struct ca_ledger_reserved *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	uint8_t hashed[CA_SHA256_SIZE], csr_sha256[CA_SHA256_SIZE];
	const uint8_t *tbs_sha256 =
	    row->tbs_sha256 != NULL ? row->tbs_sha256 : hashed;
	EVP_MD_CTX *ctx;
	bool good;

	if ((row->tbs_sha256 == NULL &&
		!ca_sha256_of(row->tbs, row->tbs_len, hashed)) ||
	    !ca_sha256_of(row->csr, row->csr_len, csr_sha256))
		return ca_fail_memory(err);
	ctx = start("coldca ledger certificate v1");
	good = ctx != NULL && add_bytes(ctx, row->serial, CA_SERIAL_SIZE) &&
	    add_text(ctx, row->authority) && add_text(ctx, row->profile) &&
	    add_text(ctx, row->name) && add_text(ctx, row->subject) &&
	    add_text(ctx, row->names) && add_number(ctx, row->not_before) &&
	    add_number(ctx, row->not_after) &&
	    add_number(ctx, row->reserved_at) &&
	    add_bytes(ctx, row->spki_sha256, CA_SHA256_SIZE) &&
	    add_bytes(ctx, row->issuer_spki_sha256, CA_SHA256_SIZE) &&
	    add_optional(ctx, row->tbs != NULL ? tbs_sha256 : NULL,
		CA_SHA256_SIZE) &&
	    add_optional(ctx, row->csr != NULL ? csr_sha256 : NULL,
		CA_SHA256_SIZE);
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_authority(const struct ca_ledger_authority_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger authority v1");
	bool good;

	good = ctx != NULL && add_text(ctx, row->authority) &&
	    add_bytes(ctx, row->serial, CA_SERIAL_SIZE) &&
	    add_text(ctx, row->key_uri) && add_number(ctx, row->standby) &&
	    add_number(ctx, row->created_at);
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_passport(const struct ca_ledger_passport_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger passport v1");
	bool good;

	good = ctx != NULL && add_bytes(ctx, row->serial, CA_SERIAL_SIZE) &&
	    add_bytes(ctx, row->passport, row->passport_len) &&
	    add_number(ctx, row->created_at);
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_revocation(const struct ca_ledger_revocation_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger revocation v1");
	bool good;

	good = ctx != NULL && add_bytes(ctx, row->serial, CA_SERIAL_SIZE) &&
	    add_number(ctx, row->reason) && add_number(ctx, row->revoked_at);
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_crl(const struct ca_ledger_crl_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger crl v1");
	bool good;

	good = ctx != NULL &&
	    add_bytes(ctx, row->issuer_spki_sha256, CA_SHA256_SIZE) &&
	    add_number(ctx, row->number) && add_number(ctx, row->this_update) &&
	    add_number(ctx, row->next_update) &&
	    add_bytes(ctx, row->crl_sha256, CA_SHA256_SIZE);
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_ocsp(const struct ca_ledger_ocsp_row *row,
    uint8_t hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger ocsp v1");
	bool good;

	good = ctx != NULL && add_bytes(ctx, hash, CA_SHA256_SIZE) &&
	    add_bytes(ctx, row->serial, CA_SERIAL_SIZE) &&
	    add_bytes(ctx, row->signer_spki_sha256, CA_SHA256_SIZE) &&
	    add_number(ctx, row->this_update) &&
	    add_number(ctx, row->next_update) &&
	    add_bytes(ctx, row->sha256, CA_SHA256_SIZE) &&
	    add_optional(ctx, row->r, row->r_len);
	return finish(ctx, good, hash, err);
}

enum ca_code
ca_ledger_hash_head(const struct ca_ledger_head_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx =
	    start(row->response == NULL ? "coldca ledger head row v1"
					: "coldca ledger head row v2");
	bool good;

	good = ctx != NULL && add_number(ctx, row->signed_entry) &&
	    add_bytes(ctx, row->hash, CA_SHA256_SIZE) &&
	    add_bytes(ctx, row->signer_spki_sha256, CA_SHA256_SIZE) &&
	    add_text(ctx, row->algorithm) && add_number(ctx, row->signed_at) &&
	    add_bytes(ctx, row->signature, row->signature_len) &&
	    (row->response == NULL ||
		add_bytes(ctx, row->response, CA_SHA256_SIZE));
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_approval(const struct ca_ledger_approval_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger approval v1");
	bool good;

	good = ctx != NULL && add_bytes(ctx, row->serial, CA_SERIAL_SIZE) &&
	    add_text(ctx, row->approver) &&
	    add_bytes(ctx, row->spki_sha256, CA_SHA256_SIZE) &&
	    add_bytes(ctx, row->tbs_sha256, CA_SHA256_SIZE) &&
	    add_number(ctx, row->approved_at) &&
	    add_number(ctx, row->expires_at) &&
	    add_bytes(ctx, row->statement, CA_SHA256_SIZE);
	return finish(ctx, good, ret_hash, err);
}

enum ca_code
ca_ledger_hash_manifest(const struct ca_ledger_manifest_row *row,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	EVP_MD_CTX *ctx = start("coldca ledger manifest v1");
	bool good;

	good = ctx != NULL && add_bytes(ctx, row->nonce, row->nonce_len) &&
	    add_text(ctx, row->host) &&
	    add_bytes(ctx, row->spki_sha256, CA_SHA256_SIZE) &&
	    add_number(ctx, row->expires_at) &&
	    add_number(ctx, row->taken_at) &&
	    add_bytes(ctx, row->statement, CA_SHA256_SIZE);
	return finish(ctx, good, ret_hash, err);
}
