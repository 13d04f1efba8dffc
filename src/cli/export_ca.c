/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/path.h"
#include "cli/term.h"
#include "coldca/authority.h"
#include "coldca/exit_gate.h"
#include "coldca/export.h"
#include "coldca/ledger.h"

/* Beside the body for CockroachDB Cloud: its method and path. */
#define REQUEST_SUFFIX ".request"

/* One export: what was asked for, and what leaves. */
struct export
{
	enum ca_export_format format;
	enum ca_authority authority;
	const char *cluster_id; /* NULL: not given */
	const char *output;     /* NULL: standard output */
	struct ca_certificates certificates;
	struct ca_bytes content;
	struct ca_bytes request; /* empty but for CA_EXPORT_CLOUD_API */
};

static bool
is_for_cloud(enum ca_export_format format)
{
	return format == CA_EXPORT_CLOUD_API || format == CA_EXPORT_TERRAFORM;
}

static enum ca_code
choose_format(const struct cli *cli, struct export *export,
    struct ca_error *err)
{
	int choice = cli_args_choice(&cli->args, CLI_OPT_FORMAT);

	if (cli->json && choice >= 0 && choice != CA_EXPORT_JSON)
		return ca_fail(err, CA_ERR_USAGE,
		    "--json: another --format is given");
	export->format = cli->json ? CA_EXPORT_JSON
	    : choice < 0           ? CA_EXPORT_PEM
				   : (enum ca_export_format)choice;
	if (export->format == CA_EXPORT_DER && isatty(STDOUT_FILENO) &&
	    export->output == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--format=der: standard output is a terminal");
		ca_hint(err, "--output=FILE");
		return CA_ERR_USAGE;
	}
	return CA_OK;
}

static enum ca_code
check_cluster_id(const struct export *export, struct ca_error *err)
{
	if (export->cluster_id == NULL)
		return CA_OK;
	if (!is_for_cloud(export->format))
		return ca_fail(err, CA_ERR_USAGE,
		    "--cluster-id: goes with --format=cloud-api and --format=terraform");
	if (ca_cluster_id_valid(export->cluster_id))
		return CA_OK;
	(void)ca_fail(err, CA_ERR_USAGE,
	    "--cluster-id: `%s` is not a cluster's id", export->cluster_id);
	ca_hint(err, "a UUID in lower case, as the Cloud Console shows it");
	return CA_ERR_USAGE;
}

static enum ca_code
read_options(const struct cli *cli, struct export *export, struct ca_error *err)
{
	const struct cli_args *args = &cli->args;
	enum ca_code rc;

	export->output = cli_args_value(args, CLI_OPT_OUTPUT);
	export->cluster_id = cli_args_value(args, CLI_OPT_CLUSTER_ID);
	rc = choose_format(cli, export, err);
	if (rc == CA_OK)
		rc = check_cluster_id(export, err);
	if (rc == CA_OK && cli_args_has(args, CLI_OPT_UPDATE) &&
	    export->format != CA_EXPORT_CLOUD_API)
		rc = ca_fail(err, CA_ERR_USAGE,
		    "--update: goes with --format=cloud-api");
	return rc;
}

/* The CA that --ca names; without it the cluster's, or what the cloud wants. */
static enum ca_code
read_authority(const struct cli *cli, struct export *export,
    struct ca_error *err)
{
	const char *name = cli_args_value(&cli->args, CLI_OPT_CA);
	struct ca_ledger *ledger = cli->ca.ledger;
	enum ca_code rc = CA_OK;

	export->authority = CA_AUTHORITY_CLUSTER;
	if (name != NULL && !ca_authority_by_name(name, &export->authority))
		return ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", name);
	if (name == NULL && is_for_cloud(export->format)) {
		rc = ca_ledger_authorities(ledger, CA_AUTHORITY_CLIENT,
		    &export->certificates, err);
		if (rc == CA_OK && export->certificates.count > 0) {
			export->authority = CA_AUTHORITY_CLIENT;
			return CA_OK;
		}
	}
	if (rc == CA_OK)
		rc = ca_ledger_authorities(ledger, export->authority,
		    &export->certificates, err);
	if (rc == CA_OK && export->certificates.count == 0) {
		rc = ca_fail(err, CA_ERR_LEDGER,
		    export->authority == CA_AUTHORITY_CLUSTER
			? "%s: there is no CA yet"
			: "%s: there is no %s CA",
		    cli->ca.path, ca_authority_name(export->authority));
		ca_hint(err, "coldca %s",
		    ca_authority_get(export->authority)->command);
	}
	return rc;
}

static enum ca_code
make(const struct cli *cli, struct export *export, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_export_make(export->format, &export->certificates,
	    export->cluster_id, &export->content, err);
	if (rc == CA_OK && export->format == CA_EXPORT_CLOUD_API)
		rc = ca_export_cloud_request(cli_args_has(&cli->args,
						 CLI_OPT_UPDATE),
		    export->cluster_id, &export->request, err);
	if (rc == CA_OK && export->format == CA_EXPORT_DER &&
	    export->certificates.count > 1)
		term_warning("DER holds one certificate: the newest of %zu",
		    export->certificates.count);
	return rc;
}

static enum ca_code
write_files(const struct cli *cli, const struct export *export,
    struct ca_error *err)
{
	const bool overwrite = cli_args_has(&cli->args, CLI_OPT_OVERWRITE);
	const struct ca_exit_known known = { .list = &export->certificates,
		.count = 1 };
	const size_t count = export->request.len > 0 ? 2 : 1;
	char *dir = NULL, *request = NULL;
	const char *name = NULL;
	int fd = -1;
	enum ca_code rc;

	rc = cli_path_split(export->output, &dir, &name, err);
	if (rc == CA_OK)
		rc = ca_text_format(&request, err, "%s" REQUEST_SUFFIX, name);
	if (rc == CA_OK)
		rc = ca_dir_open(dir, 0, &fd, err);
	if (rc == CA_OK) {
		const struct ca_file_new files[] = {
			{ name, &export->content, 0644, overwrite, NULL },
			{ request, &export->request, 0644, overwrite, NULL },
		};

		rc = ca_files_write_at(fd, dir, files, count, err);
		for (size_t i = 0; rc == CA_OK && i < count; i++)
			rc = ca_exit_gate_file(fd, files[i].name, files[i].name,
			    &known, err);
	}
	if (fd >= 0)
		(void)close(fd);
	free(request);
	free(dir);
	return rc;
}

static enum ca_code
print(const struct export *export, struct ca_error *err)
{
	const struct ca_exit_known known = { .list = &export->certificates,
		.count = 1 };
	enum ca_code rc;

	rc = ca_exit_gate_content("standard output", &export->content, &known,
	    err);
	if (rc != CA_OK)
		return rc;
	(void)fwrite(export->content.data, 1, export->content.len, stdout);
	if (export->request.len > 0)
		term_note("%.*s", (int)export->request.len - 1,
		    (const char *)export->request.data);
	return CA_OK;
}

enum ca_code
cli_export_ca(struct cli *cli, struct ca_error *err)
{
	struct export export = { .format = CA_EXPORT_PEM };
	enum ca_code rc;

	rc = read_options(cli, &export, err);
	if (rc == CA_OK)
		rc = read_authority(cli, &export, err);
	if (rc == CA_OK)
		rc = make(cli, &export, err);
	if (rc == CA_OK)
		rc = export.output != NULL ? write_files(cli, &export, err)
					   : print(&export, err);
	ca_bytes_free(&export.content);
	ca_bytes_free(&export.request);
	ca_certificates_clear(&export.certificates);
	return rc;
}
