/* SPDX-License-Identifier: Apache-2.0 */
/* The TBSCertList (RFC 5280 section 5.1.2), field by field. */
#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "core/der.h"
#include "core/der_value.h"
#include "core/status_internal.h"

#define BUFFER \
	((size_t)64 * 1024)    /* bytes of entries, before they are written */
#define ENTRY_MAX ((size_t)64) /* bytes of one */

/* Before the issuer's name and the entries: all headers, times, algorithm. */
#define HEAD_ROOM ((size_t)512)

/*
 * The entries go into the spool behind some room, and when their length is
 * known, so are all others: what stands before them is put right in front.
 */
struct ca_crl_builder {
	struct ca_crl_head head;
	struct ca_spool spool;
	size_t entries;       /* where they begin */
	size_t end;           /* of what is in the spool */
	size_t start;         /* of the TBSCertList, once it is finished */
	struct ca_bytes time; /* DER of the time of the last entry */
	int64_t time_is;
	size_t buffered;
	uint8_t buffer[BUFFER];
	uint8_t last[CA_SERIAL_SIZE];
};

enum ca_code
ca_crl_begin(const struct ca_crl_head *head, const char *dir,
    struct ca_crl_builder **ret, struct ca_error *err)
{
	struct ca_crl_builder *builder;
	enum ca_code rc;

	if (ca_certificate_key_id(head->issuer)->len == 0)
		return ca_fail(err, CA_ERR_POLICY,
		    "RFC 5280 section 5.2.1: the CA certificate has no subject key identifier");
	builder = calloc(1, sizeof(*builder));
	if (builder == NULL)
		return ca_fail_memory(err);
	builder->head = *head;
	builder->entries =
	    HEAD_ROOM + ca_certificate_subject(head->issuer)->len;
	builder->end = builder->entries;
	rc = ca_spool_open(dir, &builder->spool, err);
	if (rc != CA_OK) {
		free(builder);
		return rc;
	}
	*ret = builder;
	return CA_OK;
}

static enum ca_code
flush(struct ca_crl_builder *builder, struct ca_error *err)
{
	enum ca_code rc = ca_spool_write(&builder->spool, builder->end,
	    builder->buffer, builder->buffered, err);

	builder->end += builder->buffered;
	builder->buffered = 0;
	return rc;
}

/* Many are revoked in the same second. */
static enum ca_code
set_time(struct ca_crl_builder *builder, int64_t time, struct ca_error *err)
{
	if (builder->time.len > 0 && builder->time_is == time)
		return CA_OK;
	ca_bytes_free(&builder->time);
	builder->time_is = time;
	return ca_der_append_time(&builder->time, time, err);
}

/* RFC 5280 section 5.3.1: Extensions with a CRLReason. */
static const uint8_t reason_extensions[] = { CA_DER_SEQUENCE, 12,
	CA_DER_SEQUENCE, 10, 0x06, 3, 0x55, 0x1d, 0x15, CA_DER_OCTET_STRING, 3,
	CA_DER_ENUMERATED, 1 };

/* All that is in an entry is shorter than 128 octets. */
static void
put_entry(struct ca_crl_builder *builder,
    const struct ca_revocation *revocation)
{
	uint8_t *entry = builder->buffer + builder->buffered;
	size_t len = 2;

	entry[len++] = CA_DER_INTEGER;
	entry[len++] = CA_SERIAL_SIZE;
	memcpy(entry + len, revocation->serial, CA_SERIAL_SIZE);
	len += CA_SERIAL_SIZE;
	memcpy(entry + len, builder->time.data, builder->time.len);
	len += builder->time.len;
	/* RFC 5280 section 5.3.1: unspecified should be absent. */
	if (revocation->reason != CA_REASON_UNSPECIFIED) {
		memcpy(entry + len, reason_extensions,
		    sizeof(reason_extensions));
		len += sizeof(reason_extensions);
		entry[len++] = (uint8_t)revocation->reason;
	}
	entry[0] = CA_DER_SEQUENCE;
	entry[1] = (uint8_t)(len - 2);
	builder->buffered += len;
}

enum ca_code
ca_crl_add(struct ca_crl_builder *builder,
    const struct ca_revocation *revocation, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	/* Serials of coldca are positive and all as long: 0 is before all. */
	if (memcmp(revocation->serial, builder->last, CA_SERIAL_SIZE) <= 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "the entries of a CRL are not in order");
	memcpy(builder->last, revocation->serial, CA_SERIAL_SIZE);
	if (builder->end + BUFFER > CA_CRL_MAX)
		return ca_fail(err, CA_ERR_POLICY,
		    "the CRL would be larger than %zu bytes", CA_CRL_MAX);
	if (builder->buffered + ENTRY_MAX > BUFFER)
		rc = flush(builder, err);
	if (rc == CA_OK)
		rc = set_time(builder, revocation->revoked_at, err);
	if (rc == CA_OK)
		put_entry(builder, revocation);
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

/* Writes TAG and the length of LEN octets right before PLACE, which moves. */
static enum ca_code
put_header(struct ca_crl_builder *builder, size_t *place, size_t len,
    struct ca_error *err)
{
	struct ca_bytes header = { 0 };
	enum ca_code rc =
	    ca_der_append_header(&header, CA_DER_SEQUENCE, len, err);

	if (rc == CA_OK && header.len > *place)
		rc = ca_fail(err, CA_ERR_INTERNAL, "no room for a header");
	if (rc == CA_OK) {
		*place -= header.len;
		rc = ca_spool_write(&builder->spool, *place, header.data,
		    header.len, err);
	}
	ca_bytes_free(&header);
	return rc;
}

/* What stands before the entries, ending where they begin. */
static enum ca_code
put_head(struct ca_crl_builder *builder, size_t *place, struct ca_error *err)
{
	struct ca_bytes head = { 0 };
	enum ca_code rc = append_head(&head, &builder->head, err);

	if (rc == CA_OK && head.len > *place)
		rc = ca_fail(err, CA_ERR_INTERNAL, "no room for the head");
	if (rc == CA_OK) {
		*place -= head.len;
		rc = ca_spool_write(&builder->spool, *place, head.data,
		    head.len, err);
	}
	ca_bytes_free(&head);
	return rc;
}

static enum ca_code
put_end(struct ca_crl_builder *builder, const struct ca_bytes *end,
    struct ca_error *err)
{
	enum ca_code rc = ca_spool_write(&builder->spool, builder->end,
	    end->data, end->len, err);

	builder->end += end->len;
	return rc;
}

enum ca_code
ca_crl_finish(struct ca_crl_builder *builder, struct ca_bytes *ret_tbs,
    struct ca_error *err)
{
	struct ca_bytes extensions = { 0 };
	size_t place = builder->entries;
	enum ca_code rc;

	rc = flush(builder, err);
	/* RFC 5280 section 5.1.2.6: without entries the list is absent. */
	if (rc == CA_OK && builder->end > builder->entries)
		rc = put_header(builder, &place,
		    builder->end - builder->entries, err);
	if (rc == CA_OK)
		rc = put_head(builder, &place, err);
	if (rc == CA_OK)
		rc = append_extensions(&extensions, &builder->head, err);
	if (rc == CA_OK)
		rc = put_end(builder, &extensions, err);
	if (rc == CA_OK)
		rc = put_header(builder, &place, builder->end - place, err);
	if (rc == CA_OK)
		rc = ca_spool_map(&builder->spool, err);
	ca_bytes_free(&extensions);
	if (rc != CA_OK)
		return rc;
	builder->start = place;
	*ret_tbs = (struct ca_bytes){ builder->spool.data + place,
		builder->end - place };
	return CA_OK;
}

enum ca_code
ca_crl_seal(struct ca_crl_builder *builder, const struct ca_bytes *signature,
    struct ca_crl **ret, struct ca_error *err)
{
	static const uint8_t no_unused_bits = 0;
	struct ca_bytes algorithm = { 0 }, bits = { 0 };
	size_t place = builder->start;
	enum ca_code rc;

	rc = ca_sigalg_der(builder->head.algorithm, &algorithm, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bits, &no_unused_bits, 1, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bits, signature->data, signature->len,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append(&algorithm, CA_DER_BIT_STRING, bits.data,
		    bits.len, err);
	if (rc == CA_OK)
		rc = put_end(builder, &algorithm, err);
	if (rc == CA_OK)
		rc = put_header(builder, &place, builder->end - place, err);
	if (rc == CA_OK)
		rc = ca_crl_take(&builder->spool, place, ret, err);
	ca_bytes_free(&bits);
	ca_bytes_free(&algorithm);
	return rc;
}

void
ca_crl_builder_free(struct ca_crl_builder *builder)
{
	if (builder == NULL)
		return;
	ca_spool_close(&builder->spool);
	ca_bytes_free(&builder->time);
	free(builder);
}
