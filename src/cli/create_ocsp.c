/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/head.h"
#include "cli/json.h"
#include "cli/publish.h"
#include "cli/responder.h"
#include "coldca/ocsp.h"

/* One run. */
struct responses {
	struct cli_publishing publishing;
	struct ca_certificate *delegate; /* NULL: the CA's key signs */
	char *dir;                       /* where they go */
	int fd;                          /* of DIR */
	size_t count;
	size_t revoked;
};

static enum ca_code
open_dir(struct responses *responses, struct ca_error *err)
{
	const char *out = responses->publishing.signing.out;
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(out, 0755, &fd, err);
	if (fd >= 0)
		(void)close(fd);
	if (rc == CA_OK)
		rc = ca_path_join(out, CA_OCSP_DIR, &responses->dir, err);
	if (rc == CA_OK)
		rc = ca_dir_open(responses->dir, 0755, &responses->fd, err);
	return rc;
}

/* All of a group are on disk, or none is. */
static enum ca_code
write_group(const struct responses *responses, const struct ca_status *statuses,
    const struct ca_bytes *response, size_t count, struct ca_error *err)
{
	char name[CA_OCSP_GROUP][CA_SERIAL_TEXT_SIZE];
	struct ca_file_new files[CA_OCSP_GROUP];
	enum ca_code rc;

	for (size_t i = 0; i < count; i++) {
		ca_hex(statuses[i].serial, CA_SERIAL_SIZE, name[i]);
		files[i] = (struct ca_file_new){
			.name = name[i],
			.content = &response[i],
			.mode = 0644,
			.overwrite = responses->publishing.signing.overwrite,
		};
	}
	rc =
	    ca_files_write_at(responses->fd, responses->dir, files, count, err);
	if (rc != CA_OK)
		ca_hint(err,
		    "run create-ocsp --overwrite again: what was signed is in the ledger, and no harm");
	return rc;
}

static enum ca_code
make_group(struct responses *responses, const struct ca_status *statuses,
    size_t count, struct ca_error *err)
{
	const struct cli_signing *signing = &responses->publishing.signing;
	const struct ca_responder responder = {
		.ledger = signing->cli->ca.ledger,
		.signer = signing->signer,
		.ca = signing->issuer,
		.delegate = responses->delegate,
	};
	struct ca_bytes response[CA_OCSP_GROUP] = { { 0 } };
	enum ca_code rc;

	rc = ca_ocsp_issue(&responder, statuses, count,
	    responses->publishing.next_update, signing->now, response, err);
	if (rc == CA_OK)
		rc = write_group(responses, statuses, response, count, err);
	for (size_t i = 0; i < count; i++) {
		ca_bytes_free(&response[i]);
		if (rc == CA_OK && statuses[i].revoked)
			responses->revoked++;
	}
	if (rc == CA_OK)
		responses->count += count;
	return rc;
}

static enum ca_code
make_all(struct responses *responses, struct ca_error *err)
{
	const struct cli_signing *signing = &responses->publishing.signing;
	struct ca_status statuses[CA_OCSP_GROUP];
	int64_t after = 0;
	size_t count = 0;
	enum ca_code rc;

	do {
		rc = ca_ledger_statuses(signing->cli->ca.ledger,
		    signing->issuer, signing->now, &after, statuses,
		    CA_OCSP_GROUP, &count, err);
		if (rc == CA_OK && count > 0)
			rc = make_group(responses, statuses, count, err);
	} while (rc == CA_OK && count > 0);
	return rc;
}

static enum ca_code
sign_head(const struct cli_signing *signing, struct ca_error *err)
{
	const struct ca_issuer issuer = {
		.ledger = signing->cli->ca.ledger,
		.signer = signing->signer,
		.certificate = signing->issuer,
	};

	return cli_head_sign(&issuer, err);
}

static enum ca_code
report(const struct responses *responses, struct ca_error *err)
{
	const struct cli_signing *signing = &responses->publishing.signing;
	int64_t end = ca_certificate_not_after(responses->delegate != NULL
		? responses->delegate
		: signing->issuer);
	int64_t due = responses->publishing.next_update;
	char next[CA_TIME_TEXT_SIZE];

	if (due > end)
		due = end;
	ca_time_format(due, next);
	cli_note(signing->cli,
	    "%zu responses, %zu of them say revoked; the next ones are due before %s",
	    responses->count, responses->revoked, next);
	cli_next(signing->cli, "carry %s to the web server: docs/revocation.md",
	    responses->dir);
	if (!signing->cli->json) {
		term_line(stdout, "%s", responses->dir);
		return CA_OK;
	}
	return cli_json_print(json_pack("{s:I,s:I,s:o,s:o,s:s,s:o}",
				  "responses", (json_int_t)responses->count,
				  "revoked", (json_int_t)responses->revoked,
				  "this_update", cli_json_time(signing->now),
				  "next_update", cli_json_time(due), "ca",
				  ca_certificate_serial_text(signing->issuer),
				  "out", cli_json_text(responses->dir)),
	    err);
}

static enum ca_code
take_key(struct responses *responses, struct ca_error *err)
{
	struct cli_publishing *publishing = &responses->publishing;
	const char *uri =
	    cli_args_value(&publishing->signing.cli->args, CLI_OPT_RESPONDER);

	if (uri != NULL)
		return cli_responder_open(publishing, uri, &responses->delegate,
		    err);
	return cli_publishing_take_key(publishing, err);
}

enum ca_code
cli_create_ocsp(struct cli *cli, struct ca_error *err)
{
	struct responses responses = {
		.publishing.signing = { .cli = cli, .now = ca_time_now() },
		.fd = -1,
	};
	struct cli_publishing *publishing = &responses.publishing;
	enum ca_code rc;

	rc =
	    cli_publishing_read(publishing, cli->ca.policy->ocsp_lifetime, err);
	if (rc == CA_OK)
		rc = cli_publishing_check_free(publishing, CA_OCSP_DIR, err);
	if (rc == CA_OK)
		rc = take_key(&responses, err);
	if (rc == CA_OK)
		rc = open_dir(&responses, err);
	if (rc == CA_OK)
		rc = make_all(&responses, err);
	/* A responder's key says nothing of the ledger. */
	if (rc == CA_OK && responses.delegate == NULL)
		rc = sign_head(&publishing->signing, err);
	cli_publishing_close_token(publishing);
	if (rc == CA_OK)
		rc = report(&responses, err);
	if (responses.fd >= 0)
		(void)close(responses.fd);
	free(responses.dir);
	ca_certificate_free(responses.delegate);
	cli_publishing_clear(publishing);
	return rc;
}
