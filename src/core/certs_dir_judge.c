/* SPDX-License-Identifier: Apache-2.0 */
/* What CockroachDB's loader does not look at, and its peers do. */
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "core/certs_dir_internal.h"

#define DAY ((int64_t)24 * 3600)

#define NO_FILE CA_FILE_USAGES

/*
 * Which file holds the CAs that verify a leaf: the first that is there. A
 * client has no ca-client.crt, and ui.crt is often a public CA's: there
 * another signer is no fault.
 */
static const struct {
	enum ca_file_usage by[3];
	bool strict; /* also where only the last of BY is there */
	unsigned purposes;
} rules[CA_FILE_USAGES] = {
	[CA_FILE_NODE] = { { CA_FILE_CA, NO_FILE, NO_FILE }, true,
	    XKU_SSL_SERVER },
	[CA_FILE_UI] = { { CA_FILE_UI_CA, CA_FILE_CA, NO_FILE }, false,
	    XKU_SSL_SERVER },
	[CA_FILE_CLIENT] = { { CA_FILE_CLIENT_CA, CA_FILE_CA, NO_FILE }, false,
	    XKU_SSL_CLIENT },
	[CA_FILE_TENANT_CLIENT] = { { CA_FILE_TENANT_CA, CA_FILE_CLIENT_CA,
					CA_FILE_CA },
	    true, XKU_SSL_CLIENT | XKU_SSL_SERVER },
};

static const struct {
	unsigned problem;
	const char *name;
} names[] = {
	{ CA_CERTS_EXPIRED, "expired" },
	{ CA_CERTS_EXPIRING, "expiring" },
	{ CA_CERTS_MISMATCHED, "mismatched" },
	{ CA_CERTS_UNTRUSTED, "untrusted" },
	{ CA_CERTS_UNFIT, "unfit" },
};

const char *
ca_certs_problem_name(unsigned problem)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].problem == problem)
			return names[i].name;
	return "?";
}

enum ca_code
ca_certs_row_warn(struct ca_certs_row *row, unsigned problem,
    struct ca_error *err, const char *fmt, ...)
{
	char text[CA_ERROR_SIZE], *longer = NULL;
	enum ca_code rc;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	rc = ca_text_format(&longer, err, "%s%s%s",
	    row->warning != NULL ? row->warning : "",
	    row->warning != NULL ? "; " : "", text);
	if (rc != CA_OK)
		return rc;
	free(row->warning);
	row->warning = longer;
	row->problems |= problem;
	return CA_OK;
}

/* The row of USAGE, which has no user in its name; NULL: it is not there. */
static struct ca_certs_row *
find(struct ca_certs_rows *rows, enum ca_file_usage usage)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->item[i].usage == usage)
			return &rows->item[i];
	return NULL;
}

const struct ca_certs_row *
ca_certs_find_client(const struct ca_certs_rows *rows, const char *user)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->item[i].usage == CA_FILE_CLIENT &&
		    strcmp(rows->item[i].who, user) == 0)
			return &rows->item[i];
	return NULL;
}

/* Whether ISSUER may sign, in Go's eyes, and did. */
static bool
signs(const struct ca_certificate *issuer,
    const struct ca_certificate *certificate)
{
	struct ca_error ignored;
	uint32_t usage = X509_get_key_usage(ca_certificate_x509(issuer));

	return ca_certificate_is_ca(issuer) && (usage & KU_KEY_CERT_SIGN) &&
	    ca_certificate_check_issuer(certificate, issuer, &ignored) == CA_OK;
}

/* Whether LEAF's first certificate leads to one of ANCHORS, by the others. */
static bool
leads_to(const struct ca_certificates *leaf,
    const struct ca_certificates *anchors)
{
	const struct ca_certificate *at = leaf->item[0];

	/* Each step uses up one of the file's certificates. */
	for (size_t steps = 0; steps < leaf->count; steps++) {
		const struct ca_certificate *next = NULL;

		for (size_t i = 0; i < anchors->count; i++)
			if (signs(anchors->item[i], at))
				return true;
		for (size_t i = 1; i < leaf->count && next == NULL; i++)
			if (leaf->item[i] != at && signs(leaf->item[i], at))
				next = leaf->item[i];
		if (next == NULL)
			return false;
		at = next;
	}
	return false;
}

static enum ca_code
judge_signer(struct ca_certs_rows *rows, struct ca_certs_row *row,
    struct ca_error *err)
{
	const struct ca_certs_row *ca = NULL;
	size_t i = 0;
	bool last;

	for (; i < 3 && rules[row->usage].by[i] != NO_FILE && ca == NULL; i++)
		ca = find(rows, rules[row->usage].by[i]);
	if (ca == NULL)
		return ca_certs_row_warn(row, CA_CERTS_UNTRUSTED, err,
		    "there is no ca.crt to verify it with");
	if (ca->certificates.count == 0 ||
	    leads_to(&row->certificates, &ca->certificates))
		return CA_OK;
	last = ca->usage == CA_FILE_CA && !rules[row->usage].strict;
	if (last && row->usage == CA_FILE_UI)
		return CA_OK;
	/* On a node, ca.crt verifies clients where there is no ca-client.crt. */
	if (last && find(rows, CA_FILE_NODE) == NULL)
		return ca_certs_row_warn(row, 0, err,
		    "not signed by ca.crt: right only where nodes have a ca-client.crt");
	return ca_certs_row_warn(row, CA_CERTS_UNTRUSTED, err,
	    "not signed by %s", ca->file);
}

/* What a handshake would refuse, in its words. */
static enum ca_code
judge_purpose(const struct ca_certs_rows *rows, struct ca_certs_row *row,
    struct ca_error *err)
{
	const struct ca_certificate *leaf = row->certificates.item[0];
	X509 *x509 = ca_certificate_x509(leaf);
	uint32_t has = X509_get_extended_key_usage(x509);
	uint32_t wanted = rules[row->usage].purposes;

	if ((X509_get_extension_flags(x509) & EXFLAG_CRITICAL) != 0)
		return ca_certs_row_warn(row, CA_CERTS_UNFIT, err,
		    "x509: unhandled critical extension");
	if ((wanted & XKU_SSL_SERVER) != 0 &&
	    ca_certificate_names(leaf)->count == 0)
		return ca_certs_row_warn(row, CA_CERTS_UNFIT, err,
		    "x509: certificate relies on legacy Common Name field, use SANs instead");

	/* node.crt is the node's client certificate too, or has one beside. */
	if (row->usage == CA_FILE_NODE &&
	    ca_certs_find_client(rows, "node") == NULL)
		wanted |= XKU_SSL_CLIENT;
	if (has == UINT32_MAX || (has & XKU_ANYEKU) != 0 ||
	    (has & wanted) == wanted)
		return CA_OK;
	return ca_certs_row_warn(row, CA_CERTS_UNFIT, err,
	    "x509: certificate specifies an incompatible key usage");
}

enum ca_code
ca_certs_judge_trust(struct ca_certs_rows *rows, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < rows->count && rc == CA_OK; i++) {
		struct ca_certs_row *row = &rows->item[i];

		if (row->certificates.count == 0 ||
		    rules[row->usage].purposes == 0)
			continue;
		rc = judge_signer(rows, row, err);
		if (rc == CA_OK)
			rc = judge_purpose(rows, row, err);
	}
	return rc;
}

/* The certificate whose dates are the file's. */
static const struct ca_certificate *
decisive(const struct ca_certs_row *row)
{
	const struct ca_certificates *list = &row->certificates;
	const struct ca_certificate *chosen = list->item[0];
	bool is_ca = row->usage < CA_FILE_NODE;

	/* Of CAs the last to expire, of a chain the first. */
	for (size_t i = 1; i < list->count; i++) {
		int64_t end = ca_certificate_not_after(list->item[i]);
		int64_t best = ca_certificate_not_after(chosen);

		if (is_ca ? end > best : end < best)
			chosen = list->item[i];
	}
	return chosen;
}

static enum ca_code
judge_dates(struct ca_certs_row *row, int64_t now, int64_t soon,
    struct ca_error *err)
{
	const struct ca_certificate *certificate = decisive(row);
	int64_t end = ca_certificate_not_after(certificate);
	int64_t begin = ca_certificate_not_before(certificate);
	long long days = (end - now) / DAY;
	char date[CA_TIME_TEXT_SIZE];

	ca_date_format(end, date);
	if (now > end)
		return ca_certs_row_warn(row, CA_CERTS_EXPIRED, err,
		    "expired on %s", date);
	if (now < begin) {
		ca_date_format(begin, date);
		return ca_certs_row_warn(row, CA_CERTS_EXPIRED, err,
		    "not valid before %s", date);
	}
	if (end - now > soon)
		return CA_OK;
	if (days == 0)
		return ca_certs_row_warn(row, CA_CERTS_EXPIRING, err,
		    "expires in less than a day");
	return ca_certs_row_warn(row, CA_CERTS_EXPIRING, err,
	    "expires in %lld day%s", days, days == 1 ? "" : "s");
}

enum ca_code
ca_certs_judge_dates(struct ca_certs_rows *rows, int64_t now, int64_t soon,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < rows->count && rc == CA_OK; i++)
		if (rows->item[i].certificates.count > 0)
			rc = judge_dates(&rows->item[i], now, soon, err);
	return rc;
}
