/* SPDX-License-Identifier: Apache-2.0 */
/* The TBSCertList (RFC 5280 section 5.1.2), field by field. */
#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "core/der.h"
#include "core/der_value.h"
#include "core/status_internal.h"

struct ca_crl_builder {
	struct ca_crl_head head;
	struct ca_bytes entries; /* the content of revokedCertificates */
	uint8_t last[CA_SERIAL_SIZE];
};

enum ca_code
ca_crl_begin(const struct ca_crl_head *head, struct ca_crl_builder **ret,
    struct ca_error *err)
{
	struct ca_crl_builder *builder;

	if (ca_certificate_key_id(head->issuer)->len == 0)
		return ca_fail(err, CA_ERR_POLICY,
		    "RFC 5280 section 5.2.1: the CA certificate has no subject key identifier");
	builder = calloc(1, sizeof(*builder));
	if (builder == NULL)
		return ca_fail_memory(err);
	builder->head = *head;
	*ret = builder;
	return CA_OK;
}

/* RFC 5280 section 5.3.1: unspecified should be absent. */
static enum ca_code
append_reason(struct ca_bytes *entry, enum ca_reason reason,
    struct ca_error *err)
{
	const uint8_t octet = (uint8_t)reason;
	struct ca_bytes value = { 0 }, extension = { 0 };
	enum ca_code rc;

	if (reason == CA_REASON_UNSPECIFIED)
		return CA_OK;
	rc = ca_der_append(&value, CA_DER_ENUMERATED, &octet, 1, err);
	if (rc == CA_OK)
		rc = ca_der_append_extension(&extension, NID_crl_reason, &value,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append_around(entry, CA_DER_SEQUENCE, &extension,
		    err);
	ca_bytes_free(&extension);
	ca_bytes_free(&value);
	return rc;
}

enum ca_code
ca_crl_add(struct ca_crl_builder *builder,
    const struct ca_revocation *revocation, struct ca_error *err)
{
	struct ca_bytes entry = { 0 };
	enum ca_code rc;

	/* Serials of coldca are positive and all as long: 0 is before all. */
	if (memcmp(revocation->serial, builder->last, CA_SERIAL_SIZE) <= 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "the entries of a CRL are not in order");
	memcpy(builder->last, revocation->serial, CA_SERIAL_SIZE);
	rc = ca_der_append(&entry, CA_DER_INTEGER, revocation->serial,
	    CA_SERIAL_SIZE, err);
	if (rc == CA_OK)
		rc = ca_der_append_time(&entry, revocation->revoked_at, err);
	if (rc == CA_OK)
		rc = append_reason(&entry, revocation->reason, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&builder->entries, CA_DER_SEQUENCE,
		    &entry, err);
	ca_bytes_free(&entry);
	return rc;
}

/* RFC 5280 sections 5.2.1 and 5.2.3, neither critical. */
static enum ca_code
append_extensions(struct ca_bytes *out, const struct ca_crl_head *head,
    struct ca_error *err)
{
	const struct ca_bytes *id = ca_certificate_key_id(head->issuer);
	struct ca_bytes value = { 0 }, part = { 0 }, list = { 0 };
	enum ca_code rc;

	rc = ca_der_append(&part, CA_DER_CONTEXT_PRIMITIVE(0), id->data,
	    id->len, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&value, CA_DER_SEQUENCE, &part, err);
	if (rc == CA_OK)
		rc = ca_der_append_extension(&list,
		    NID_authority_key_identifier, &value, err);
	if (rc == CA_OK)
		rc = ca_der_append_number(&value, head->number, err);
	if (rc == CA_OK)
		rc =
		    ca_der_append_extension(&list, NID_crl_number, &value, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&part, CA_DER_SEQUENCE, &list, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(out, CA_DER_CONTEXT(0), &part, err);
	ca_bytes_free(&value);
	ca_bytes_free(&part);
	ca_bytes_free(&list);
	return rc;
}

/* All that stands before the entries. */
static enum ca_code
append_head(struct ca_bytes *out, const struct ca_crl_head *head,
    struct ca_error *err)
{
	static const uint8_t version2 = 1;
	/* Byte for byte the CA's subject: Go compares nothing less. */
	const struct ca_bytes *issuer = ca_certificate_subject(head->issuer);
	struct ca_bytes algorithm = { 0 };
	enum ca_code rc;

	rc = ca_sigalg_der(head->algorithm, &algorithm, err);
	if (rc == CA_OK)
		rc = ca_der_append(out, CA_DER_INTEGER, &version2, 1, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(out, algorithm.data, algorithm.len, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(out, issuer->data, issuer->len, err);
	if (rc == CA_OK)
		rc = ca_der_append_time(out, head->this_update, err);
	if (rc == CA_OK)
		rc = ca_der_append_time(out, head->next_update, err);
	ca_bytes_free(&algorithm);
	return rc;
}

enum ca_code
ca_crl_finish(const struct ca_crl_builder *builder, struct ca_bytes *ret_tbs,
    struct ca_error *err)
{
	const struct ca_bytes *entries = &builder->entries;
	struct ca_bytes content = { 0 }, tbs = { 0 };
	enum ca_code rc;

	rc = append_head(&content, &builder->head, err);
	/* RFC 5280 section 5.1.2.6: without entries the list is absent. */
	if (rc == CA_OK && entries->len > 0)
		rc = ca_der_append(&content, CA_DER_SEQUENCE, entries->data,
		    entries->len, err);
	if (rc == CA_OK)
		rc = append_extensions(&content, &builder->head, err);
	if (rc == CA_OK)
		rc = ca_der_append_around(&tbs, CA_DER_SEQUENCE, &content, err);
	ca_bytes_free(&content);
	if (rc == CA_OK)
		*ret_tbs = tbs;
	else
		ca_bytes_free(&tbs);
	return rc;
}

void
ca_crl_builder_free(struct ca_crl_builder *builder)
{
	if (builder == NULL)
		return;
	ca_bytes_free(&builder->entries);
	free(builder);
}
