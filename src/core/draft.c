/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/draft.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/time.h"
#include "coldca/lint.h"
#include "coldca/sigalg.h"
#include "core/certificate_internal.h"
#include "core/der.h"
#include "core/draft_extensions.h"
#include "core/draft_internal.h"
#include "core/subject.h"

enum ca_code
ca_draft_check_lifetime(int64_t lifetime, const struct ca_certificate *issuer,
    int64_t now, struct ca_error *err)
{
	int64_t left = ca_certificate_not_after(issuer) - now;
	char has[CA_DURATION_TEXT_SIZE], wants[CA_DURATION_TEXT_SIZE];
	char longest[CA_DURATION_TEXT_SIZE];

	if (lifetime <= left)
		return CA_OK;
	ca_duration_format(left, has);
	ca_duration_format(lifetime, wants);
	if (left < CA_LIFETIME_MIN) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "the CA certificate has expired, or is about to");
		ca_hint(err, "renew the CA certificate");
		return err->code;
	}
	/* Whole hours, as the operator will type them. */
	ca_duration_format(left >= 3600 ? left - left % 3600 : left, longest);
	(void)ca_fail(err, CA_ERR_POLICY,
	    "CA lifetime is %s, shorter than the requested %s", has, wants);
	ca_hint(err,
	    "renew the CA certificate, or rerun with --lifetime=%s for a shorter duration",
	    longest);
	return err->code;
}

/* Appends what an i2d function wrote, and frees it. */
static enum ca_code
append_der(struct ca_bytes *out, unsigned char *der, int len,
    struct ca_error *err)
{
	enum ca_code rc;

	if (len <= 0)
		return ca_fail_memory(err);
	rc = ca_bytes_append(out, der, (size_t)len, err);
	OPENSSL_free(der);
	return rc;
}

/*
 * RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
 * ASN1_TIME_set() chooses the same way.
 */
static enum ca_code
append_validity(struct ca_bytes *out, const struct ca_draft_parts *parts,
    struct ca_error *err)
{
	int64_t times[2] = { parts->not_before, parts->not_after };
	struct ca_bytes content = { 0 };
	enum ca_code rc = CA_OK;

	for (int i = 0; rc == CA_OK && i < 2; i++) {
		ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)times[i]);
		unsigned char *der = NULL;
		int len = time == NULL ? -1 : i2d_ASN1_TIME(time, &der);

		rc = append_der(&content, der, len, err);
		ASN1_TIME_free(time);
	}
	if (rc == CA_OK)
		rc = ca_der_append(out, CA_DER_SEQUENCE, content.data,
		    content.len, err);
	ca_bytes_free(&content);
	return rc;
}

static enum ca_code
append_names(struct ca_bytes *out, const struct ca_draft_parts *parts,
    struct ca_error *err)
{
	X509_NAME *subject = NULL;
	unsigned char *der = NULL;
	int len;
	enum ca_code rc;

	rc = ca_subject_name(parts->grant->profile, parts->grant->common_name,
	    &subject, err);
	if (rc != CA_OK)
		return rc;
	/* Byte for byte the CA's subject: Go compares nothing less. */
	if (parts->issuer != NULL) {
		const struct ca_bytes *name =
		    ca_certificate_subject(parts->issuer);

		rc = ca_bytes_append(out, name->data, name->len, err);
	} else {
		len = i2d_X509_NAME(subject, &der);
		rc = append_der(out, der, len, err);
	}
	if (rc == CA_OK)
		rc = append_validity(out, parts, err);
	if (rc == CA_OK) {
		der = NULL;
		len = i2d_X509_NAME(subject, &der);
		rc = append_der(out, der, len, err);
	}
	X509_NAME_free(subject);
	return rc;
}

/* RFC 5280 section 4.1.2, field by field. */
static enum ca_code
build_tbs(const struct ca_draft_parts *parts, struct ca_bytes *ret,
    struct ca_error *err)
{
	static const uint8_t version3[] = { CA_DER_INTEGER, 1, 2 };
	struct ca_bytes content = { 0 }, algorithm = { 0 }, extensions = { 0 };
	enum ca_code rc;

	rc = ca_sigalg_der(parts->algorithm, &algorithm, err);
	if (rc == CA_OK)
		rc = ca_draft_extensions(parts->grant, parts->issuer,
		    parts->serial, &extensions, err);
	if (rc == CA_OK)
		rc = ca_der_append(&content, CA_DER_CONTEXT(0), version3,
		    sizeof(version3), err);
	if (rc == CA_OK)
		rc = ca_der_append(&content, CA_DER_INTEGER, parts->serial,
		    CA_SERIAL_SIZE, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&content, algorithm.data, algorithm.len,
		    err);
	if (rc == CA_OK)
		rc = append_names(&content, parts, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&content, parts->grant->spki.data,
		    parts->grant->spki.len, err);
	if (rc == CA_OK)
		rc = ca_der_append(&content, CA_DER_CONTEXT(3), extensions.data,
		    extensions.len, err);
	if (rc == CA_OK)
		rc = ca_der_append(ret, CA_DER_SEQUENCE, content.data,
		    content.len, err);
	ca_bytes_free(&content);
	ca_bytes_free(&algorithm);
	ca_bytes_free(&extensions);
	return rc;
}

enum ca_code
ca_certificate_assemble(const struct ca_bytes *tbs,
    const struct ca_sigalg *algorithm, const struct ca_bytes *signature,
    struct ca_bytes *ret_der, struct ca_error *err)
{
	static const uint8_t no_unused_bits = 0;
	struct ca_bytes content = { 0 }, bits = { 0 }, identifier = { 0 };
	struct ca_bytes der = { 0 };
	enum ca_code rc;

	rc = ca_sigalg_der(algorithm, &identifier, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bits, &no_unused_bits, 1, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&bits, signature->data, signature->len,
		    err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&content, tbs->data, tbs->len, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&content, identifier.data, identifier.len,
		    err);
	if (rc == CA_OK)
		rc = ca_der_append(&content, CA_DER_BIT_STRING, bits.data,
		    bits.len, err);
	if (rc == CA_OK)
		rc = ca_der_append(&der, CA_DER_SEQUENCE, content.data,
		    content.len, err);
	if (rc == CA_OK)
		*ret_der = der;
	else
		ca_bytes_free(&der);
	ca_bytes_free(&content);
	ca_bytes_free(&bits);
	ca_bytes_free(&identifier);
	return rc;
}

/*
 * TBS as a certificate with an empty signature. GRANT, of which it was made, says
 * what its key is: it was vetted. NULL: the key is read.
 */
static enum ca_code
read_tbs(const struct ca_bytes *tbs, const struct ca_sigalg *algorithm,
    const struct ca_grant *grant, struct ca_certificate **ret,
    struct ca_error *err)
{
	struct ca_bytes none = { 0 }, der = { 0 };
	enum ca_code rc;

	rc = ca_certificate_assemble(tbs, algorithm, &none, &der, err);
	if (rc == CA_OK)
		rc = grant != NULL
		    ? ca_certificate_parse_known(der.data, der.len,
			  &grant->spki, &grant->key, ret, err)
		    : ca_certificate_parse(der.data, der.len, ret, err);
	ca_bytes_free(&der);
	return rc;
}

enum ca_code
ca_draft_read(const struct ca_bytes *tbs, const struct ca_sigalg *algorithm,
    struct ca_certificate **ret, struct ca_error *err)
{
	return read_tbs(tbs, algorithm, NULL, ret, err);
}

/* What lint looks at. */
static enum ca_code
make_preview(struct ca_draft *draft, struct ca_error *err)
{
	return read_tbs(&draft->tbs, draft->algorithm, draft->grant,
	    &draft->preview, err);
}

static enum ca_code
check_lint(const struct ca_draft *draft, const struct ca_certificate *issuer,
    struct ca_findings *findings, struct ca_error *err)
{
	size_t before = findings->count, lost = findings->lost;

	ca_lint(draft->preview, issuer, CA_LINT_PROFILES, findings);
	if (findings->count == before && findings->lost == lost)
		return CA_OK;
	return ca_fail(err, CA_ERR_POLICY, "%s: lint: %s",
	    draft->grant->request != NULL
		? draft->grant->request
		: ca_certificate_subject_text(draft->preview),
	    findings->count > before ? findings->item[before].text
				     : "too many findings");
}

/* NAMES as one text, separated by commas. *RET_TEXT is new. */
static enum ca_code
join_names(const struct ca_names *names, char **ret_text, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < names->count; i++) {
		if (i > 0)
			rc = ca_bytes_append(&text, ",", 1, err);
		if (rc == CA_OK)
			rc = ca_bytes_append(&text, names->item[i].text,
			    strlen(names->item[i].text), err);
	}
	if (rc == CA_OK)
		rc = ca_bytes_append(&text, "", 1, err);
	if (rc != CA_OK) {
		ca_bytes_free(&text);
		return rc;
	}
	*ret_text = (char *)text.data;
	return CA_OK;
}

/* What the ledger says of it is what the certificate will say. */
static enum ca_code
read_facts(struct ca_draft *draft, struct ca_error *err)
{
	const struct ca_certificate *preview = draft->preview;
	struct ca_draft_facts *facts = &draft->facts;
	enum ca_code rc;

	facts->not_before = ca_certificate_not_before(preview);
	facts->not_after = ca_certificate_not_after(preview);
	rc = ca_text_format(&facts->subject, err, "%s",
	    ca_certificate_subject_text(preview));
	if (rc != CA_OK)
		return rc;
	return join_names(ca_certificate_names(preview), &facts->names, err);
}

static enum ca_code
fill(struct ca_draft *draft, const struct ca_draft_parts *parts,
    struct ca_error *err)
{
	enum ca_code rc;

	draft->grant = parts->grant;
	draft->algorithm = parts->algorithm;
	memcpy(draft->serial, parts->serial, CA_SERIAL_SIZE);
	rc = build_tbs(parts, &draft->tbs, err);
	if (rc != CA_OK)
		return rc;
	if (!ca_sha256_of(draft->tbs.data, draft->tbs.len, draft->tbs_sha256))
		return ca_fail_memory(err);
	rc = make_preview(draft, err);
	if (rc == CA_OK)
		rc = read_facts(draft, err);
	if (rc == CA_OK)
		rc = ca_certificate_pack(draft->preview, &draft->plain, err);
	if (rc == CA_OK)
		memcpy(draft->issuer_spki_sha256,
		    ca_certificate_key_info(
			parts->issuer != NULL ? parts->issuer : draft->preview)
			->spki_sha256,
		    CA_SHA256_SIZE);
	return rc;
}

enum ca_code
ca_draft_make(const struct ca_draft_parts *parts, struct ca_draft **ret_draft,
    struct ca_findings *findings, struct ca_error *err)
{
	struct ca_draft *draft = calloc(1, sizeof(*draft));
	enum ca_code rc;

	if (draft == NULL)
		return ca_fail_memory(err);
	rc = fill(draft, parts, err);
	if (rc == CA_OK)
		rc = check_lint(draft, parts->issuer, findings, err);
	if (rc == CA_OK)
		*ret_draft = draft;
	else
		ca_draft_free(draft);
	return rc;
}

enum ca_code
ca_draft_new(const struct ca_grant *grant, const struct ca_certificate *issuer,
    const struct ca_sigalg *algorithm, const uint8_t serial[CA_SERIAL_SIZE],
    int64_t now, struct ca_draft **ret_draft, struct ca_findings *findings,
    struct ca_error *err)
{
	struct ca_draft_parts parts = { .grant = grant,
		.issuer = issuer,
		.algorithm = algorithm,
		.serial = serial,
		.not_before = now - grant->backdate,
		.not_after = now + grant->lifetime };
	enum ca_code rc = CA_OK;

	if (issuer != NULL) {
		rc = ca_draft_check_lifetime(grant->lifetime, issuer, now, err);
		if (parts.not_before < ca_certificate_not_before(issuer))
			parts.not_before = ca_certificate_not_before(issuer);
	}
	return rc == CA_OK ? ca_draft_make(&parts, ret_draft, findings, err)
			   : rc;
}

const struct ca_grant *
ca_draft_grant(const struct ca_draft *draft)
{
	return draft->grant;
}

const struct ca_bytes *
ca_draft_tbs(const struct ca_draft *draft)
{
	return &draft->tbs;
}

const uint8_t *
ca_draft_tbs_sha256(const struct ca_draft *draft)
{
	return draft->tbs_sha256;
}

const struct ca_bytes *
ca_draft_plain(const struct ca_draft *draft)
{
	return &draft->plain;
}

const uint8_t *
ca_draft_issuer_spki_sha256(const struct ca_draft *draft)
{
	return draft->issuer_spki_sha256;
}

const uint8_t *
ca_draft_serial(const struct ca_draft *draft)
{
	return draft->serial;
}

const struct ca_sigalg *
ca_draft_algorithm(const struct ca_draft *draft)
{
	return draft->algorithm;
}

const struct ca_draft_facts *
ca_draft_facts(const struct ca_draft *draft)
{
	return &draft->facts;
}

const struct ca_certificate *
ca_draft_preview(const struct ca_draft *draft)
{
	return draft->preview;
}

enum ca_code
ca_draft_read_preview(struct ca_draft *draft, struct ca_error *err)
{
	return draft->preview != NULL ? CA_OK : make_preview(draft, err);
}

void
ca_draft_free(struct ca_draft *draft)
{
	if (draft == NULL)
		return;
	ca_certificate_free(draft->preview);
	ca_bytes_free(&draft->tbs);
	ca_bytes_free(&draft->plain);
	free(draft->facts.subject);
	free(draft->facts.names);
	free(draft);
}
