/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/known_keys.h"
#include "cli/order.h"
#include "cli/show.h"
#include "coldca/bundle.h"

/* The profile that a request without further words is meant for. */
static const struct ca_profile *
guess_profile(const struct ca_csr *csr)
{
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(csr, &count);

	for (size_t i = 0; i < count; i++)
		if (asks[i].kind == CA_ASK_SUBJECT && asks[i].text != NULL &&
		    strcmp(asks[i].text, CA_TENANTS_UNIT) == 0)
			return ca_profile_get(CA_PROFILE_TENANT_CLIENT);
	if (ca_csr_names(csr)->count > 0)
		return ca_profile_get(CA_PROFILE_NODE);
	for (size_t i = 0; i < count; i++)
		if (asks[i].kind == CA_ASK_CN && asks[i].text != NULL &&
		    strcmp(asks[i].text, "node") != 0)
			return ca_profile_get(CA_PROFILE_CLIENT);
	return ca_profile_get(CA_PROFILE_NODE);
}

/* The CA that would sign, as far as the ledger knows. */
static enum ca_code
choose_authority(const struct cli *cli, struct ca_order *order,
    struct ca_error *err)
{
	bool found = false;
	enum ca_code rc = CA_OK;

	order->ledger = cli->ca.ledger;
	if (order->ledger != NULL)
		rc = ca_ledger_signer_of(order->ledger, order->profile,
		    &order->authority, &found, err);
	if (rc == CA_OK && !found)
		order->authority = CA_AUTHORITY_CLUSTER;
	return rc;
}

/* Keeps the way out that REASON, a refusal, has; the last one, if several. */
static enum ca_code
keep_hint(struct cli_view *view, const struct ca_error *reason,
    struct ca_error *err)
{
	if (reason->hint[0] == '\0')
		return CA_OK;
	free(view->hint);
	view->hint = NULL;
	return ca_text_format(&view->hint, err, "%s", reason->hint);
}

/* Whether the CA directory has heard of the key before. */
static enum ca_code
judge_key(struct cli *cli, struct cli_view *view, struct ca_error *err)
{
	char *name = NULL;
	enum ca_code rc = ca_bundle_name(&view->grant, &name, err);

	if (rc == CA_OK)
		rc = cli_known_key_judge(&cli->ca, &view->grant, name,
		    &view->findings, err);
	if (rc == CA_OK)
		view->code = ca_findings_code(&view->findings);
	if (rc == CA_OK && view->code != CA_OK)
		rc = ca_text_format(&view->hint, err, CLI_REUSED_HINT);
	free(name);
	return rc;
}

static enum ca_code
vet(struct cli *cli, struct cli_view *view, struct ca_error *err)
{
	const char *word = cli_args_value(&cli->args, CLI_OPT_PROFILE);
	struct ca_order order = { 0 };
	struct ca_error reason;
	unsigned wanted;
	enum ca_code rc = CA_OK;

	view->profile = guess_profile(view->csr);
	if (word != NULL)
		rc = cli_order_profile(word, &view->profile, err);
	if (rc == CA_OK)
		rc = cli_order_make(&cli->args, view->profile, &order, err);
	if (rc != CA_OK)
		return rc;
	order.names_from_request =
	    order.hosts.count == 0 && order.user == NULL && order.tenant == 0;
	order.approvals_follow = true;
	wanted = cli->ca.policy->profile[view->profile->id].approvals;
	rc = choose_authority(cli, &order, err);
	if (rc != CA_OK) {
		ca_order_clear(&order);
		return rc;
	}
	view->code = ca_vet(view->csr, &order, cli->ca.policy, &view->grant,
	    &view->findings, &reason);
	ca_order_clear(&order);
	if (wanted > 0)
		ca_findings_add(&view->findings, "policy-approvals", CA_OK,
		    "profile %s: policy wants %u approval%s before it is signed: coldca sign --prepare",
		    view->profile->name, wanted, wanted == 1 ? "" : "s");
	if (view->code != CA_OK && ca_findings_code(&view->findings) == CA_OK)
		ca_findings_add(&view->findings,
		    reason.rule != NULL ? reason.rule : "request", view->code,
		    "%s", cli_without_object(reason.message, view->path));
	if (view->code == CA_OK)
		return judge_key(cli, view, err);
	if (view->code != CA_ERR_INTERNAL && view->code != CA_ERR_LEDGER)
		return keep_hint(view, &reason, err);
	*err = reason;
	return view->code;
}

/* Only what stops the whole run is returned; the rest is VIEW's. */
static enum ca_code
look(struct cli *cli, const char *path, struct cli_view *view,
    struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error reason;

	view->path = path;
	view->code = ca_file_read(path, CA_CSR_SIZE_MAX, &bytes, &reason);
	if (view->code == CA_OK)
		view->code = ca_csr_parse(path, bytes.data, bytes.len,
		    &view->csr, &reason);
	ca_bytes_free(&bytes);
	if (view->code == CA_ERR_INTERNAL) {
		*err = reason;
		return view->code;
	}
	if (view->code != CA_OK) {
		ca_findings_add(&view->findings,
		    reason.rule != NULL ? reason.rule : "request", view->code,
		    "%s", cli_without_object(reason.message, view->path));
		return keep_hint(view, &reason, err);
	}
	if (cli->ca.policy != NULL)
		return vet(cli, view, err);
	ca_findings_append(&view->findings, ca_csr_notices(view->csr));
	ca_key_check(ca_csr_key(view->csr), &view->findings);
	view->code = ca_findings_code(&view->findings);
	return CA_OK;
}

/* What the name that would be signed has now. */
static enum ca_code
find_last(const struct cli *cli, struct cli_view *view, struct ca_error *err)
{
	char *name = NULL;
	enum ca_code rc;

	if (view->profile == NULL || view->code != CA_OK ||
	    cli->ca.ledger == NULL)
		return CA_OK;
	rc = ca_bundle_name(&view->grant, &name, err);
	if (rc == CA_OK)
		rc = cli_last_find_one(cli->ca.ledger, name, &view->last, err);
	view->has_last = rc == CA_OK;
	free(name);
	return rc;
}

static enum ca_code
inspect_all(struct cli *cli, json_t *list, enum ca_code *ret_code,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < cli->args.word_count && rc == CA_OK; i++) {
		struct cli_view view = { 0 };

		rc = look(cli, cli->args.word[i], &view, err);
		if (rc == CA_OK)
			rc = find_last(cli, &view, err);
		if (rc == CA_OK && list == NULL)
			cli_view_show(&view);
		else if (rc == CA_OK &&
		    json_array_append_new(list, cli_view_json(&view)) != 0)
			rc = ca_fail_memory(err);
		if (*ret_code == CA_OK)
			*ret_code = view.code;
		cli_last_clear(&view.last);
		ca_grant_clear(&view.grant);
		ca_findings_clear(&view.findings);
		free(view.hint);
		ca_csr_free(view.csr);
	}
	return rc;
}

/*
 * The policy, and the ledger with the keys that it knows, where there are any;
 * nothing of them with --permissive.
 */
static enum ca_code
open_ca(struct cli *cli, struct ca_error *err)
{
	char *dir = NULL, *ledger = NULL;
	unsigned needs = CLI_NEEDS_CA;
	enum ca_code rc;

	if (cli_args_has(&cli->args, CLI_OPT_PERMISSIVE))
		return CA_OK;
	rc = cli_args_path(&cli->args, CLI_OPT_CA_DIR, &dir, err);
	if (rc == CA_OK)
		rc = ca_path_join(dir, CA_LEDGER_FILE, &ledger, err);
	if (rc == CA_OK && access(ledger, F_OK) == 0)
		needs |= CLI_NEEDS_LEDGER;
	if (rc == CA_OK)
		rc = cli_ca_open_optional(&cli->args, needs, &cli->ca, err);
	free(ledger);
	free(dir);
	return rc;
}

enum ca_code
cli_inspect(struct cli *cli, struct ca_error *err)
{
	json_t *list = NULL;
	enum ca_code code = CA_OK, rc;

	rc = open_ca(cli, err);
	if (rc != CA_OK)
		return rc;
	if (cli->json) {
		list = json_array();
		if (list == NULL)
			return ca_fail_memory(err);
	}
	rc = inspect_all(cli, list, &code, err);
	if (rc == CA_OK && list != NULL) {
		rc = cli_json_print(list, err);
		list = NULL;
	}
	json_decref(list);
	/* What is wrong with each is in what was printed. */
	if (rc == CA_OK && code != CA_OK)
		rc = cli_said(err, code);
	return rc;
}
