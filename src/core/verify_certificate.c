/* SPDX-License-Identifier: Apache-2.0 */
/* One certificate of the ledger: signature, contents, and policy of its day. */
#include "core/verify_certificate.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/findings.h"

void
ca_verify_policy_release(struct ca_verify_policy *policy)
{
	if (policy == NULL || atomic_fetch_sub(&policy->users, 1) != 1)
		return;
	ca_policy_free(policy->policy);
	free(policy);
}

void
ca_verify_job_clear(struct ca_verify_job *job)
{
	ca_bytes_free(&job->tbs);
	ca_bytes_free(&job->certificate);
	ca_verify_policy_release(job->policy);
	*job = (struct ca_verify_job){ 0 };
}

static bool
fail(char what[CA_VERIFY_WHAT_SIZE], const char *text)
{
	(void)snprintf(what, CA_VERIFY_WHAT_SIZE, "%s", text);
	return false;
}

static bool
same_hash(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, CA_SHA256_SIZE) == 0;
}

/* What the row says beside the certificate is what the certificate says. */
static bool
check_contents(const struct ca_verify_job *job,
    const struct ca_certificate *certificate, char what[CA_VERIFY_WHAT_SIZE])
{
	size_t serial_len, tbs_len;
	const uint8_t *serial = ca_certificate_serial(certificate, &serial_len);
	const uint8_t *tbs = ca_certificate_tbs(certificate, &tbs_len);

	if (tbs_len != job->tbs.len || memcmp(tbs, job->tbs.data, tbs_len) != 0)
		return fail(what,
		    "speaks of a certificate that is not what was reserved");
	if (serial_len != CA_SERIAL_SIZE ||
	    memcmp(serial, job->serial, CA_SERIAL_SIZE) != 0 ||
	    !same_hash(ca_certificate_key_info(certificate)->spki_sha256,
		job->spki_sha256) ||
	    ca_certificate_not_before(certificate) != job->not_before ||
	    ca_certificate_not_after(certificate) != job->not_after)
		return fail(what,
		    "speaks of a certificate that its row describes wrongly");
	return true;
}

/* By the key that was to sign, or by its own where that is itself. */
static bool
check_signature(const struct ca_verify_job *job,
    const struct ca_certificate *certificate,
    const struct ca_certificates *issuers, char what[CA_VERIFY_WHAT_SIZE])
{
	bool known = false;

	for (size_t i = 0; i < issuers->count; i++) {
		const struct ca_certificate *issuer = issuers->item[i];
		struct ca_error ignored;

		if (!same_hash(ca_certificate_key_info(issuer)->spki_sha256,
			job->issuer_spki_sha256))
			continue;
		known = true;
		if (ca_certificate_check_issuer(certificate, issuer,
			&ignored) == CA_OK)
			return true;
	}
	return fail(what,
	    known ? "speaks of a certificate whose signature does not verify"
		  : "speaks of a certificate of no CA that is here");
}

static void
check_names(const struct ca_profile_policy *policy,
    const struct ca_certificate *certificate, struct ca_findings *findings)
{
	const struct ca_names *names = ca_certificate_names(certificate);
	const char *common_name = ca_certificate_common_name(certificate);

	/* Other kinds, as a tenant's scope, come of no list in a policy. */
	for (size_t i = 0; i < names->count; i++)
		if (names->item[i].kind == CA_NAME_DNS ||
		    names->item[i].kind == CA_NAME_IP)
			ca_policy_check_host(policy, &names->item[i], findings);
	if (common_name == NULL)
		return;
	if (policy->profile->names == CA_NAMES_USER)
		ca_policy_check_user(policy, common_name, findings);
	else if (policy->profile->names == CA_NAMES_TENANT)
		ca_policy_check_tenant(policy, common_name, findings);
}

static void
check_lifetime(const struct ca_profile_policy *policy, int64_t lifetime,
    struct ca_findings *findings)
{
	if (lifetime > policy->max_lifetime + policy->backdate)
		ca_findings_add(findings, "policy-lifetime", CA_ERR_POLICY,
		    "lifetime: is longer than the policy's maximum");
}

/* The policy under which it was reserved would permit it today. */
static bool
check_policy(const struct ca_verify_job *job,
    const struct ca_certificate *certificate, char what[CA_VERIFY_WHAT_SIZE])
{
	const struct ca_policy *whole;
	const struct ca_profile_policy *policy;
	struct ca_findings findings = { 0 };
	bool permitted;

	if (job->policy == NULL)
		return true;
	whole = job->policy->policy;
	policy = &whole->profile[job->profile->id];
	ca_policy_check_key(policy, ca_certificate_key_info(certificate),
	    &findings);
	ca_policy_check_exponent(policy, ca_certificate_key(certificate),
	    &findings);
	ca_policy_check_authority(whole, job->authority, job->profile,
	    job->not_after - job->not_before - policy->backdate, &findings);
	check_lifetime(policy, job->not_after - job->not_before, &findings);
	check_names(policy, certificate, &findings);
	permitted = findings.count == 0 && findings.lost == 0;
	if (!permitted)
		(void)snprintf(what, CA_VERIFY_WHAT_SIZE,
		    "speaks of a certificate that policy did not permit: %s",
		    findings.count > 0 ? findings.item[0].text : "");
	ca_findings_clear(&findings);
	return permitted;
}

bool
ca_verify_certificate(const struct ca_verify_job *job,
    const struct ca_certificates *issuers, char what[CA_VERIFY_WHAT_SIZE])
{
	struct ca_certificate *certificate = NULL;
	struct ca_error ignored;
	bool good;

	if (job->profile == NULL)
		return fail(what,
		    "speaks of a certificate whose profile or CA is unknown");
	if (ca_certificate_parse(job->certificate.data, job->certificate.len,
		&certificate, &ignored) != CA_OK)
		return fail(what, "speaks of a certificate that is malformed");
	good = check_contents(job, certificate, what) &&
	    check_signature(job, certificate, issuers, what) &&
	    check_policy(job, certificate, what);
	ca_certificate_free(certificate);
	ERR_clear_error();
	return good;
}
