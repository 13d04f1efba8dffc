/* SPDX-License-Identifier: Apache-2.0 */
/* What a run left open: does it still stand? */
#include "coldca/resume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "coldca/approval.h"
#include "coldca/bundle.h"
#include "coldca/csr.h"
#include "coldca/head.h"
#include "coldca/ledger_exchange.h"
#include "coldca/plan.h"
#include "coldca/revocation.h"
#include "core/ledger_internal.h"

static enum ca_code
refuse(struct ca_error *err, const char *why)
{
	return ca_fail(err, CA_ERR_POLICY, "%s", why);
}

/* A leaf that was asked for, and in good time. */
static enum ca_code
check_entry(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_error *err)
{
	int64_t age = resuming->now - open->reserved_at;
	int64_t left = open->not_after - resuming->now;

	if (open->profile == NULL || !ca_profile_on_request(open->profile))
		return refuse(err, "no request can ask for its profile");
	if (open->csr.len == 0)
		return refuse(err,
		    "there was no request: its key is gone with the run");
	if (age > CA_RESUME_AGE_MAX)
		return ca_fail(err, CA_ERR_POLICY,
		    "it was reserved more than %" PRId64 " hours ago",
		    CA_RESUME_AGE_MAX / 3600);
	if (left < (open->not_after - open->not_before) / 2)
		return refuse(err, "less than half of its lifetime is left");
	return CA_OK;
}

static enum ca_code
check_issuer(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_error *err)
{
	const uint8_t *spki;
	enum ca_code rc;

	if (resuming->issuer == NULL)
		return refuse(err, "there is no CA to sign it");
	spki = ca_certificate_key_info(resuming->issuer)->spki_sha256;
	if (memcmp(spki, open->issuer_spki_sha256, CA_SHA256_SIZE) != 0)
		return refuse(err,
		    "the CA that was to sign it is not the one that signs now");
	rc = ca_ledger_check_usable(resuming->ledger, resuming->issuer, err);
	if (rc == CA_OK)
		rc = ca_ledger_check_disclosed(resuming->ledger, spki, err);
	return rc;
}

/* What has happened since. */
static enum ca_code
check_since(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_error *err)
{
	struct ca_plan plan = { 0 };
	bool newer = false, planned = false;
	enum ca_code rc;

	rc = ca_ledger_has_newer(resuming->ledger, open->serial, open->name,
	    &newer, err);
	if (rc == CA_OK)
		rc = ca_plan_read(resuming->ledger, &plan, &planned, err);
	if (rc == CA_OK && newer)
		rc = refuse(err,
		    "a later certificate of its name was issued since");
	else if (rc == CA_OK && planned)
		rc = ca_fail(err, CA_ERR_POLICY,
		    "a plan is under way: coldca %s signs what it needs",
		    ca_plan_command(plan.kind));
	ca_plan_clear(&plan);
	return rc;
}

/* The order that leads to the names and the times of OPEN. */
static enum ca_code
make_order(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_order *ret, struct ca_error *err)
{
	const struct ca_profile_policy *policy =
	    &resuming->policy->profile[open->profile->id];
	struct ca_certificate *recorded = NULL;
	enum ca_code rc;

	rc = ca_draft_read(&open->tbs, resuming->algorithm, &recorded, err);
	if (rc == CA_OK)
		rc = ca_order_again(open->profile, recorded, ret, err);
	ca_certificate_free(recorded);
	if (rc != CA_OK)
		return rc;
	ret->authority = open->authority;
	ret->ledger = resuming->ledger;
	ret->lifetime = open->not_after - open->not_before - policy->backdate;
	return CA_OK;
}

/* Gives what was recorded to those who count it anew. */
struct recorded {
	struct ca_approvals *approvals;
	enum ca_code code;
	struct ca_error *err;
};

static bool
add_approval(const struct ca_ledger_approval *approval, void *arg)
{
	struct recorded *recorded = arg;

	recorded->code =
	    ca_approvals_add(recorded->approvals, "ledger: approval",
		approval->text->data, approval->text->len, recorded->err);
	return recorded->code == CA_OK;
}

/* What counted when it was reserved must count today. */
static enum ca_code
check_approvals(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_error *err)
{
	uint8_t ledger[CA_SHA256_SIZE], tbs_sha256[CA_SHA256_SIZE];
	const struct ca_approval_desk desk = { resuming->policy, ledger,
		resuming->now, resuming->operators };
	struct recorded recorded = { .code = CA_OK, .err = err };
	struct ca_findings findings = { 0 };
	enum ca_code rc = ca_ledger_identity(resuming->ledger, ledger, err);

	if (rc == CA_OK)
		rc = ca_ledger_sha256(open->tbs.data, open->tbs.len, tbs_sha256,
		    err);
	if (rc == CA_OK)
		rc = ca_approvals_new(&desk, &recorded.approvals, err);
	if (rc == CA_OK)
		rc = ca_ledger_approvals(resuming->ledger, open->serial,
		    add_approval, &recorded, err);
	if (rc == CA_OK)
		rc = recorded.code;
	if (rc == CA_OK) {
		ca_approvals_judge(recorded.approvals,
		    &resuming->policy->profile[open->profile->id], tbs_sha256,
		    &findings);
		if (ca_findings_code(&findings) != CA_OK)
			rc = refuse(err,
			    "policy wants more approvals than were counted and are good");
	}
	ca_findings_clear(&findings);
	ca_approvals_free(recorded.approvals);
	return rc;
}

/* The same request, by the policy that is in force now. */
static enum ca_code
vet(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_resumed *resumed, struct ca_findings *findings,
    struct ca_error *err)
{
	struct ca_order order = { 0 };
	struct ca_csr *csr = NULL;
	enum ca_code rc;

	rc = make_order(resuming, open, &order, err);
	order.approvals_follow = true;
	if (rc == CA_OK)
		rc = check_approvals(resuming, open, err);
	if (rc == CA_OK)
		rc = ca_csr_parse(open->name, open->csr.data, open->csr.len,
		    &csr, err);
	if (rc == CA_OK)
		rc = ca_vet(csr, &order, resuming->policy, &resumed->grant,
		    findings, err);
	ca_csr_free(csr);
	ca_order_clear(&order);
	return rc;
}

/* What the draft says is what the row says that was judged. */
static enum ca_code
check_draft(const struct ca_open *open, const struct ca_resumed *resumed,
    struct ca_error *err)
{
	const struct ca_certificate *preview = ca_draft_preview(resumed->draft);
	const uint8_t *serial = ca_draft_serial(resumed->draft);
	char *name = NULL;
	enum ca_code rc = ca_bundle_name(&resumed->grant, &name, err);

	if (rc == CA_OK &&
	    (strcmp(name, open->name) != 0 ||
		memcmp(serial, open->serial, CA_SERIAL_SIZE) != 0 ||
		ca_certificate_not_before(preview) != open->not_before ||
		ca_certificate_not_after(preview) != open->not_after))
		rc = refuse(err, "it is not what the ledger says of it");
	free(name);
	return rc;
}

static enum ca_code
judge(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_resumed *resumed, struct ca_findings *findings,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = check_entry(resuming, open, err);
	if (rc == CA_OK)
		rc = check_issuer(resuming, open, err);
	if (rc == CA_OK)
		rc = check_since(resuming, open, err);
	if (rc == CA_OK)
		rc = vet(resuming, open, resumed, findings, err);
	if (rc == CA_OK)
		rc = ca_draft_again(&resumed->grant, resuming->issuer,
		    resuming->algorithm, &open->tbs, &resumed->draft, findings,
		    err);
	if (rc == CA_OK)
		rc = check_draft(open, resumed, err);
	return rc;
}

enum ca_code
ca_resume_judge(const struct ca_resuming *resuming, const struct ca_open *open,
    struct ca_resumed *resumed, struct ca_error *err)
{
	struct ca_findings findings = { 0 };
	size_t len = strlen(open->name);
	struct ca_error why;
	enum ca_code rc;

	rc = judge(resuming, open, resumed, &findings, &why);
	ca_findings_clear(&findings);
	if (rc == CA_OK)
		return CA_OK;
	ca_resumed_clear(resumed);
	if (rc == CA_ERR_LEDGER || rc == CA_ERR_INTERNAL) {
		*err = why;
		return rc;
	}
	if (strncmp(why.message, open->name, len) == 0 &&
	    strncmp(why.message + len, ": ", 2) == 0)
		return refuse(err, why.message + len + 2);
	return refuse(err, why.message);
}

void
ca_resumed_clear(struct ca_resumed *resumed)
{
	ca_draft_free(resumed->draft);
	ca_grant_clear(&resumed->grant);
	*resumed = (struct ca_resumed){ 0 };
}
