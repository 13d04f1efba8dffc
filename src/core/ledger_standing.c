/* SPDX-License-Identifier: Apache-2.0 */
/* What the certificates of the CAs are good for, as it changes. */
#include "core/ledger_internal.h"

static const char *const words[] = {
	[CA_STANDING_CURRENT] = "current",
	[CA_STANDING_STANDBY] = NULL, /* only from the start */
	[CA_STANDING_RETIRED] = "retired",
};

enum ca_code
ca_ledger_append_about(struct ca_ledger *ledger, enum ca_entry_kind kind,
    const struct ca_certificate *certificate, const char *detail, int64_t now,
    struct ca_error *err)
{
	size_t len;
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = kind,
		.serial = ca_certificate_serial(certificate, &len),
		.detail = detail,
	};

	return ca_ledger_append(ledger, entry, err);
}

enum ca_code
ca_ledger_append_standing(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, enum ca_standing standing,
    int64_t now, struct ca_error *err)
{
	if (words[standing] == NULL)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "%s: nothing begins to stand by", ledger->path);
	return ca_ledger_append_about(ledger, CA_ENTRY_STANDING, certificate,
	    words[standing], now, err);
}

enum ca_code
ca_ledger_set_standing(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, enum ca_standing standing,
    int64_t now, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_append_standing(ledger, certificate, standing, now, err);
	return ca_ledger_end(ledger, rc, err);
}
