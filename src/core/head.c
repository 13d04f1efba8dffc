/* SPDX-License-Identifier: Apache-2.0 */
/* What the signature of a head is over, and whether it is one. */
#include "core/head_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

#define HEX_SIZE ((size_t)2 * CA_SHA256_SIZE + 1)

enum ca_code
ca_head_text(const struct ca_head_statement *statement, struct ca_bytes *ret,
    struct ca_error *err)
{
	char ledger[HEX_SIZE], hash[HEX_SIZE], key[HEX_SIZE];
	char time[CA_TIME_TEXT_SIZE];
	struct ca_bytes bytes = { 0 };
	char *text = NULL;
	enum ca_code rc;

	ca_hex(statement->ledger, CA_SHA256_SIZE, ledger);
	ca_hex(statement->hash, CA_SHA256_SIZE, hash);
	ca_hex(statement->spki_sha256, CA_SHA256_SIZE, key);
	ca_time_format(statement->signed_at, time);
	rc = ca_text_format(&text, err,
	    "coldca ledger head v1\nledger %s\nentry %" PRId64
	    "\nhash %s\ntime %s\nkey %s\n",
	    ledger, statement->entry, hash, time, key);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bytes, text, strlen(text), err);
	free(text);
	if (rc == CA_OK)
		*ret = bytes;
	return rc;
}

enum ca_code
ca_head_nonce(const struct ca_sigalg *algorithm, const uint8_t *signature,
    size_t len, struct ca_bytes *ret, struct ca_error *err)
{
	struct ca_bytes r = { 0 };
	enum ca_code rc = CA_OK;

	if (algorithm->key != CA_KEY_RSA && algorithm->key != CA_KEY_ED25519)
		rc = ca_ledger_append_r(signature, len, &r, err);
	if (rc == CA_OK)
		*ret = r;
	else
		ca_bytes_free(&r);
	return rc;
}
