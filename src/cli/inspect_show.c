/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include "base/time.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/term.h"

#define NO_POLICY "no policy: form, possession and key only"

/* What would go into the certificate, and what that changes. */
static void
show_grant(const struct cli_view *view)
{
	const struct ca_grant *grant = &view->grant;
	const struct cli_next_one next = { &grant->names, &grant->key,
		grant->lifetime };
	char lifetime[CA_DURATION_TEXT_SIZE];

	ca_duration_format(grant->lifetime, lifetime);
	cli_show_names(stdout, "with", &grant->names);
	cli_show_field(stdout, "for", "%s", lifetime);
	if (view->has_last)
		cli_last_show(stdout, &view->last, &next);
}

void
cli_view_show(const struct cli_view *view)
{
	term_line(stdout, "%s", view->path);
	if (view->csr != NULL) {
		cli_show_key(stdout, ca_csr_key_info(view->csr));
		cli_show_asks(stdout, view->csr);
	}
	cli_show_findings(stdout, &view->findings);
	if (view->hint != NULL)
		cli_show_field(stdout, "hint", "%s", view->hint);
	if (view->csr == NULL)
		return;
	if (view->profile == NULL)
		cli_show_field(stdout, "policy", NO_POLICY);
	else if (view->code == CA_OK)
		cli_show_field(stdout, "would sign", "%s certificate, CN=%s",
		    view->profile->name, view->grant.common_name);
	else
		cli_show_field(stdout, "would sign", "nothing (profile %s)",
		    view->profile->name);
	if (view->profile != NULL && view->code == CA_OK)
		show_grant(view);
}

static json_t *
json_grant(const struct cli_view *view)
{
	const struct ca_grant *grant = &view->grant;
	const struct cli_next_one next = { &grant->names, &grant->key,
		grant->lifetime };

	if (view->profile == NULL || view->code != CA_OK)
		return json_null();
	return json_pack("{s:o,s:o,s:I,s:o}", "common_name",
	    cli_json_text(grant->common_name), "names",
	    cli_json_names(&grant->names), "lifetime",
	    (json_int_t)grant->lifetime, "last",
	    view->has_last ? cli_last_json(&view->last, &next) : json_null());
}

json_t *
cli_view_json(const struct cli_view *view)
{
	const struct ca_csr *csr = view->csr;

	return json_pack("{s:o,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "request",
	    cli_json_text(view->path), "status", (int)view->code, "profile",
	    cli_json_text(view->profile != NULL ? view->profile->name : NULL),
	    "key",
	    csr != NULL ? cli_json_key(ca_csr_key_info(csr)) : json_null(),
	    "asks", csr != NULL ? cli_json_asks(csr) : json_null(), "names",
	    csr != NULL ? cli_json_names(ca_csr_names(csr)) : json_null(),
	    "would_sign", json_grant(view), "findings",
	    cli_json_findings(&view->findings), "hint",
	    cli_json_text(view->hint));
}
