/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "core/certificate_internal.h"
#include "core/der.h"
#include "core/der_check.h"
#include "core/draft_internal.h"
#include "core/issue_internal.h"

/*
 * The bytes that were signed are the bytes that were shown and recorded, and
 * lint judged them then; around them is nothing but their algorithm once more
 * (RFC 5280 section 4.1.1) and the signature.
 */
static enum ca_code
check_form(const struct ca_draft *draft, const struct ca_bytes *signature,
    const struct ca_bytes *der, struct ca_error *err)
{
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	const uint8_t *next = der->data, *end = next + der->len;
	struct ca_der_element whole = { 0 }, bits = { 0 };
	struct ca_bytes algorithm = { 0 };
	enum ca_code rc = ca_der_next(&next, end, &whole, err);
	bool same;

	if (rc == CA_OK)
		rc = ca_sigalg_der(ca_draft_algorithm(draft), &algorithm, err);
	if (rc != CA_OK)
		return rc;
	same = next == end && whole.tag == CA_DER_SEQUENCE &&
	    whole.len > tbs->len + algorithm.len &&
	    memcmp(whole.content, tbs->data, tbs->len) == 0 &&
	    memcmp(whole.content + tbs->len, algorithm.data, algorithm.len) ==
		0;
	next = whole.content + tbs->len + algorithm.len;
	ca_bytes_free(&algorithm);
	same = same && ca_der_next(&next, end, &bits, err) == CA_OK &&
	    next == end && bits.tag == CA_DER_BIT_STRING &&
	    bits.len == signature->len + 1 && bits.content[0] == 0 &&
	    memcmp(bits.content + 1, signature->data, signature->len) == 0;
	return same ? CA_OK
		    : ca_fail(err, CA_ERR_INTERNAL,
			  "the signed bytes are not the draft's");
}

/* A token that computes wrongly must not be believed, nor shown to anybody. */
static enum ca_code
check_signature(const struct ca_issuer *issuer, const struct ca_draft *draft,
    const struct ca_bytes *signature, const struct ca_certificate *cert,
    struct ca_error *err)
{
	const struct ca_certificate *ca = issuer->certificate;
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	EVP_PKEY *key = ca_certificate_key(ca != NULL ? ca : cert);
	enum ca_code rc = CA_OK;

	if (key == NULL)
		return ca_fail_memory(err);
	/* Go matches issuers octet for octet (RFC 5280 4.1.2.4 asks less). */
	if (!ca_bytes_equal(ca_certificate_issuer(cert),
		ca_certificate_subject(ca != NULL ? ca : cert)))
		return ca_fail(err, CA_ERR_INTERNAL,
		    "serial %s: its issuer is not the CA",
		    ca_certificate_serial_text(cert));
	if (!ca_sigalg_verifies(ca_draft_algorithm(draft), key, tbs->data,
		tbs->len, signature->data, signature->len)) {
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "serial %s: the signature that the token made does not verify",
		    ca_certificate_serial_text(cert));
		ca_hint(err,
		    "do not use this token until it has been examined");
	} else if (EVP_PKEY_eq(issuer->signer->public_key, key) != 1) {
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "the token's key is not the CA certificate's");
	}
	ERR_clear_error();
	return rc;
}

enum ca_code
ca_issue_sign(const struct ca_issuer *issuer, const struct ca_pending *pending,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	struct ca_signer *signer = issuer->signer;
	const struct ca_bytes *tbs = ca_draft_tbs(ca_pending_draft(pending));

	return signer->sign(signer, tbs->data, tbs->len, ret_signature, err);
}

enum ca_code
ca_issue_check(const struct ca_issuer *issuer, const struct ca_pending *pending,
    const struct ca_bytes *signature, struct ca_certificate **ret,
    struct ca_error *err)
{
	const struct ca_draft *draft = ca_pending_draft(pending);
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	struct ca_certificate *cert = NULL;
	struct ca_bytes der = { 0 };
	enum ca_code rc;

	rc = ca_certificate_assemble(tbs, ca_draft_algorithm(draft), signature,
	    &der, err);
	if (rc == CA_OK)
		rc = check_form(draft, signature, &der, err);
	if (rc == CA_OK)
		rc = ca_certificate_seal(ca_draft_plain(draft), tbs, &der,
		    &cert, err);
	if (rc == CA_OK)
		rc = check_signature(issuer, draft, signature, cert, err);
	if (rc == CA_OK) {
		*ret = cert;
		cert = NULL;
	}
	ca_certificate_free(cert);
	ca_bytes_free(&der);
	return rc;
}

/* The drafts of ca_issue() as a run. */
struct array {
	const struct ca_draft *const *drafts;
	const char *const *names;
	struct ca_certificate **ret;
	size_t count;
	size_t next;
};

static enum ca_code
next_of_array(void *arg, struct ca_issue_item *ret, struct ca_error *err)
{
	struct array *array = arg;
	size_t i = array->next;

	(void)err;
	if (i == array->count)
		return CA_OK;
	array->next++;
	ret->draft = array->drafts[i];
	ret->name = array->names[i];
	ret->owner = &array->ret[i];
	return CA_OK;
}

static void
done_of_array(void *arg, struct ca_issue_item *items, size_t count)
{
	(void)arg;
	for (size_t i = 0; i < count; i++) {
		struct ca_certificate **ret = items[i].owner;

		*ret = items[i].certificate;
	}
}

enum ca_code
ca_issue(const struct ca_issuer *issuer, const struct ca_draft *const *drafts,
    const char *const *names, size_t count, int64_t now,
    struct ca_certificate **ret, struct ca_error *err)
{
	struct array array = { drafts, names, ret, count, 0 };
	const struct ca_issue_run run = {
		.next = next_of_array,
		.done = done_of_array,
		.arg = &array,
		.now = now,
		.first_group = count,
	};

	if (count > CA_ISSUE_GROUP)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "more than %d certificates in a group", CA_ISSUE_GROUP);
	for (size_t i = 0; i < count; i++)
		ret[i] = NULL;
	return ca_issue_all(issuer, &run, err);
}
