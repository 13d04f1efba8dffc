/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_RENEWAL_H
#define COLDCA_CLI_RENEWAL_H

#include "cli/batch.h"
#include "cli/cli.h"
#include "cli/sign.h"
#include "coldca/csr.h"

/* The last certificate of one bundle, on its way to another one. */
struct cli_renewal {
	char *name; /* the bundle's; owned */
	const struct ca_profile *profile;
	struct ca_certificate *certificate;
	struct ca_bytes csr; /* DER of its request; empty: there was none */
	const char *request; /* a new request's path, borrowed; or NULL */
	bool wanted;         /* it is to be made anew */
};

struct cli_renewals {
	struct cli_renewal *item;
	size_t count;
};

/*
 * Appends to RENEWALS the last certificate of each profile that was issued under
 * the bundle's NAME and is not revoked, unless some of that name are there; CA
 * certificates left out. What has other names is not read.
 */
CA_CHECKED enum ca_code cli_renewals_find(const struct cli *cli,
    const char *name, struct cli_renewals *renewals, struct ca_error *err);

/*
 * The same for all names of which a certificate ends from FROM to UNTIL, both
 * included: that need not be the last one.
 */
CA_CHECKED enum ca_code cli_renewals_ending(const struct cli *cli, int64_t from,
    int64_t until, struct cli_renewals *renewals, struct ca_error *err);

/* The same for all names that begin with PREFIX, or of which one has HOST. */
CA_CHECKED enum ca_code cli_renewals_begin(const struct cli *cli,
    const char *prefix, struct cli_renewals *renewals, struct ca_error *err);
CA_CHECKED enum ca_code cli_renewals_host(const struct cli *cli,
    const char *host, struct cli_renewals *renewals, struct ca_error *err);

/* The same for all names that may be what the request in the file PATH asks for. */
CA_CHECKED enum ca_code cli_renewals_asked(const struct cli *cli,
    const char *path, struct cli_renewals *renewals, struct ca_error *err);

/* By name and profile, as they are shown. */
void cli_renewals_sort(struct cli_renewals *renewals);

/*
 * Appends to RENEWALS the certificate of SERIAL, in hex, whether or not it was
 * revoked.
 */
CA_CHECKED enum ca_code cli_renewals_add(const struct cli *cli,
    const char *serial, struct cli_renewals *renewals, struct ca_error *err);

/*
 * Gives the request in FILE to the one that VALUE, "NAME=FILE", names by its
 * bundle; it borrows VALUE. False: VALUE names none of them.
 */
bool cli_renewals_assign(struct cli_renewals *renewals, const char *value);

/*
 * Finds those of RENEWALS whose names are what the request in the file PATH
 * asks for, and says how many. A single one is wanted from then on, for that
 * request; it borrows PATH.
 *
 * CA_ERR_FILE, _INPUT  it can not be read, or is no request
 */
CA_CHECKED enum ca_code cli_renewals_match(struct cli_renewals *renewals,
    const char *path, size_t *ret_matches, struct ca_error *err);

/*
 * The order that NEXT is renewed by: the names of its certificate, whatever
 * its request asks for. *RET is new; ca_order_clear() it.
 *
 * CA_ERR_INPUT  a name that could not be ordered today
 */
CA_CHECKED enum ca_code cli_renewal_order(const struct cli_renewal *next,
    struct ca_order *ret, struct ca_error *err);

/*
 * Vets NEXT by ORDER into ITEM: its new request, or the one in the ledger, or,
 * where there was none, its public key. What is wrong is the item's refusal.
 */
CA_CHECKED enum ca_code cli_renewal_vet(const struct cli *cli,
    const struct cli_renewal *next, const struct ca_order *order,
    struct cli_item *item, struct ca_error *err);

/*
 * Makes SIGNING's batch of those that are wanted, signed by AUTHORITY, or by
 * the profile's own where it is CA_AUTHORITIES.
 *
 * CA_ERR_USAGE  they are signed by more than one CA
 */
CA_CHECKED enum ca_code cli_renewals_batch(const struct cli_renewals *renewals,
    enum ca_authority authority, struct cli_signing *signing,
    struct ca_error *err);

/*
 * Has the current CA of the signing's authority sign its batch: drafts, shown
 * and confirmed, signatures, bundles where `out` is set. Where ISSUER is not
 * NULL it signs in the place of the current one, which need not be there.
 */
CA_CHECKED enum ca_code cli_reissue(struct cli_signing *signing,
    const struct ca_certificate *issuer, struct ca_error *err);

void cli_renewals_clear(struct cli_renewals *renewals);

#endif
