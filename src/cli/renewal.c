/* SPDX-License-Identifier: Apache-2.0 */
/* From the certificates of the ledger to a batch that signs them anew. */
#include "cli/renewal.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/order.h"
#include "cli/show.h"

enum ca_code
cli_renewal_order(const struct cli_renewal *next, struct ca_order *ret,
    struct ca_error *err)
{
	if (ca_order_again(next->profile, next->certificate, ret, err) == CA_OK)
		return CA_OK;
	return ca_error_prefix(err, "%s", next->name);
}

/* The request to sign: a new one from its file, or the ledger's. */
static enum ca_code
read_request(const struct cli_renewal *next, struct ca_csr **ret_csr,
    struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	enum ca_code rc;

	if (next->request == NULL)
		return ca_csr_parse(next->name, next->csr.data, next->csr.len,
		    ret_csr, err);
	rc = ca_file_read(next->request, CA_CSR_SIZE_MAX, &bytes, err);
	if (rc == CA_OK)
		rc = ca_csr_parse(next->request, bytes.data, bytes.len, ret_csr,
		    err);
	ca_bytes_free(&bytes);
	return rc;
}

/*
 * A key that has served is not to serve once more: but for a certificate of
 * another kind beside the one that it has.
 */
static enum ca_code
check_key(const struct cli *cli, const struct cli_renewal *next,
    const struct cli_item *item, struct ca_error *err)
{
	const struct ca_profile_policy *policy =
	    &cli->ca.policy->profile[next->profile->id];
	const struct ca_key_info *key =
	    ca_certificate_key_info(next->certificate);

	if (!policy->new_key_on_renewal ||
	    item->grant->profile != next->profile ||
	    memcmp(key->spki_sha256, item->grant->key.spki_sha256,
		CA_SHA256_SIZE) != 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: policy wants a new key for a renewed %s certificate",
	    item->path, next->profile->name);
	ca_hint(err,
	    "on the host: coldca request --new-key; then here: coldca renew --request=FILE");
	return CA_ERR_POLICY;
}

enum ca_code
cli_renewal_vet(const struct cli *cli, const struct cli_renewal *next,
    const struct ca_order *order, struct cli_item *item, struct ca_error *err)
{
	const char *rule = "renewal";
	struct ca_csr *csr = NULL;
	struct ca_error reason;
	enum ca_code rc = cli_item_need_grant(item, err);

	if (rc != CA_OK)
		return rc;
	item->path = next->request != NULL ? next->request : next->name;
	if (next->request != NULL || next->csr.len > 0) {
		rc = read_request(next, &csr, &reason);
		if (rc == CA_OK)
			rc = ca_vet(csr, order, cli->ca.policy, item->grant,
			    &item->findings, &reason);
	} else {
		rc = ca_grant_for_key(ca_certificate_key(next->certificate),
		    order, cli->ca.policy, item->grant, &item->findings,
		    &reason);
	}
	ca_csr_free(csr);
	if (rc != CA_OK && ca_findings_code(&item->findings) != CA_OK)
		rule = NULL;
	if (rc == CA_OK)
		rc = check_key(cli, next, item, &reason);
	if (rc == CA_OK)
		return ca_text_format(&item->name, err, "%s", next->name);
	if (rc == CA_ERR_INTERNAL || rc == CA_ERR_LEDGER) {
		*err = reason;
		return rc;
	}
	return cli_item_refuse(item, rule, &reason, err);
}

static enum ca_code
vet_one(struct cli_signing *signing, const struct cli_renewal *next,
    struct cli_item *item, struct ca_error *err)
{
	struct ca_order order = { 0 };
	struct ca_error reason;
	enum ca_code rc;

	rc = cli_renewal_order(next, &order, &reason);
	if (rc != CA_OK) {
		item->path = next->name;
		return cli_item_refuse(item, "renewal", &reason, err);
	}
	order.authority = signing->order.authority;
	order.ledger = signing->cli->ca.ledger;
	order.lifetime = signing->order.lifetime;
	/* cli_signing_draft() has them counted; for a plan nobody can give one. */
	order.approvals_follow = !signing->planned;
	rc = cli_renewal_vet(signing->cli, next, &order, item, err);
	ca_order_clear(&order);
	return rc;
}

/* The one CA that signs all that are wanted. */
static enum ca_code
choose_authority(const struct cli_renewals *renewals,
    struct cli_signing *signing, struct ca_error *err)
{
	enum ca_authority authority = CA_AUTHORITIES;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < renewals->count && rc == CA_OK; i++) {
		const struct cli_renewal *next = &renewals->item[i];
		enum ca_authority own = CA_AUTHORITY_CLUSTER;
		bool found = false;

		if (!next->wanted)
			continue;
		rc = ca_ledger_signer_of(signing->cli->ca.ledger, next->profile,
		    &own, &found, err);
		if (rc != CA_OK || authority == own)
			continue;
		if (authority != CA_AUTHORITIES) {
			(void)ca_fail(err, CA_ERR_USAGE,
			    "the %s CA and the %s CA are to sign these: one run is for one CA",
			    ca_authority_name(authority),
			    ca_authority_name(own));
			ca_hint(err, "--ca=%s, then --ca=%s",
			    ca_authority_name(authority),
			    ca_authority_name(own));
			return CA_ERR_USAGE;
		}
		authority = own;
	}
	if (rc == CA_OK)
		signing->order.authority = authority;
	return rc;
}

enum ca_code
cli_renewals_batch(const struct cli_renewals *renewals,
    enum ca_authority authority, struct cli_signing *signing,
    struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc = CA_OK;

	signing->order.authority = authority;
	if (authority == CA_AUTHORITIES)
		rc = choose_authority(renewals, signing, err);
	if (rc != CA_OK)
		return rc;
	batch->item = calloc(renewals->count + 1, sizeof(*batch->item));
	if (batch->item == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < renewals->count && rc == CA_OK; i++)
		if (renewals->item[i].wanted)
			rc = vet_one(signing, &renewals->item[i],
			    &batch->item[batch->count++], err);
	return rc;
}

/* The CA that signs, in the place of cli_signing_read_authority(). */
static enum ca_code
read_issuer(struct cli_signing *signing, const struct ca_certificate *issuer,
    struct ca_error *err)
{
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	enum ca_authority authority = signing->order.authority;
	enum ca_code rc;

	if (issuer != NULL)
		rc = ca_ledger_key_uri(ledger, issuer, &signing->key_uri, err);
	else
		rc = ca_ledger_authority(ledger, authority, &signing->current,
		    &signing->key_uri, err);
	signing->issuer = issuer != NULL ? issuer : signing->current;
	if (rc == CA_OK && issuer == NULL)
		rc = ca_ledger_authorities(ledger, authority,
		    &signing->authorities, err);
	return rc;
}

enum ca_code
cli_reissue(struct cli_signing *signing, const struct ca_certificate *issuer,
    struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc;

	rc = read_issuer(signing, issuer, err);
	if (rc == CA_OK && cli_batch_accepted(batch) > 0)
		rc = cli_signing_draft(signing, err);
	if (rc == CA_OK)
		rc = cli_signing_note_refusals(signing, err);
	cli_batch_show_refusals(batch);
	if (rc == CA_OK && cli_batch_accepted(batch) > 0)
		rc = cli_signing_finish(signing, err);
	return rc;
}
