/* SPDX-License-Identifier: Apache-2.0 */
/* Which CA signs, and with which key. */
#include <stdlib.h>
#include <string.h>

#include "cli/ca_key.h"
#include "cli/policy_key.h"
#include "cli/policy_record.h"
#include "cli/sign.h"
#include "coldca/sigalg.h"

/* Whether PASSPORT is that of a key on the token that is open. */
static bool
is_there(const struct cli_signing *signing, const struct ca_passport *passport)
{
	const struct ca_token_info *info =
	    ca_token_info(signing->jumpbox.token);
	const char *object = ca_uri_object(signing->jumpbox.uri);

	return strcmp(passport->token_serial, info->serial) == 0 &&
	    strcmp(passport->token_label, info->label) == 0 &&
	    (object == NULL || strcmp(passport->key_label, object) == 0);
}

/*
 * The CA whose key --ca-key means, told by the records of its token: the login
 * comes later, and then the key itself must fit.
 */
static enum ca_code
choose_issuer(struct cli_signing *signing, struct ca_error *err)
{
	const struct ca_certificates *all = &signing->authorities;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < all->count && rc == CA_OK; i++) {
		struct ca_passport passport = { 0 };
		bool found = false;

		rc = ca_ledger_passport(signing->cli->ca.ledger, all->item[i],
		    &passport, &found, err);
		found = rc == CA_OK && found && is_there(signing, &passport);
		ca_passport_clear(&passport);
		if (!found)
			continue;
		if (i > 0)
			cli_note(signing->cli,
			    "this is not the current CA's key: the CA of serial %s signs",
			    ca_certificate_serial_text(all->item[i]));
		signing->issuer = all->item[i];
		break;
	}
	return rc;
}

enum ca_code
cli_signing_open(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli *cli = signing->cli;
	enum ca_authority authority = signing->order.authority;
	const char *uri = NULL;
	enum ca_code rc;

	rc = cli_policy_key_choose(cli, authority, signing->key_uri, &uri, err);
	if (rc == CA_OK)
		rc = cli_policy_tell(cli, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_open(cli, uri, &signing->jumpbox, err);
	if (rc == CA_OK)
		rc = cli_policy_key_require(cli, authority,
		    ca_token_info(signing->jumpbox.token)->uri, err);
	if (rc == CA_OK && uri != signing->key_uri)
		rc = choose_issuer(signing, err);
	if (rc == CA_OK)
		rc = ca_sigalg_of_certificate(signing->issuer,
		    &signing->algorithm, err);
	return rc;
}

/* The key that was found, by what it is and not by what named it. */
static enum ca_code
require_key(const struct cli_signing *signing, struct ca_error *err)
{
	char *uri = NULL;
	enum ca_code rc;

	rc = ca_token_key_uri(signing->jumpbox.token, &signing->key, &uri, err);
	if (rc == CA_OK)
		rc = cli_policy_key_require(signing->cli,
		    signing->order.authority, uri, err);
	free(uri);
	return rc;
}

enum ca_code
cli_signing_take_key(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_jumpbox *jumpbox = &signing->jumpbox;
	enum ca_code rc;

	jumpbox->pin.keep = true;
	rc = cli_jumpbox_login(signing->cli, jumpbox, err);
	if (rc == CA_OK)
		rc = ca_token_match_key(jumpbox->token, jumpbox->uri,
		    ca_certificate_key(signing->issuer), &signing->key, err);
	if (rc == CA_OK)
		rc = require_key(signing, err);
	if (rc == CA_OK)
		rc = cli_key_check(signing->cli, jumpbox, &signing->key, err);
	if (rc == CA_OK)
		rc = cli_key_compare(signing->cli, jumpbox, &signing->key,
		    signing->issuer, err);
	if (rc == CA_OK)
		rc = cli_key_signer(signing->cli, jumpbox, &signing->key,
		    signing->order.authority, signing->algorithm,
		    signing->sessions, &signing->signer, err);
	if (rc == CA_OK)
		rc = cli_policy_record(signing->cli, signing->now, err);
	return rc;
}
