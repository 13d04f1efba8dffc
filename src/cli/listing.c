/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listing.h"

enum ca_code
cli_listing_open(struct cli_listing *listing, const char *dir,
    struct ca_error *err)
{
	return ca_spool_open(dir, &listing->aside, err);
}

void
cli_listing_set_aside(struct cli_listing *listing)
{
	struct ca_bytes *files = &listing->files.text;
	struct ca_error ignored;

	if (listing->aside.fd >= 0 &&
	    ca_spool_write(&listing->aside, listing->aside.len, files->data,
		files->len, &ignored) == CA_OK)
		ca_bytes_free(files);
}

enum ca_code
cli_listing_append(const struct cli_listing *listing, struct ca_bytes *body,
    struct ca_error *err)
{
	enum ca_code rc =
	    ca_spool_read(&listing->aside, 0, listing->aside.len, body, err);

	if (rc == CA_OK)
		rc = ca_bytes_append(body, listing->files.text.data,
		    listing->files.text.len, err);
	return rc;
}

void
cli_listing_clear(struct cli_listing *listing)
{
	ca_bytes_free(&listing->files.text);
	ca_spool_close(&listing->aside);
}
