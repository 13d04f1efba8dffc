/* SPDX-License-Identifier: Apache-2.0 */
/* Grants that wait for their turn outside of memory. */
#include <stdlib.h>
#include <string.h>

#include "coldca/vet.h"
#include "core/draft_internal.h"
#include "core/pack.h"

enum ca_code
ca_pack_names(struct ca_bytes *packed, const struct ca_names *names,
    struct ca_error *err)
{
	enum ca_code rc = ca_pack_number(packed, (int64_t)names->count, err);

	for (size_t i = 0; rc == CA_OK && i < names->count; i++) {
		const struct ca_name *name = &names->item[i];

		rc = ca_pack_number(packed, name->kind, err);
		if (rc == CA_OK)
			rc = ca_pack_text(packed, name->text, err);
		if (rc == CA_OK)
			rc = ca_pack(packed, name->ip, name->ip_len, err);
	}
	return rc;
}

void
ca_unpack_names(struct ca_unpack *unpack, struct ca_names *names)
{
	int64_t count = ca_unpack_number(unpack);

	if (count < 0 || count > CA_NAMES_MAX)
		unpack->failed = true;
	while (!unpack->failed && names->count < (size_t)count) {
		struct ca_name name = { .kind = CA_NAME_DNS };
		struct ca_error ignored;
		const void *ip;

		name.kind = (enum ca_name_kind)ca_unpack_number(unpack);
		name.text = ca_unpack_text(unpack);
		ip = ca_unpack(unpack, &name.ip_len);
		if (name.text == NULL || name.ip_len > sizeof(name.ip))
			unpack->failed = true;
		else if (name.ip_len > 0)
			memcpy(name.ip, ip, name.ip_len);
		if (!unpack->failed &&
		    ca_names_add(names, &name, &ignored) != CA_OK)
			unpack->failed = true;
		free(name.text);
	}
}

enum ca_code
ca_grant_pack(const struct ca_grant *grant, struct ca_bytes *packed,
    struct ca_error *err)
{
	const int64_t numbers[] = { grant->profile->id, grant->authority,
		grant->lifetime, grant->backdate, grant->key.kind,
		grant->key.bits };
	const char *const texts[] = { grant->request, grant->common_name,
		grant->ocsp_url };
	enum ca_code rc = ca_pack(packed, numbers, sizeof(numbers), err);

	for (size_t i = 0; rc == CA_OK && i < sizeof(texts) / sizeof(texts[0]);
	     i++)
		rc = ca_pack_text(packed, texts[i], err);
	if (rc == CA_OK)
		rc = ca_pack(packed, grant->key.spki_sha256, CA_SHA256_SIZE,
		    err);
	if (rc == CA_OK)
		rc = ca_pack(packed, grant->spki.data, grant->spki.len, err);
	if (rc == CA_OK)
		rc = ca_pack(packed, grant->csr.data, grant->csr.len, err);
	if (rc == CA_OK)
		rc = ca_pack_names(packed, &grant->names, err);
	return rc;
}

void
ca_grant_read(struct ca_unpack *unpack, struct ca_grant *ret)
{
	int64_t numbers[6] = { 0 };

	*ret = (struct ca_grant){ 0 };
	ca_unpack_into(unpack, numbers, sizeof(numbers));
	ret->profile = ca_profile_get((enum ca_profile_id)numbers[0]);
	ret->authority = (enum ca_authority)numbers[1];
	ret->lifetime = numbers[2];
	ret->backdate = numbers[3];
	ret->key.kind = (enum ca_key_kind)numbers[4];
	ret->key.bits = (unsigned)numbers[5];
	ret->request = ca_unpack_text(unpack);
	ret->common_name = ca_unpack_text(unpack);
	ret->ocsp_url = ca_unpack_text(unpack);
	ca_unpack_into(unpack, ret->key.spki_sha256, CA_SHA256_SIZE);
	ca_unpack_bytes(unpack, &ret->spki);
	ca_unpack_bytes(unpack, &ret->csr);
	ca_unpack_names(unpack, &ret->names);
}

enum ca_code
ca_grant_unpack(const struct ca_bytes *packed, struct ca_grant *ret,
    struct ca_error *err)
{
	struct ca_unpack unpack = { packed->data, packed->data + packed->len,
		false };
	struct ca_grant grant = { 0 };

	ca_grant_read(&unpack, &grant);
	if (unpack.failed || unpack.at != unpack.end) {
		ca_grant_clear(&grant);
		return ca_fail(err, CA_ERR_INTERNAL,
		    "a grant can not be read back");
	}
	*ret = grant;
	return CA_OK;
}
