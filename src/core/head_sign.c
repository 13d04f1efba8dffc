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
    const struct ca_head_statement *statement, const struct ca_bytes *response,
    struct ca_head_proof *ret, struct ca_error *err)
{
	struct ca_signer *signer = issuer->signer;
	struct ca_head_proof proof = { .algorithm = signer->algorithm };
	struct ca_bytes r = { 0 };
	enum ca_code rc;

	rc = ca_head_text(statement, &proof.text, err);
	if (rc == CA_OK)
		rc = sign_text(signer, &proof.text, &proof.signature, err);
	if (rc == CA_OK)
		rc = ca_head_nonce(signer->algorithm, proof.signature.data,
		    proof.signature.len, &r, err);
	if (rc == CA_OK)
		rc = ca_ledger_record_head(issuer->ledger, statement,
		    signer->algorithm->name, &proof.signature, &r, response,
		    err);
	ca_bytes_free(&r);
	if (rc == CA_OK && ret != NULL)
		*ret = proof;
	else
		ca_head_proof_clear(&proof);
	return rc;
}

enum ca_code
ca_head_sign(const struct ca_issuer *issuer, int64_t now,
    const struct ca_bytes *response, struct ca_head_proof *ret_proof,
    struct ca_error *err)
{
	uint8_t identity[CA_SHA256_SIZE], body[CA_SHA256_SIZE];
	struct ca_head head = { 0 };
	struct ca_head_statement statement = {
		.ledger = identity,
		.hash = head.hash,
		.signed_at = now,
		.spki_sha256 =
		    ca_certificate_key_info(issuer->certificate)->spki_sha256,
		.response = response != NULL ? body : NULL,
	};
	bool due = false;
	enum ca_code rc;

	if (ret_proof != NULL)
		*ret_proof = (struct ca_head_proof){ .algorithm = NULL };
	rc = ca_ledger_identity(issuer->ledger, identity, err);
	if (rc == CA_OK && response != NULL)
		rc = ca_ledger_sha256(response->data, response->len, body, err);
	if (rc == CA_OK)
		rc = ca_ledger_head(issuer->ledger, &head, err);
	if (rc == CA_OK)
		rc = is_due(issuer->ledger, &head, &due, err);
	statement.entry = head.entry;
	if (rc == CA_OK && (due || response != NULL))
		rc = sign_and_record(issuer, &statement, response, ret_proof,
		    err);
	return rc;
}
