/* SPDX-License-Identifier: Apache-2.0 */
/* Which CAs of a bundle a host believes, and which it never heard of. */
#include <stdlib.h>
#include <string.h>

#include "core/install_response.h"

/* The CAs of one file: none where it is that of a leaf. */
static const struct ca_certificates *
cas_of(const struct ca_certs_row *row)
{
	static const struct ca_certificates none;

	return ca_certs_row_is_ca(row) ? &row->certificates : &none;
}

/* Copies the pointers of those CAs in ROWS that may vouch: not the ownership. */
static enum ca_code
gather(const struct ca_certs_rows *rows, const struct ca_install *install,
    bool all, struct ca_certificates *ret, struct ca_error *err)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_certificates *list = cas_of(&rows->item[i]);

		for (size_t k = 0; k < list->count; k++) {
			struct ca_certificate **item;

			if (!all &&
			    (install->fingerprint_len == 0 ||
				memcmp(ca_certificate_sha256(list->item[k]),
				    install->fingerprint,
				    install->fingerprint_len) != 0))
				continue;
			item = reallocarray(ret->item, ret->count + 1,
			    sizeof(struct ca_certificate *));
			if (item == NULL)
				return ca_fail_memory(err);
			ret->item = item;
			item[ret->count++] = list->item[k];
		}
	}
	return CA_OK;
}

enum ca_code
ca_install_anchors(const struct ca_install_look *look,
    struct ca_certificates *ret, bool *ret_itself, struct ca_error *err)
{
	const struct ca_install *install = look->install;
	const struct ca_certs_rows *rows = &look->bundle->rows;
	size_t before;
	enum ca_code rc = gather(look->present, install, true, ret, err);

	before = ret->count;
	if (rc == CA_OK)
		rc = gather(rows, install, false, ret, err);
	if (rc == CA_OK && install->fingerprint_len > 0 && ret->count == before)
		return ca_fail_rule(err, CA_ERR_POLICY, "response-fingerprint",
		    "no CA certificate of the bundle has the fingerprint that --ca-fingerprint gives");
	if (rc != CA_OK || ret->count > 0)
		return rc;
	*ret_itself = true;
	rc = gather(rows, install, true, ret, err);
	return rc;
}

/*
 * No manifest vouches for the rest of a bundle because one CA of it is trusted:
 * whoever added another to ca.crt would be believed by the host from then on.
 */
enum ca_code
ca_install_refuse_strangers(const struct ca_install_look *look,
    const struct ca_certificates *anchors, struct ca_error *err)
{
	const struct ca_certs_rows *rows = &look->bundle->rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_certificates *list = cas_of(&rows->item[i]);

		for (size_t k = 0; k < list->count; k++) {
			if (ca_certificates_has(anchors, list->item[k]))
				continue;
			(void)ca_fail_rule(err, CA_ERR_POLICY,
			    "response-fingerprint",
			    "%s: holds a CA that is neither trusted here nor the one of --ca-fingerprint",
			    look->bundle->entry[i].path);
			ca_hint(err,
			    "nothing vouches for it but a response-NUMBER.txt that a trusted CA signed: bring that with it");
			return CA_ERR_POLICY;
		}
	}
	return CA_OK;
}
