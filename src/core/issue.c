/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

#include "coldca/lint.h"
#include "core/draft_internal.h"
#include "core/issue_internal.h"

/* The bytes that were signed are the bytes that were shown and recorded. */
static enum ca_code
check_tbs(const struct ca_draft *draft, const struct ca_certificate *cert,
    struct ca_error *err)
{
	size_t len;
	const uint8_t *tbs = ca_certificate_tbs(cert, &len);

	if (len != ca_draft_tbs(draft)->len ||
	    memcmp(tbs, ca_draft_tbs(draft)->data, len) != 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "%s: the signed bytes are not the draft's",
		    ca_certificate_serial_text(cert));
	return CA_OK;
}

/* A token that computes wrongly must not be believed, nor shown to anybody. */
static enum ca_code
check_signature(const struct ca_signer *signer,
    const struct ca_certificate *issuer, const struct ca_certificate *cert,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_certificate_check_issuer(cert, issuer, err);
	if (rc != CA_OK) {
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "serial %s: the signature that the token made does not verify",
		    ca_certificate_serial_text(cert));
		ca_hint(err,
		    "do not use this token until it has been examined");
	} else if (EVP_PKEY_eq(signer->public_key,
		       ca_certificate_key(issuer)) != 1) {
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "the token's key is not the CA certificate's");
	}
	ERR_clear_error();
	return rc;
}

static enum ca_code
check_lint(const struct ca_certificate *cert,
    const struct ca_certificate *issuer, struct ca_error *err)
{
	struct ca_findings findings = { 0 };
	enum ca_code rc = CA_OK;

	ca_lint_verified(cert, issuer, CA_LINT_PROFILES, &findings);
	if (findings.count > 0 || findings.lost > 0)
		rc = ca_fail(err, CA_ERR_INTERNAL,
		    "serial %s: lint of the finished certificate: %s",
		    ca_certificate_serial_text(cert),
		    findings.count > 0 ? findings.item[0].text : "lost");
	ca_findings_clear(&findings);
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
	struct ca_signer *signer = issuer->signer;
	const struct ca_certificate *ca = issuer->certificate;
	const struct ca_draft *draft = ca_pending_draft(pending);
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	struct ca_certificate *cert = NULL;
	struct ca_bytes der = { 0 };
	enum ca_code rc;

	rc = ca_certificate_assemble(tbs, ca_draft_algorithm(draft), signature,
	    &der, err);
	if (rc == CA_OK)
		rc = ca_certificate_parse(der.data, der.len, &cert, err);
	if (rc == CA_OK)
		rc = check_tbs(draft, cert, err);
	if (rc == CA_OK)
		rc = check_signature(signer, ca != NULL ? ca : cert, cert, err);
	if (rc == CA_OK)
		rc = check_lint(cert, ca, err);
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
