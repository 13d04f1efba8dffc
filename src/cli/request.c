/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/request.h"

#include <grp.h>
#include <stdlib.h>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/order.h"
#include "cli/term.h"
#include "coldca/tenant.h"

static enum ca_code
read_hosts(const struct cli_args *args, size_t from, struct ca_names *hosts,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = from; i < args->word_count && rc == CA_OK; i++) {
		struct ca_name name = { 0 };

		rc = ca_host_parse(args->word[i], &name, err);
		if (rc == CA_OK)
			rc = ca_names_add(hosts, &name, err);
		ca_name_clear(&name);
	}
	return rc;
}

/* Reads the words after the profile as this profile's names. */
static enum ca_code
read_names(const struct cli_args *args, struct ca_request *request,
    struct ca_names *hosts, char **user, struct ca_error *err)
{
	enum ca_code rc;

	switch (request->profile->names) {
	case CA_NAMES_USER:
		if (args->word_count > 2)
			return ca_fail(err, CA_ERR_USAGE,
			    "request: one word too many: `%s`", args->word[2]);
		return ca_user_parse(args->word[1], user, err);
	case CA_NAMES_TENANT:
		rc = ca_tenant_parse(args->word[1], &request->tenant, err);
		return rc == CA_OK ? read_hosts(args, 2, hosts, err) : rc;
	case CA_NAMES_HOSTS:
	case CA_NAMES_NONE:
		break;
	}
	return read_hosts(args, 1, hosts, err);
}

/* Which key, and what for: options that fit one another. */
static enum ca_code
read_key_options(const struct cli_args *args, struct ca_request *request,
    struct ca_error *err)
{
	bool reuse = cli_args_has(args, CLI_OPT_REUSE_KEY);
	enum ca_code rc;

	if (reuse && cli_args_has(args, CLI_OPT_NEW_KEY))
		return ca_fail(err, CA_ERR_USAGE,
		    "--reuse-key: not together with --new-key");
	if (reuse &&
	    (cli_args_has(args, CLI_OPT_KEY_TYPE) ||
		cli_args_has(args, CLI_OPT_KEY_SIZE)))
		return ca_fail(err, CA_ERR_USAGE,
		    "--reuse-key: the key is there and has its type and size");
	request->which = reuse                    ? CA_REQUEST_KEY_THERE
	    : cli_args_has(args, CLI_OPT_NEW_KEY) ? CA_REQUEST_KEY_PENDING
						  : CA_REQUEST_KEY_NEW;
	request->pkcs8 = cli_args_has(args, CLI_OPT_PKCS8);
	request->manifest = cli_args_has(args, CLI_OPT_MANIFEST);
	request->now = ca_time_now();
	if (request->pkcs8 && request->profile->id != CA_PROFILE_CLIENT) {
		rc = ca_fail(err, CA_ERR_USAGE,
		    "--also-generate-pkcs8-key: only a client's key is for Java");
		return rc;
	}
	return cli_order_key(args, &request->key_kind, &request->rsa_bits, err);
}

static enum ca_code
read_group(const struct cli_args *args, struct ca_request *request,
    struct ca_error *err)
{
	const char *name = cli_args_value(args, CLI_OPT_GROUP);
	const struct group *group;

	if (name == NULL)
		return CA_OK;
	group = getgrnam(name);
	if (group == NULL)
		return ca_fail(err, CA_ERR_USAGE,
		    "--group: `%s` is not a group of this host", name);
	request->for_group = true;
	request->group = group->gr_gid;
	return CA_OK;
}

static enum ca_code
tell(const struct cli *cli, const char *path, const struct ca_request *request,
    const struct ca_request_files *files, struct ca_error *err)
{
	if (cli->json)
		return cli_json_print(json_pack("{s:o,s:o,s:o,s:o,s:o}",
					  "certs_dir", cli_json_text(path),
					  "key", cli_json_text(files->key),
					  "request", cli_json_text(files->csr),
					  "pkcs8_key",
					  cli_json_text(files->pkcs8),
					  "manifest",
					  cli_json_text(files->manifest)),
		    err);
	term_line(stdout, "%s/%s", path, files->csr);
	if (files->manifest != NULL)
		term_line(stdout, "%s/%s", path, files->manifest);
	cli_note(cli,
	    request->which == CA_REQUEST_KEY_THERE
		? "%s/%s: the key, which is as it was"
		: "%s/%s: the key, which stays here",
	    path, files->key);
	if (files->pkcs8 != NULL)
		cli_note(cli, "%s/%s: the same key, for Java", path,
		    files->pkcs8);
	if (files->manifest != NULL)
		cli_next(cli,
		    "carry %s/%s and %s together to the jumpbox: coldca intake STICK",
		    path, files->csr, files->manifest);
	else
		cli_next(cli, "carry %s/%s to the jumpbox, to be signed there",
		    path, files->csr);
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
	if (rc == CA_OK)
		rc = read_key_options(&cli->args, &request, err);
	if (rc == CA_OK)
		rc = read_group(&cli->args, &request, err);
	if (rc == CA_OK)
		rc = read_names(&cli->args, &request, &hosts, &user, err);
	if (rc == CA_OK)
		rc = cli_args_path(&cli->args, CLI_OPT_CERTS_DIR, &path, err);
	if (rc != CA_OK)
		goto out;
	request.hosts = &hosts;
	request.user = user;
	rc = ca_request_make(path, &request, &files, err);
	if (rc == CA_OK)
		rc = tell(cli, path, &request, &files, err);
out:
	ca_request_files_clear(&files);
	free(path);
	free(user);
	ca_names_clear(&hosts);
	return rc;
}
