/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include "cli/json.h"
#include "cli/show.h"
#include "cli/term.h"

#define NO_POLICY "no policy: form, possession and key only"

void
cli_view_show(const struct cli_view *view)
{
	const struct ca_ask *asks;
	size_t count = 0;

	term_line(stdout, "%s", view->path);
	if (view->csr != NULL) {
		cli_show_key(stdout, ca_csr_key_info(view->csr));
		asks = ca_csr_asks(view->csr, &count);
		for (size_t i = 0; i < count; i++)
			cli_show_field(stdout, "asks for", "%s", asks[i].what);
		cli_show_names(stdout, "asks for", ca_csr_names(view->csr));
	}
	cli_show_findings(stdout, &view->findings);
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
		cli_show_names(stdout, "with", &view->grant.names);
}

static json_t *
json_asks(const struct ca_csr *csr)
{
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(csr, &count);
	json_t *list = json_array();

	for (size_t i = 0; i < count && list != NULL; i++) {
		if (json_array_append_new(list, cli_json_text(asks[i].what)) ==
		    0)
			continue;
		json_decref(list);
		list = NULL;
	}
	return list;
}

json_t *
cli_view_json(const struct cli_view *view)
{
	const struct ca_csr *csr = view->csr;
	const struct ca_grant *grant =
	    view->profile != NULL && view->code == CA_OK ? &view->grant : NULL;

	return json_pack("{s:o,s:i,s:o,s:o,s:o,s:o,s:o,s:o}", "request",
	    cli_json_text(view->path), "status", (int)view->code, "profile",
	    cli_json_text(view->profile != NULL ? view->profile->name : NULL),
	    "key",
	    csr != NULL ? cli_json_key(ca_csr_key_info(csr)) : json_null(),
	    "asks", csr != NULL ? json_asks(csr) : json_null(), "names",
	    csr != NULL ? cli_json_names(ca_csr_names(csr)) : json_null(),
	    "would_sign",
	    grant == NULL ? json_null()
			  : json_pack("{s:o,s:o}", "common_name",
				cli_json_text(grant->common_name), "names",
				cli_json_names(&grant->names)),
	    "findings", cli_json_findings(&view->findings));
}
