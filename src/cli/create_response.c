/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/time.h"
#include "cli/head.h"
#include "cli/json.h"
#include "cli/publish.h"
#include "coldca/dispatch.h"

static enum ca_code
sign_bundles(const struct cli_signing *signing,
    const struct ca_dispatch_bundles *bundles,
    char ret_name[CA_RESPONSE_NAME_SIZE], struct ca_error *err)
{
	const struct ca_issuer issuer = {
		.ledger = signing->cli->ca.ledger,
		.signer = signing->signer,
		.certificate = signing->issuer,
	};
	struct ca_response_bundle *bundle =
	    calloc(bundles->count + 1, sizeof(*bundle));
	enum ca_code rc;

	if (bundle == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < bundles->count; i++)
		bundle[i] = (struct ca_response_bundle){ bundles->item[i].name,
			bundles->item[i].serial };
	rc = cli_response_sign(signing->cli, &issuer, signing->out, bundle,
	    bundles->count, ret_name, err);
	free(bundle);
	return rc;
}

/* Before the token is asked: what is there, and whether it may leave. */
static enum ca_code
find_bundles(struct cli_signing *signing, struct ca_dispatch_bundles *bundles,
    struct ca_error *err)
{
	struct ca_dispatch dispatch = { .ledger = signing->cli->ca.ledger };
	enum ca_code rc;

	rc =
	    cli_args_path(&signing->cli->args, CLI_OPT_OUT, &signing->out, err);
	dispatch.from = signing->out;
	if (rc == CA_OK)
		rc = ca_dispatch_find(&dispatch, bundles, err);
	if (rc != CA_OK || bundles->count > 0)
		return rc;
	(void)ca_fail(err, CA_ERR_INPUT, "%s: there is no bundle in it",
	    signing->out);
	ca_hint(err, "--out names the directory in which their folders are");
	return CA_ERR_INPUT;
}

static enum ca_code
print_json(const struct cli_signing *signing,
    const struct ca_dispatch_bundles *bundles, const char *name,
    struct ca_error *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < bundles->count; i++) {
		const struct ca_dispatch_bundle *bundle = &bundles->item[i];

		if (json_array_append_new(list,
			json_pack("{s:o,s:s?}", "bundle",
			    cli_json_text(bundle->name), "serial",
			    bundle->serial)) == 0)
			continue;
		json_decref(list);
		return ca_fail_memory(err);
	}
	return cli_json_print(json_pack("{s:o,s:s,s:o}", "out",
				  cli_json_text(signing->out), "file", name,
				  "bundles", list),
	    err);
}

static enum ca_code
report(const struct cli_signing *signing,
    const struct ca_dispatch_bundles *bundles, const char *name,
    struct ca_error *err)
{
	cli_note(signing->cli, "%zu bundle%s: each file is listed",
	    bundles->count, bundles->count == 1 ? "" : "s");
	cli_next(signing->cli, "coldca dispatch STICK --from=%s", signing->out);
	return signing->cli->json ? print_json(signing, bundles, name, err)
				  : CA_OK;
}

enum ca_code
cli_create_response(struct cli *cli, struct ca_error *err)
{
	struct cli_publishing publishing = {
		.signing = { .cli = cli, .now = ca_time_now(), .sessions = 1 },
	};
	struct ca_dispatch_bundles bundles = { .count = 0 };
	char name[CA_RESPONSE_NAME_SIZE] = "";
	enum ca_code rc;

	rc = find_bundles(&publishing.signing, &bundles, err);
	if (rc == CA_OK)
		rc = cli_publishing_read_authorities(&publishing, err);
	if (rc == CA_OK)
		rc = cli_publishing_take_key(&publishing, err);
	if (rc == CA_OK)
		rc = sign_bundles(&publishing.signing, &bundles, name, err);
	if (rc == CA_OK)
		rc = report(&publishing.signing, &bundles, name, err);
	ca_dispatch_bundles_clear(&bundles);
	cli_publishing_clear(&publishing);
	return rc;
}
