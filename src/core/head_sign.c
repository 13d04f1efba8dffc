/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a session: the CA's key says what the ledger holds. */
#include <string.h>

#include "coldca/sigalg.h"
#include "core/head_internal.h"

static enum ca_code
sign_text(struct ca_signer *signer, const struct ca_bytes *text,
    struct ca_bytes *ret, struct ca_error *err)
{
	enum ca_code rc;

	rc = signer->sign(signer, text->data, text->len, ret, err);
	if (rc != CA_OK)
		return ca_error_prefix(err, "the head of the ledger");
	if (ca_sigalg_verifies(signer->algorithm, signer->public_key,
		text->data, text->len, ret->data, ret->len))
		return CA_OK;
	(void)ca_fail(err, CA_ERR_TOKEN,
	    "the signature that the token made of the ledger's head does not verify");
	ca_hint(err, "do not use this token until it has been examined");
	return CA_ERR_TOKEN;
}

/* Whether something was added since the last signature. */
static enum ca_code
is_due(struct ca_ledger *ledger, const struct ca_head *head, bool *ret,
    struct ca_error *err)
{
	struct ca_signed_head last = { 0 };
	bool found = false;
	enum ca_code rc = ca_ledger_signed_head(ledger, &last, &found, err);

	/* The entry after it is the one about the signature itself. */
	if (rc == CA_OK)
		*ret = !found || head->entry > last.signed_entry + 1;
	return rc;
}

static enum ca_code
sign_and_record(const struct ca_issuer *issuer,
    const struct ca_head_statement *statement, struct ca_error *err)
{
	struct ca_signer *signer = issuer->signer;
	struct ca_bytes text = { 0 }, signature = { 0 }, r = { 0 };
	enum ca_code rc;

	rc = ca_head_text(statement, &text, err);
	if (rc == CA_OK)
		rc = sign_text(signer, &text, &signature, err);
	if (rc == CA_OK)
		rc = ca_head_nonce(signer->algorithm, signature.data,
		    signature.len, &r, err);
	if (rc == CA_OK)
		rc = ca_ledger_record_head(issuer->ledger, statement,
		    signer->algorithm->name, &signature, &r, err);
	ca_bytes_free(&r);
	ca_bytes_free(&signature);
	ca_bytes_free(&text);
	return rc;
}

enum ca_code
ca_head_sign(const struct ca_issuer *issuer, int64_t now, struct ca_error *err)
{
	uint8_t identity[CA_SHA256_SIZE];
	struct ca_head head = { 0 };
	struct ca_head_statement statement = {
		.ledger = identity,
		.hash = head.hash,
		.signed_at = now,
		.spki_sha256 =
		    ca_certificate_key_info(issuer->certificate)->spki_sha256,
	};
	bool due = false;
	enum ca_code rc;

	rc = ca_ledger_identity(issuer->ledger, identity, err);
	if (rc == CA_OK)
		rc = ca_ledger_head(issuer->ledger, &head, err);
	if (rc == CA_OK)
		rc = is_due(issuer->ledger, &head, &due, err);
	statement.entry = head.entry;
	if (rc == CA_OK && due)
		rc = sign_and_record(issuer, &statement, err);
	return rc;
}
