/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a directory, with others laid over them. */
#include <string.h>

#include "core/cert_trust.h"

static const struct ca_certs_row *
find(const struct ca_certs_rows *rows, const char *file)
{
	for (size_t i = 0; rows != NULL && i < rows->count; i++)
		if (strcmp(rows->item[i].file, file) == 0)
			return &rows->item[i];
	return NULL;
}

const struct ca_certs_row *
ca_cert_sets_find(const struct ca_cert_sets *sets, const char *file)
{
	const struct ca_certs_row *row = find(sets->first, file);

	return row != NULL ? row : find(sets->second, file);
}

void
ca_cert_sets_each(const struct ca_cert_sets *sets,
    void (*each)(void *context, const struct ca_certs_row *row), void *context)
{
	for (size_t i = 0; i < sets->first->count; i++)
		each(context, &sets->first->item[i]);
	for (size_t i = 0; sets->second != NULL && i < sets->second->count; i++)
		if (find(sets->first, sets->second->item[i].file) == NULL)
			each(context, &sets->second->item[i]);
}

bool
ca_certs_row_same(const struct ca_certs_row *a, const struct ca_certs_row *b)
{
	if (a->certificates.count != b->certificates.count)
		return false;
	for (size_t i = 0; i < a->certificates.count; i++)
		if (!ca_bytes_equal(ca_certificate_der(a->certificates.item[i]),
			ca_certificate_der(b->certificates.item[i])))
			return false;
	return true;
}

bool
ca_certs_row_is_ca(const struct ca_certs_row *row)
{
	switch (row->usage) {
	case CA_FILE_CA:
	case CA_FILE_CLIENT_CA:
	case CA_FILE_TENANT_CA:
	case CA_FILE_UI_CA:
		return true;
	case CA_FILE_NODE:
	case CA_FILE_UI:
	case CA_FILE_CLIENT:
	case CA_FILE_TENANT_CLIENT:
	case CA_FILE_TENANT_SIGNING:
	case CA_FILE_USAGES:
		break;
	}
	return false;
}

bool
ca_certs_row_is_node_client(const struct ca_certs_row *row)
{
	return row->usage == CA_FILE_CLIENT && row->who != NULL &&
	    strcmp(row->who, "node") == 0;
}
