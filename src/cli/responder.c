/* SPDX-License-Identifier: Apache-2.0 */
/* The key that answers for a CA, and its certificate. */
#include "cli/responder.h"

#include <string.h>

#include "cli/ca_key.h"
#include "cli/policy_record.h"
#include "coldca/ocsp.h"
#include "coldca/sigalg.h"

/* A search through the ledger. */
struct search {
	struct cli_signing *signing;
	struct ca_key_info key;
	struct ca_certificate *found; /* NULL: none yet; the newest wins */
};

/* The CA that CERTIFICATE may answer for, or NULL. */
static const struct ca_certificate *
ca_of(const struct cli_signing *signing,
    const struct ca_certificate *certificate)
{
	const struct ca_certificates *all = &signing->authorities;
	struct ca_error ignored;

	for (size_t i = 0; i < all->count; i++)
		if (ca_ocsp_check_delegate(certificate, all->item[i],
			&ignored) == CA_OK)
			return all->item[i];
	return NULL;
}

static bool
look_at(const struct ca_ledger_row *row, void *arg)
{
	struct search *search = arg;
	struct ca_certificate *certificate = NULL;
	const struct ca_certificate *ca = NULL;
	struct ca_error ignored;

	if (row->certificate == NULL ||
	    row->not_after <= search->signing->now ||
	    ca_certificate_parse(row->certificate, row->certificate_len,
		&certificate, &ignored) != CA_OK)
		return true;
	if (memcmp(ca_certificate_key_info(certificate)->spki_sha256,
		search->key.spki_sha256, CA_SHA256_SIZE) == 0)
		ca = ca_of(search->signing, certificate);
	if (ca != NULL) {
		ca_certificate_free(search->found);
		search->found = certificate;
		search->signing->issuer = ca;
	} else {
		ca_certificate_free(certificate);
	}
	return true;
}

static enum ca_code
find_certificate(struct cli_signing *signing,
    struct ca_certificate **ret_delegate, struct ca_error *err)
{
	const struct ca_ledger_filter filter = {
		.profile = ca_profile_get(CA_PROFILE_OCSP)->name,
		.state = CA_STATE_ISSUED,
	};
	struct search search = { .signing = signing };
	enum ca_code rc;

	rc = ca_key_describe(signing->key.public_key, &search.key, err);
	if (rc == CA_OK)
		rc = ca_ledger_list(signing->cli->ca.ledger, &filter, look_at,
		    &search, err);
	if (rc == CA_OK && search.found == NULL) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "--responder: the %s CA has no certificate of this key that is valid now",
		    ca_authority_name(signing->order.authority));
		ca_hint(err,
		    "coldca create-ocsp-responder --allow-ca-key-reuse certifies a key that is there");
	}
	if (rc == CA_OK)
		*ret_delegate = search.found;
	else
		ca_certificate_free(search.found);
	return rc;
}

enum ca_code
cli_responder_open(struct cli_publishing *publishing, const char *uri,
    struct ca_certificate **ret_delegate, struct ca_error *err)
{
	struct cli_signing *signing = &publishing->signing;
	struct cli_jumpbox *jumpbox = &signing->jumpbox;
	struct ca_certificate *delegate = NULL;
	enum ca_code rc;

	rc = cli_jumpbox_open(signing->cli, uri, jumpbox, err);
	if (rc != CA_OK)
		return rc;
	jumpbox->pin.keep = true;
	rc = cli_jumpbox_login(signing->cli, jumpbox, err);
	if (rc == CA_OK)
		rc = ca_token_find_key(jumpbox->token, jumpbox->uri,
		    &signing->key, err);
	if (rc == CA_OK)
		rc = cli_key_check(signing->cli, jumpbox, &signing->key, err);
	if (rc == CA_OK)
		rc = find_certificate(signing, &delegate, err);
	if (rc == CA_OK)
		rc = cli_key_compare(signing->cli, jumpbox, &signing->key,
		    delegate, err);
	if (rc == CA_OK)
		rc = ca_sigalg_for_key(signing->key.public_key,
		    &signing->algorithm, err);
	if (rc == CA_OK)
		rc = cli_key_signer(signing->cli, jumpbox, &signing->key,
		    signing->order.authority, signing->algorithm, 1,
		    &signing->signer, err);
	if (rc == CA_OK)
		rc = cli_policy_record(signing->cli, signing->now, err);
	if (rc == CA_OK)
		*ret_delegate = delegate;
	else
		ca_certificate_free(delegate);
	return rc;
}
