/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts that wait for their turn outside of memory. */
#include <stdlib.h>

#include "base/digest.h"
#include "coldca/sigalg.h"
#include "core/draft_internal.h"
#include "core/pack.h"

enum ca_code
ca_draft_pack(const struct ca_draft *draft, struct ca_bytes *packed,
    struct ca_error *err)
{
	const int64_t times[] = { draft->facts.not_before,
		draft->facts.not_after };
	enum ca_code rc = ca_pack_text(packed, draft->algorithm->name, err);

	if (rc == CA_OK)
		rc = ca_pack(packed, draft->serial, CA_SERIAL_SIZE, err);
	if (rc == CA_OK)
		rc = ca_pack(packed, draft->tbs.data, draft->tbs.len, err);
	if (rc == CA_OK)
		rc = ca_pack(packed, draft->issuer_spki_sha256, CA_SHA256_SIZE,
		    err);
	if (rc == CA_OK)
		rc = ca_pack(packed, times, sizeof(times), err);
	if (rc == CA_OK)
		rc = ca_pack(packed, draft->plain.data, draft->plain.len, err);
	if (rc == CA_OK)
		rc = ca_pack_text(packed, draft->facts.subject, err);
	if (rc == CA_OK)
		rc = ca_pack_text(packed, draft->facts.names, err);
	if (rc == CA_OK)
		rc = ca_grant_pack(draft->grant, packed, err);
	return rc;
}

static void
read_packed(struct ca_unpack *unpack, struct ca_draft *draft,
    struct ca_grant *grant)
{
	int64_t times[2] = { 0 };
	char *algorithm = ca_unpack_text(unpack);

	if (algorithm != NULL)
		draft->algorithm = ca_sigalg_by_name(algorithm);
	free(algorithm);
	ca_unpack_into(unpack, draft->serial, CA_SERIAL_SIZE);
	ca_unpack_bytes(unpack, &draft->tbs);
	ca_unpack_into(unpack, draft->issuer_spki_sha256, CA_SHA256_SIZE);
	ca_unpack_into(unpack, times, sizeof(times));
	draft->facts.not_before = times[0];
	draft->facts.not_after = times[1];
	ca_unpack_bytes(unpack, &draft->plain);
	draft->facts.subject = ca_unpack_text(unpack);
	draft->facts.names = ca_unpack_text(unpack);
	ca_grant_read(unpack, grant);
}

enum ca_code
ca_draft_unpack(const struct ca_bytes *packed, struct ca_grant *ret_grant,
    struct ca_draft **ret_draft, struct ca_error *err)
{
	struct ca_grant grant = { 0 };
	struct ca_unpack unpack = { packed->data, packed->data + packed->len,
		false };
	struct ca_draft *draft = calloc(1, sizeof(*draft));

	if (draft == NULL)
		return ca_fail_memory(err);
	read_packed(&unpack, draft, &grant);
	if (unpack.failed || unpack.at != unpack.end ||
	    draft->algorithm == NULL || draft->facts.subject == NULL ||
	    draft->facts.names == NULL ||
	    !ca_sha256_of(draft->tbs.data, draft->tbs.len, draft->tbs_sha256)) {
		ca_draft_free(draft);
		ca_grant_clear(&grant);
		return ca_fail(err, CA_ERR_INTERNAL,
		    "a draft can not be read back");
	}
	*ret_grant = grant;
	draft->grant = ret_grant;
	*ret_draft = draft;
	return CA_OK;
}
