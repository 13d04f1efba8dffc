/* SPDX-License-Identifier: Apache-2.0 */
/* A draft that was made before, once more. */
#include <string.h>

#include "core/draft_internal.h"

static enum ca_code
check_same(const struct ca_draft *draft, const struct ca_bytes *tbs,
    struct ca_error *err)
{
	const struct ca_bytes *made = ca_draft_tbs(draft);

	if (made->len == tbs->len &&
	    memcmp(made->data, tbs->data, tbs->len) == 0)
		return CA_OK;
	return ca_fail(err, CA_ERR_POLICY,
	    "it would be drafted otherwise today");
}

enum ca_code
ca_draft_again(const struct ca_grant *grant,
    const struct ca_certificate *issuer, const struct ca_sigalg *algorithm,
    const struct ca_bytes *tbs, struct ca_draft **ret_draft,
    struct ca_findings *findings, struct ca_error *err)
{
	struct ca_draft_parts parts = { .grant = grant,
		.issuer = issuer,
		.algorithm = algorithm };
	struct ca_certificate *recorded = NULL;
	struct ca_draft *draft = NULL;
	size_t serial_len = 0;
	enum ca_code rc;

	rc = ca_draft_read(tbs, algorithm, &recorded, err);
	if (rc == CA_ERR_INPUT)
		rc = ca_fail(err, CA_ERR_POLICY, "it is no certificate");
	if (rc != CA_OK)
		goto out;
	parts.serial = ca_certificate_serial(recorded, &serial_len);
	parts.not_before = ca_certificate_not_before(recorded);
	parts.not_after = ca_certificate_not_after(recorded);
	if (serial_len != CA_SERIAL_SIZE) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "its serial number is none of coldca's");
		goto out;
	}
	rc = ca_draft_make(&parts, &draft, findings, err);
	if (rc == CA_OK)
		rc = check_same(draft, tbs, err);
	if (rc == CA_OK) {
		*ret_draft = draft;
		draft = NULL;
	}
out:
	ca_draft_free(draft);
	ca_certificate_free(recorded);
	return rc;
}
