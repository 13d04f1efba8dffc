/* SPDX-License-Identifier: Apache-2.0 */
/* From the ledger's revocations to a CRL that the ledger knows. */
#include <stdlib.h>

#include "base/time.h"
#include "coldca/signer.h"
#include "core/ledger_internal.h"
#include "core/status_internal.h"

/* Sets the number and the times of HEAD. */
static enum ca_code
choose(const struct ca_issuer *issuer, int64_t next_update,
    const struct ca_ledger_crl_mark *mark, struct ca_crl_head *head,
    struct ca_error *err)
{
	int64_t end = ca_certificate_not_after(issuer->certificate);
	char text[CA_TIME_TEXT_SIZE];
	bool compromised = false;
	enum ca_code rc;

	if (end <= head->this_update) {
		ca_time_format(end, text);
		return ca_fail(err, CA_ERR_POLICY,
		    "the CA certificate expired at %s: nobody believes its CRLs any more",
		    text);
	}
	if (mark->this_update > head->this_update) {
		ca_time_format(mark->this_update, text);
		(void)ca_fail(err, CA_ERR_POLICY,
		    "the clock is behind CRL number %lld, which was issued at %s",
		    (long long)mark->number, text);
		ca_hint(err, "set the clock of this machine");
		return CA_ERR_POLICY;
	}
	rc = ca_ledger_is_compromised(issuer->ledger, issuer->certificate, NULL,
	    &compromised, err);
	head->number = mark->number + 1;
	head->next_update =
	    next_update < end && !compromised ? next_update : end;
	return rc;
}

static enum ca_code
compose(const struct ca_issuer *issuer, const struct ca_crl_head *head,
    const struct ca_ledger_crl_mark *mark, struct ca_crl_builder **ret,
    struct ca_error *err)
{
	struct ca_crl_builder *builder = NULL;
	char *dir = NULL;
	enum ca_code rc;

	rc = ca_ledger_dir(issuer->ledger, &dir, err);
	if (rc == CA_OK)
		rc = ca_crl_begin(head, dir, &builder, err);
	free(dir);
	if (rc == CA_OK)
		rc = ca_ledger_crl_entries(issuer->ledger,
		    ca_certificate_key_info(issuer->certificate)->spki_sha256,
		    mark, builder, err);
	if (rc == CA_OK)
		*ret = builder;
	else
		ca_crl_builder_free(builder);
	return rc;
}

/* A token that computes wrongly must not be believed, nor shown to anybody. */
static enum ca_code
check(const struct ca_issuer *issuer, const struct ca_crl *crl,
    struct ca_error *err)
{
	if (ca_crl_check_issuer(crl, issuer->certificate, err) == CA_OK)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_TOKEN,
	    "the signature that the token made of a CRL does not verify");
	ca_hint(err, "do not use this token until it has been examined");
	return CA_ERR_TOKEN;
}

static enum ca_code
sign(const struct ca_issuer *issuer, struct ca_crl_builder *builder,
    struct ca_crl **ret, struct ca_error *err)
{
	struct ca_signer *signer = issuer->signer;
	struct ca_bytes signature = { 0 }, tbs = { 0 };
	struct ca_crl *crl = NULL;
	enum ca_code rc;

	rc = ca_crl_finish(builder, &tbs, err);
	if (rc == CA_OK)
		rc = signer->sign(signer, tbs.data, tbs.len, &signature, err);
	if (rc == CA_OK)
		rc = ca_crl_seal(builder, &signature, &crl, err);
	if (rc == CA_OK)
		rc = check(issuer, crl, err);
	if (rc == CA_OK)
		*ret = crl;
	else
		ca_crl_free(crl);
	ca_bytes_free(&signature);
	return rc;
}

enum ca_code
ca_crl_issue(const struct ca_issuer *issuer, int64_t next_update, int64_t now,
    struct ca_crl **ret, struct ca_error *err)
{
	const uint8_t *spki =
	    ca_certificate_key_info(issuer->certificate)->spki_sha256;
	struct ca_crl_head head = {
		.issuer = issuer->certificate,
		.algorithm = issuer->signer->algorithm,
		.this_update = now,
	};
	struct ca_ledger_crl_mark mark = { 0 };
	struct ca_crl_builder *builder = NULL;
	struct ca_crl *crl = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_status_key(issuer->ledger, spki, err);
	if (rc == CA_OK)
		rc = ca_ledger_crl_mark(issuer->ledger, spki, &mark, err);
	if (rc == CA_OK)
		rc = choose(issuer, next_update, &mark, &head, err);
	if (rc == CA_OK)
		rc = compose(issuer, &head, &mark, &builder, err);
	if (rc == CA_OK)
		rc = sign(issuer, builder, &crl, err);
	if (rc == CA_OK)
		rc = ca_ledger_record_crl(issuer->ledger, crl, spki, now, err);
	if (rc == CA_OK) {
		*ret = crl;
		crl = NULL;
	}
	ca_crl_free(crl);
	ca_crl_builder_free(builder);
	return rc;
}
