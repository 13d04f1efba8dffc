/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/term.h"

enum ca_code
cli_version(struct cli *cli, struct ca_error *err)
{
	const char *openssl = OpenSSL_version(OPENSSL_VERSION);

	if (cli->json)
		return cli_json_print(json_pack("{s:s,s:o,s:b}", "version",
					  COLDCA_VERSION, "openssl",
					  cli_json_text(openssl), "token",
					  COLDCA_TOKEN),
		    err);
	term_line(stdout, "coldca %s", COLDCA_VERSION);
	term_line(stdout, "%s", openssl);
	term_line(stdout, "tokens: %s",
	    COLDCA_TOKEN ? "PKCS#11 by libp11" : "none: host side only");
	return CA_OK;
}
