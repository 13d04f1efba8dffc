/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/issue.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "coldca/lint.h"
#include "core/draft_internal.h"

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

	ca_lint(cert, issuer, CA_LINT_PROFILES, &findings);
	if (findings.count > 0 || findings.lost > 0)
		rc = ca_fail(err, CA_ERR_INTERNAL,
		    "serial %s: lint of the finished certificate: %s",
		    ca_certificate_serial_text(cert),
		    findings.count > 0 ? findings.item[0].text : "lost");
	ca_findings_clear(&findings);
	return rc;
}

/* Has one recorded draft signed, and lets nothing doubtful through. */
static enum ca_code
sign_one(const struct ca_issuer *issuer, const struct ca_pending *pending,
    struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_signer *signer = issuer->signer;
	const struct ca_certificate *ca = issuer->certificate;
	const struct ca_draft *draft = ca_pending_draft(pending);
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	struct ca_bytes signature = { 0 }, der = { 0 };
	struct ca_certificate *cert = NULL;
	enum ca_code rc;

	rc = signer->sign(signer, tbs->data, tbs->len, &signature, err);
	if (rc == CA_OK)
		rc = ca_certificate_assemble(tbs, ca_draft_algorithm(draft),
		    &signature, &der, err);
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
	ca_bytes_free(&signature);
	return rc;
}

/* One group of drafts, which several threads sign side by side. */
struct group {
	const struct ca_issuer *issuer;
	struct ca_pending *const *pending;
	size_t count;
	struct ca_certificate *made[CA_ISSUE_GROUP];
	pthread_mutex_t lock; /* over what follows */
	size_t next;          /* not begun yet */
	size_t failed;        /* the first that failed; COUNT: none */
	enum ca_code code;    /* why */
	struct ca_error err;
};

/* The index of the next draft to sign; COUNT: there is none. */
static size_t
take(struct group *group)
{
	size_t index = group->count;

	(void)pthread_mutex_lock(&group->lock);
	/* A token that failed once is asked nothing more. */
	if (group->failed == group->count && group->next < group->count)
		index = group->next++;
	(void)pthread_mutex_unlock(&group->lock);
	return index;
}

static void
set_failed(struct group *group, size_t index, const struct ca_error *err)
{
	(void)pthread_mutex_lock(&group->lock);
	if (index < group->failed) {
		group->failed = index;
		group->code = err->code;
		group->err = *err;
	}
	(void)pthread_mutex_unlock(&group->lock);
}

static void *
work(void *arg)
{
	struct group *group = arg;
	struct ca_error err;
	size_t index;

	while ((index = take(group)) < group->count)
		if (sign_one(group->issuer, group->pending[index],
			&group->made[index], &err) != CA_OK)
			set_failed(group, index, &err);
	return NULL;
}

/* Signs with as many threads as the signer takes, this one among them. */
static void
sign_group(struct group *group)
{
	size_t wanted = group->issuer->signer->sessions, started = 0;
	pthread_t thread[CA_ISSUE_GROUP];
	sigset_t all, before;

	if (wanted > group->count)
		wanted = group->count;
	/* Signals are for the thread that can put the terminal right. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	while (started + 1 < wanted &&
	    pthread_create(&thread[started], NULL, work, group) == 0)
		started++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)work(group);
	while (started > 0)
		(void)pthread_join(thread[--started], NULL);
}

/* Hands out only what the ledger has recorded as issued. */
static enum ca_code
record(struct group *group, int64_t now, struct ca_certificate **ret,
    struct ca_error *err)
{
	const struct ca_certificate *kept[CA_ISSUE_GROUP];
	struct ca_error unrecorded;
	enum ca_code rc;

	for (size_t i = 0; i < group->count; i++)
		kept[i] = group->made[i];
	rc = ca_ledger_record(group->issuer->ledger,
	    (const struct ca_pending *const *)group->pending, kept,
	    group->count, now, &unrecorded);
	for (size_t i = 0; i < group->count; i++) {
		/* CA_ERR_TOKEN: all is recorded but what it took out. */
		if ((rc == CA_OK || rc == CA_ERR_TOKEN) && kept[i] != NULL)
			ret[i] = group->made[i];
		else
			ca_certificate_free(group->made[i]);
	}
	/* The first failure is the cause; a disclosed key is worse than any. */
	if (rc == CA_ERR_TOKEN || (rc != CA_OK && group->code == CA_OK)) {
		*err = unrecorded;
		return rc;
	}
	if (group->code != CA_OK)
		*err = group->err;
	return group->code;
}

static enum ca_code
sign_and_record(const struct ca_issuer *issuer,
    struct ca_pending *const *pending, size_t count, int64_t now,
    struct ca_certificate **ret, struct ca_error *err)
{
	struct group group = {
		.issuer = issuer,
		.pending = pending,
		.count = count,
		.failed = count,
	};
	enum ca_code rc;

	if (pthread_mutex_init(&group.lock, NULL) != 0)
		return ca_fail_memory(err);
	sign_group(&group);
	rc = record(&group, now, ret, err);
	(void)pthread_mutex_destroy(&group.lock);
	return rc;
}

enum ca_code
ca_issue(const struct ca_issuer *issuer, const struct ca_draft *const *drafts,
    const char *const *names, size_t count, int64_t now,
    struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_pending *pending[CA_ISSUE_GROUP] = { NULL };
	enum ca_code rc;

	if (count > CA_ISSUE_GROUP)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "more than %d certificates in a group", CA_ISSUE_GROUP);
	rc = ca_ledger_reserve(issuer->ledger, drafts, names, count, now,
	    pending, err);
	if (rc != CA_OK)
		return rc;
	rc = sign_and_record(issuer, pending, count, now, ret, err);
	for (size_t i = 0; i < count; i++)
		ca_pending_free(pending[i]);
	return rc;
}
