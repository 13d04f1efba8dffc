/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle would take away from what is in the directory. */
#include <string.h>

#include "core/install_internal.h"

#define DROPPED "install-ca-dropped"
#define EARLIER "install-ends-earlier"
#define UNREAD "install-not-read"

/* A leaf in the directory that CA signed and FILE still verifies, or NULL. */
static const struct ca_certs_row *
signed_by(const struct ca_install_look *look, const struct ca_certificate *ca,
    const char *file)
{
	const struct ca_cert_sets then = { &look->bundle->rows, look->present };
	const struct ca_certs_rows *rows = look->present;
	struct ca_error ignored;

	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_certs_row *row = &rows->item[i];

		if (row->certificates.count == 0 ||
		    !ca_cert_verified_by(&then, row, file))
			continue;
		if (ca_certificate_check_issuer(row->certificates.item[0], ca,
			&ignored) == CA_OK)
			return row;
	}
	return NULL;
}

/* Peers that have certificates of a dropped CA are locked out. */
static enum ca_code
check_dropped(const struct ca_install_look *look,
    const struct ca_certs_row *present, const struct ca_certs_row *next,
    struct ca_error *err)
{
	const struct ca_install *install = look->install;

	for (size_t i = 0; i < present->certificates.count; i++) {
		const struct ca_certificate *ca = present->certificates.item[i];
		const struct ca_certs_row *leaf;

		if (ca_certificates_has(&next->certificates, ca) ||
		    ca_certificate_not_after(ca) < install->now)
			continue;
		leaf = signed_by(look, ca, present->file);
		if (leaf == NULL || install->overwrite) {
			ca_findings_add(look->notices, DROPPED, CA_OK,
			    "%s: no longer trusts the CA with serial %s; peers with certificates of that CA are refused",
			    present->file, ca_certificate_serial_text(ca));
			continue;
		}
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s/%s: trusts the CA with serial %s, which signed %s and which the bundle's %s would drop",
		    install->certs_dir, present->file,
		    ca_certificate_serial_text(ca), leaf->file, present->file);
		ca_hint(err,
		    "if nothing relies on that CA any more, install with --overwrite");
		return err->code;
	}
	return CA_OK;
}

/* An older bundle, sent or found again: allowed, and said. */
static void
compare_ends(const struct ca_install_look *look,
    const struct ca_certs_row *present, const struct ca_certs_row *next)
{
	if (ca_certs_row_is_ca(next) || present->certificates.count == 0)
		return;
	if (ca_certificate_not_after(next->certificates.item[0]) <
	    ca_certificate_not_after(present->certificates.item[0]))
		ca_findings_add(look->notices, EARLIER, CA_OK,
		    "%s: ends before the one that it replaces", next->file);
}

/* A leaf that stays and is trusted now must be trusted afterwards. */
static enum ca_code
check_kept(const struct ca_install_look *look, const struct ca_certs_row *row,
    struct ca_error *err)
{
	const struct ca_cert_sets now = { look->present, NULL };
	const struct ca_cert_sets then = { &look->bundle->rows, look->present };
	const struct ca_install *install = look->install;
	struct ca_error before, after;

	if (row->error != NULL)
		ca_findings_add(look->notices, UNREAD, CA_OK,
		    "%s: stays as it is, and CockroachDB will not use it: %s",
		    row->file, row->error);
	if (ca_certs_row_is_ca(row) || row->certificates.count == 0 ||
	    ca_cert_trust_check(&now, row, install->now, &before) != CA_OK ||
	    ca_cert_trust_check(&then, row, install->now, &after) == CA_OK)
		return CA_OK;
	if (install->overwrite) {
		ca_findings_add(look->notices, DROPPED, CA_OK,
		    "%s: is no longer trusted: %s", row->file, after.message);
		return CA_OK;
	}
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s/%s: would no longer be trusted: %s", install->certs_dir,
	    row->file, after.message);
	ca_hint(err, "%s",
	    after.hint[0] != '\0'
		? after.hint
		: "put its new certificate into the bundle, or install with --overwrite");
	return err->code;
}

enum ca_code
ca_install_verify_kept(const struct ca_install_look *look, struct ca_error *err)
{
	const struct ca_cert_sets bundle = { &look->bundle->rows, NULL };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < look->present->count; i++) {
		const struct ca_certs_row *row = &look->present->item[i];
		const struct ca_certs_row *next =
		    ca_cert_sets_find(&bundle, row->file);

		if (next == NULL) {
			rc = check_kept(look, row, err);
			continue;
		}
		compare_ends(look, row, next);
		if (ca_certs_row_is_ca(row))
			rc = check_dropped(look, row, next, err);
	}
	return rc;
}
