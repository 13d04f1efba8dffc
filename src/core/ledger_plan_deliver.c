/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator says of one host of a step. */
#include <string.h>

#include "core/ledger_internal.h"
#include "core/plan_internal.h"

/* Looks for one host among those of the step. */
struct wanted {
	const char *name;
	bool found;
	struct ca_plan_host host; /* but for its texts */
};

static bool
find_host(const struct ca_plan_host *host, void *arg)
{
	struct wanted *wanted = arg;

	if (strcmp(host->name, wanted->name) != 0)
		return true;
	wanted->found = true;
	wanted->host = *host;
	return false;
}

static enum ca_code
find(struct ca_ledger *ledger, const struct ca_plan *plan, const char *name,
    int64_t now, struct ca_plan_host *ret, struct ca_error *err)
{
	const struct ca_plan_step *step = ca_plan_step(plan->kind, plan->step);
	struct wanted wanted = { .name = name };
	enum ca_code rc;

	rc = ca_plan_hosts(ledger, plan, now, find_host, &wanted, err);
	if (rc != CA_OK)
		return rc;
	if (!wanted.found) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "%s: step %u (%s) does not concern such a host", name,
		    plan->step, step->name);
		ca_hint(err, "coldca %s lists those that it does",
		    ca_plan_command(plan->kind));
		return CA_ERR_INPUT;
	}
	*ret = wanted.host;
	return CA_OK;
}

static enum ca_code
append(struct ca_ledger *ledger, enum ca_entry_kind kind,
    const struct ca_plan *plan, const char *name, int64_t now,
    struct ca_error *err)
{
	enum ca_code rc = ca_ledger_begin(ledger, err);

	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_append_about(ledger, kind, plan->certificate, name, now,
	    err);
	return ca_ledger_end(ledger, rc, err);
}

enum ca_code
ca_plan_deliver(struct ca_ledger *ledger, const struct ca_plan *plan,
    const char *name, int64_t now, struct ca_error *err)
{
	struct ca_plan_host host = { 0 };
	enum ca_code rc = find(ledger, plan, name, now, &host, err);

	if (rc != CA_OK || host.delivered)
		return rc;
	if (host.wants_leaf && !host.has_leaf) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s: has no certificate by the new CA yet", name);
		ca_hint(err, "coldca %s emit makes it",
		    ca_plan_command(plan->kind));
		return CA_ERR_POLICY;
	}
	return append(ledger, CA_ENTRY_PLAN_HOST, plan, name, now, err);
}

enum ca_code
ca_plan_forget(struct ca_ledger *ledger, const struct ca_plan *plan,
    const char *name, int64_t now, struct ca_error *err)
{
	struct ca_plan_host host = { 0 };
	enum ca_code rc = find(ledger, plan, name, now, &host, err);

	if (rc != CA_OK)
		return rc;
	if (!host.revoked || host.has_leaf) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s: has a certificate that is not revoked", name);
		ca_hint(err,
		    "coldca revoke takes a host that is gone off the list");
		return CA_ERR_POLICY;
	}
	return append(ledger, CA_ENTRY_PLAN_GONE, plan, name, now, err);
}
