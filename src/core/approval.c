/* SPDX-License-Identifier: Apache-2.0 */
/* Which approvals count: distinct, valid, and of the very octets. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "core/approval_internal.h"

#define REASONS_MAX 20 /* approvals of which a refusal says why not */

struct ca_approvals {
	const struct ca_approval_desk *desk;
	struct ca_approval *item;
	size_t count;
};

enum ca_code
ca_approvals_new(const struct ca_approval_desk *desk, struct ca_approvals **ret,
    struct ca_error *err)
{
	struct ca_approvals *approvals = calloc(1, sizeof(*approvals));

	if (approvals == NULL)
		return ca_fail_memory(err);
	approvals->desk = desk;
	*ret = approvals;
	return CA_OK;
}

static bool
is_operator(const struct ca_approval_desk *desk, const char *user)
{
	for (size_t i = 0; user != NULL && desk->operators != NULL &&
	     desk->operators[i] != NULL;
	     i++)
		if (strcmp(desk->operators[i], user) == 0)
			return true;
	return false;
}

/* What is wrong with APPROVAL whatever the draft. NULL: nothing. */
static const char *
find_fault(const struct ca_approval *approval,
    const struct ca_approval_desk *desk, const struct ca_approver *by,
    const char **ret_rule)
{
	const struct {
		bool wrong;
		const char *rule;
		const char *why;
	} faults[] = {
		{ memcmp(approval->ledger, desk->ledger, CA_SHA256_SIZE) != 0,
		    "approval-ledger", "is for the ledger of another CA" },
		{ by == NULL, "approval-unknown",
		    "is by nobody whom policy lets approve" },
		{ by != NULL &&
			memcmp(by->spki_sha256, approval->spki_sha256,
			    CA_SHA256_SIZE) != 0,
		    "approval-key",
		    "is by another key than policy has for that name" },
		{ by != NULL &&
			!ca_statement_verifies(approval->statement, by->key),
		    "approval-signature",
		    "was changed: its signature does not verify" },
		{ approval->approved_at > desk->now, "approval-future",
		    "was given in the future: one of the clocks is wrong" },
		{ approval->expires_at <= desk->now, "approval-expired",
		    "has expired" },
		{ approval->expires_at - approval->approved_at >
			desk->policy->approval_lifetime,
		    "approval-lifetime",
		    "is good for longer than policy permits" },
		{ by != NULL && !desk->policy->operator_may_approve &&
			is_operator(desk, by->user),
		    "approval-operator",
		    "is by who signs: nobody approves a batch of their own" },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].wrong) {
			*ret_rule = faults[i].rule;
			return faults[i].why;
		}
	return NULL;
}

enum ca_code
ca_approvals_add(struct ca_approvals *approvals, const char *what,
    const void *text, size_t len, struct ca_error *err)
{
	struct ca_approval approval = { .what = NULL }, *item;
	const struct ca_approver *by;
	const char *why;
	enum ca_code rc = ca_approval_read(what, text, len, &approval, err);

	if (rc != CA_OK)
		return rc;
	by = ca_policy_approver(approvals->desk->policy, approval.approver);
	why = find_fault(&approval, approvals->desk, by, &approval.rule);
	if (why == NULL)
		approval.by = by;
	else
		rc = ca_text_format(&approval.why, err, "%s", why);
	if (rc != CA_OK)
		goto out;
	item = reallocarray(approvals->item, approvals->count + 1,
	    sizeof(struct ca_approval));
	if (item == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	approvals->item = item;
	item[approvals->count++] = approval;
	return CA_OK;
out:
	ca_approval_clear(&approval);
	return rc;
}

static bool
may_approve(const struct ca_approver *by, const struct ca_profile *profile)
{
	return (by->profiles & 1U << profile->id) != 0;
}

static bool
is_among(const struct ca_approval *const *counted, size_t count,
    const struct ca_approver *by)
{
	for (size_t i = 0; i < count; i++)
		if (counted[i]->by == by)
			return true;
	return false;
}

size_t
ca_approvals_for(const struct ca_approvals *approvals,
    const struct ca_profile *profile, const uint8_t *tbs_sha256,
    const struct ca_approval *ret[CA_APPROVALS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; approvals != NULL && i < approvals->count &&
	     count < CA_APPROVALS_MAX;
	     i++) {
		const struct ca_approval *one = &approvals->item[i];

		if (one->by != NULL && may_approve(one->by, profile) &&
		    ca_approval_covers(one, tbs_sha256) &&
		    !is_among(ret, count, one->by))
			ret[count++] = one;
	}
	return count;
}

/* Why ONE is not among the COUNT that are COUNTED. NULL: it is. */
static const char *
why_not(const struct ca_approval *one, const struct ca_profile *profile,
    const uint8_t *tbs_sha256, const struct ca_approval *const *counted,
    size_t count, const char **ret_rule)
{
	for (size_t i = 0; i < count; i++)
		if (counted[i] == one)
			return NULL;
	*ret_rule = one->rule;
	if (one->by == NULL)
		return one->why;
	*ret_rule = "approval-draft";
	if (!ca_approval_covers(one, tbs_sha256))
		return "is of another draft";
	*ret_rule = "approval-profile";
	if (!may_approve(one->by, profile))
		return "is by somebody who may not approve this profile";
	*ret_rule = "approval-twice";
	return "is a second one of the same approver";
}

void
ca_approvals_judge(const struct ca_approvals *approvals,
    const struct ca_profile_policy *policy,
    const uint8_t tbs_sha256[CA_SHA256_SIZE], struct ca_findings *findings)
{
	const struct ca_approval *counted[CA_APPROVALS_MAX];
	size_t have =
	    ca_approvals_for(approvals, policy->profile, tbs_sha256, counted);
	size_t said = 0;

	if (have >= policy->approvals)
		return;
	ca_findings_add(findings, "policy-approvals", CA_ERR_POLICY,
	    "profile %s: policy wants %u approval%s of this draft, and %zu count%s",
	    policy->profile->name, policy->approvals,
	    policy->approvals == 1 ? "" : "s", have, have == 1 ? "s" : "");
	for (size_t i = 0;
	     approvals != NULL && i < approvals->count && said < REASONS_MAX;
	     i++) {
		const struct ca_approval *one = &approvals->item[i];
		const char *rule = NULL;
		const char *why = why_not(one, policy->profile, tbs_sha256,
		    counted, have, &rule);

		if (why == NULL)
			continue;
		ca_findings_add(findings, rule, CA_ERR_POLICY,
		    "%s: the approval of %s %s", one->what, one->approver, why);
		said++;
	}
}

void
ca_approvals_free(struct ca_approvals *approvals)
{
	if (approvals == NULL)
		return;
	for (size_t i = 0; i < approvals->count; i++)
		ca_approval_clear(&approvals->item[i]);
	free(approvals->item);
	free(approvals);
}
