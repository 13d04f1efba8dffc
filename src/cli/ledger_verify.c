/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/term.h"

/* Overwrites the line before; only for a terminal that somebody looks at. */
static void
show_progress(int64_t done, int64_t all, void *arg)
{
	(void)arg;
	(void)fprintf(stderr, "\r%" PRId64 " of %" PRId64 " entries", done,
	    all);
	(void)fflush(stderr);
}

static void
clear_progress(void)
{
	(void)fputs("\r\033[K", stderr);
	(void)fflush(stderr);
}

static enum ca_code
report(const struct cli *cli, const struct ca_ledger_verified *verified,
    struct ca_error *err)
{
	if (cli->json)
		return cli_json_print(json_pack("{s:o,s:b,s:I,s:I,s:I}",
					  "ca_dir", cli_json_text(cli->ca.path),
					  "verified", 1, "entries",
					  (json_int_t)verified->entries,
					  "certificates",
					  (json_int_t)verified->certificates,
					  "signed_heads",
					  (json_int_t)verified->heads),
		    err);
	term_line(stdout, "%s/%s: every entry is as it was written",
	    cli->ca.path, CA_LEDGER_FILE);
	cli_note(cli,
	    "%" PRId64 " entries, %" PRId64
	    " certificates with their signatures, %" PRId64
	    " signed heads verified",
	    verified->entries, verified->certificates, verified->heads);
	return CA_OK;
}

enum ca_code
cli_ledger_verify(struct cli *cli, struct ca_error *err)
{
	bool watched = isatty(STDERR_FILENO) != 0 && !cli->quiet;
	const struct ca_ledger_watch watch = {
		.progress = watched ? show_progress : NULL,
	};
	struct ca_ledger_verified verified = { 0 };
	enum ca_code rc;

	rc = ca_ledger_verify_with(cli->ca.ledger, 0, watch, &verified, err);
	if (watched)
		clear_progress();
	return rc == CA_OK ? report(cli, &verified, err) : rc;
}
