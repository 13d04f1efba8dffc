/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/path.h"
#include "cli/term.h"

/* In the order of the alternatives of --format. */
enum format {
	FORMAT_PEM,
	FORMAT_DER,
	FORMAT_JSON,
};

static enum ca_code
make_pem(const struct ca_certificates *certificates, struct ca_bytes *ret,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < certificates->count && rc == CA_OK; i++)
		rc = ca_certificate_append_pem(certificates->item[i], ret, err);
	return rc;
}

static enum ca_code
make_der(const struct ca_certificates *certificates, struct ca_bytes *ret,
    struct ca_error *err)
{
	const struct ca_bytes *der = ca_certificate_der(certificates->item[0]);

	if (certificates->count > 1)
		term_warning("DER holds one certificate: the newest of %zu",
		    certificates->count);
	return ca_bytes_append(ret, der->data, der->len, err);
}

static json_t *
json_certificate(const struct ca_certificate *certificate)
{
	struct ca_error ignored;
	struct ca_bytes pem = { 0 };
	char digest[2 * CA_SHA256_SIZE + 1];
	json_t *value = NULL;

	ca_hex(ca_certificate_sha256(certificate), CA_SHA256_SIZE, digest);
	if (ca_certificate_append_pem(certificate, &pem, &ignored) == CA_OK)
		value = json_pack("{s:o,s:s,s:o,s:o,s:o,s:s,s:s%}", "subject",
		    cli_json_text(ca_certificate_subject_text(certificate)),
		    "serial", ca_certificate_serial_text(certificate),
		    "not_before",
		    cli_json_time(ca_certificate_not_before(certificate)),
		    "not_after",
		    cli_json_time(ca_certificate_not_after(certificate)), "key",
		    cli_json_key(ca_certificate_key_info(certificate)),
		    "sha256", digest, "pem", (const char *)pem.data, pem.len);
	ca_bytes_free(&pem);
	return value;
}

static enum ca_code
make_json(const struct ca_certificates *certificates, struct ca_bytes *ret,
    struct ca_error *err)
{
	json_t *list = json_array();
	bool lost = list == NULL;
	char *text = NULL;
	enum ca_code rc;

	for (size_t i = 0; i < certificates->count && !lost; i++)
		lost = json_array_append_new(list,
			   json_certificate(certificates->item[i])) != 0;
	if (!lost)
		text = json_dumps(list, CLI_JSON_FLAGS);
	if (text == NULL)
		rc = ca_fail_memory(err);
	else
		rc = ca_bytes_append(ret, text, strlen(text), err);
	if (rc == CA_OK)
		rc = ca_bytes_append(ret, "\n", 1, err);
	free(text);
	json_decref(list);
	return rc;
}

static enum ca_code
write_file(const struct cli *cli, const char *path,
    const struct ca_bytes *content, struct ca_error *err)
{
	struct ca_file_new file = {
		.content = content,
		.mode = 0644,
		.overwrite = cli_args_has(&cli->args, CLI_OPT_OVERWRITE),
	};
	char *dir = NULL;
	int fd = -1;
	enum ca_code rc;

	rc = cli_path_split(path, &dir, &file.name, err);
	if (rc == CA_OK)
		rc = ca_dir_open(dir, 0, &fd, err);
	if (rc == CA_OK)
		rc = ca_files_write_at(fd, dir, &file, 1, err);
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	return rc;
}

static enum ca_code
choose_format(const struct cli *cli, enum format *ret, struct ca_error *err)
{
	int choice = cli_args_choice(&cli->args, CLI_OPT_FORMAT);

	if (cli->json && choice >= 0 && choice != FORMAT_JSON)
		return ca_fail(err, CA_ERR_USAGE,
		    "--json: another --format is given");
	*ret = cli->json ? FORMAT_JSON
	    : choice < 0 ? FORMAT_PEM
			 : (enum format)choice;
	if (*ret == FORMAT_DER && isatty(STDOUT_FILENO) &&
	    !cli_args_has(&cli->args, CLI_OPT_OUTPUT)) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--format=der: standard output is a terminal");
		ca_hint(err, "--output=FILE");
		return CA_ERR_USAGE;
	}
	return CA_OK;
}

enum ca_code
cli_export_ca(struct cli *cli, struct ca_error *err)
{
	static enum ca_code (*const make[])(const struct ca_certificates *,
	    struct ca_bytes *, struct ca_error *) = {
		[FORMAT_PEM] = make_pem,
		[FORMAT_DER] = make_der,
		[FORMAT_JSON] = make_json,
	};
	const char *path = cli_args_value(&cli->args, CLI_OPT_OUTPUT);
	struct ca_certificates certificates = { 0 };
	struct ca_bytes content = { 0 };
	enum format format = FORMAT_PEM;
	enum ca_code rc;

	rc = choose_format(cli, &format, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_ledger_authorities(cli->ca.ledger, CA_AUTHORITY_CLUSTER,
	    &certificates, err);
	if (rc == CA_OK && certificates.count == 0) {
		rc = ca_fail(err, CA_ERR_LEDGER, "%s: there is no CA yet",
		    cli->ca.path);
		ca_hint(err, "coldca create-ca");
	}
	if (rc == CA_OK)
		rc = make[format](&certificates, &content, err);
	if (rc != CA_OK)
		goto out;
	if (path != NULL)
		rc = write_file(cli, path, &content, err);
	else
		(void)fwrite(content.data, 1, content.len, stdout);
out:
	ca_bytes_free(&content);
	ca_certificates_clear(&certificates);
	return rc;
}
