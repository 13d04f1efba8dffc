/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/request.h"

#include <stdlib.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/order.h"
#include "cli/term.h"

/* Reads the words after the profile as this profile's names. */
static enum ca_code
read_names(const struct cli *cli, const struct ca_profile *profile,
    struct ca_names *hosts, char **user, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (profile->names == CA_NAMES_USER) {
		if (cli->args.word_count > 2)
			return ca_fail(err, CA_ERR_USAGE,
			    "request: one word too many: `%s`",
			    cli->args.word[2]);
		return ca_user_parse(cli->args.word[1], user, err);
	}
	for (size_t i = 1; i < cli->args.word_count && rc == CA_OK; i++) {
		struct ca_name name = { 0 };

		rc = ca_host_parse(cli->args.word[i], &name, err);
		if (rc == CA_OK)
			rc = ca_names_add(hosts, &name, err);
		ca_name_clear(&name);
	}
	return rc;
}

static enum ca_code
tell(const struct cli *cli, const char *path,
    const struct ca_request_files *files, struct ca_error *err)
{
	if (cli->json)
		return cli_json_print(json_pack("{s:o,s:o,s:o}", "certs_dir",
					  cli_json_text(path), "key",
					  cli_json_text(files->key), "request",
					  cli_json_text(files->csr)),
		    err);
	term_line(stdout, "%s/%s", path, files->csr);
	cli_note(cli, "%s/%s: the key, which stays here", path, files->key);
	cli_next(cli, "carry %s/%s to the jumpbox, to be signed there", path,
	    files->csr);
	return CA_OK;
}

enum ca_code
cli_request(struct cli *cli, struct ca_error *err)
{
	struct ca_request_files files = { 0 };
	struct ca_request request = { 0 };
	struct ca_names hosts = { 0 };
	char *user = NULL, *path = NULL;
	enum ca_code rc;

	rc = cli_order_profile(cli->args.word[0], &request.profile, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_order_key(&cli->args, &request.key_kind, &request.rsa_bits,
	    err);
	if (rc != CA_OK)
		goto out;
	rc = read_names(cli, request.profile, &hosts, &user, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_args_path(&cli->args, CLI_OPT_CERTS_DIR, &path, err);
	if (rc != CA_OK)
		goto out;
	request.hosts = &hosts;
	request.user = user;
	rc = ca_request_make(path, &request, &files, err);
	if (rc == CA_OK)
		rc = tell(cli, path, &files, err);
out:
	free(files.key);
	free(files.csr);
	free(path);
	free(user);
	ca_names_clear(&hosts);
	return rc;
}
