/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a session that wrote bundles: what was made is signed as a whole. */
#include "coldca/response.h"

#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/head.h"
#include "cli/term.h"

static enum ca_code
write_file(const struct cli *cli, const char *out, struct ca_bytes *body,
    const struct ca_head_proof *proof, char name[CA_RESPONSE_NAME_SIZE],
    struct ca_error *err)
{
	const struct ca_file_new file = { name, body, 0644, true, NULL };
	int fd = -1;
	enum ca_code rc = ca_response_write(body, proof, name, err);

	if (rc == CA_OK)
		rc = ca_dir_open(out, 0, &fd, err);
	if (rc == CA_OK)
		rc = ca_files_write_at(fd, out, &file, 1, err);
	if (fd >= 0)
		(void)close(fd);
	if (rc == CA_OK && !cli->json)
		term_line(stdout, "%s/%s", out, name);
	return rc;
}

/* LISTING is theirs; NULL: the bundles are read. */
static enum ca_code
make_body(const struct ca_issuer *issuer, const char *out,
    const struct ca_response_bundle *bundle, size_t count,
    const struct cli_listing *listing, struct ca_bytes *ret_body,
    struct ca_error *err)
{
	struct ca_bytes body = { 0 };
	enum ca_code rc =
	    ca_response_body(issuer, bundle, count, ca_time_now(), &body, err);

	if (rc == CA_OK)
		/* Otherwise they are read, and what can not be listed is told. */
		rc = listing != NULL && !listing->files.incomplete
		    ? cli_listing_append(listing, &body, err)
		    : ca_response_add_bundles(&body, out, bundle, count, err);
	if (rc == CA_OK)
		rc = ca_response_check_body(&body, count, err);
	if (rc == CA_OK)
		*ret_body = body;
	else
		ca_bytes_free(&body);
	return rc;
}

/* Without a manifest the bundles are as good as they were before there were. */
static enum ca_code
may_lack_body(enum ca_code rc, const struct ca_error *err)
{
	if (rc != CA_ERR_INPUT && rc != CA_ERR_FILE)
		return rc;
	term_warning("there is no response manifest: %s", err->message);
	return CA_OK;
}

/* Signs the head, and BODY with it, which becomes the file that is written. */
static enum ca_code
sign_body(const struct cli *cli, const struct ca_issuer *issuer,
    const char *out, struct ca_bytes *body, char name[CA_RESPONSE_NAME_SIZE],
    struct ca_error *err)
{
	struct ca_head_proof proof = { .algorithm = NULL };
	enum ca_code rc;

	rc = ca_head_sign(issuer, ca_time_now(), body, &proof, err);
	if (rc == CA_OK)
		rc = write_file(cli, out, body, &proof, name, err);
	ca_head_proof_clear(&proof);
	return rc;
}

enum ca_code
cli_response_sign(const struct cli *cli, const struct ca_issuer *issuer,
    const char *out, const struct ca_response_bundle *bundle, size_t count,
    char ret_name[CA_RESPONSE_NAME_SIZE], struct ca_error *err)
{
	struct ca_bytes body = { 0 };
	enum ca_code rc =
	    make_body(issuer, out, bundle, count, NULL, &body, err);

	if (rc == CA_OK)
		rc = sign_body(cli, issuer, out, &body, ret_name, err);
	ca_bytes_free(&body);
	return rc;
}

enum ca_code
cli_head_sign_response(const struct cli *cli, const struct ca_issuer *issuer,
    const char *out, const struct ca_response_bundle *bundle, size_t count,
    const struct cli_listing *listing, struct ca_error *err)
{
	char name[CA_RESPONSE_NAME_SIZE] = "";
	struct ca_bytes body = { 0 };
	enum ca_code rc = CA_OK;

	if (out == NULL || count == 0)
		return cli_head_sign(issuer, err);
	rc = may_lack_body(make_body(issuer, out, bundle, count, listing, &body,
			       err),
	    err);
	if (rc == CA_OK && body.len == 0)
		return cli_head_sign(issuer, err);
	if (rc == CA_OK)
		rc = sign_body(cli, issuer, out, &body, name, err);
	if (rc != CA_OK && err->hint[0] == '\0')
		ca_hint(err,
		    "what was issued is recorded all the same; the next session signs the head");
	ca_bytes_free(&body);
	return rc;
}
