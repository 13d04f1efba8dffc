/* SPDX-License-Identifier: Apache-2.0 */
/* What must happen for running programs to use another set. */
#include <string.h>

#include "core/install_internal.h"

/* Two sets, and what was found so far. */
struct comparing {
	const struct ca_cert_sets *other;
	bool server;         /* a server's certificate is in it */
	bool clients;        /* a user's is */
	bool server_differs; /* from what is in OTHER */
	bool client_differs;
	bool ca_differs;
	bool lost; /* a file that a server will not reload without */
};

static bool
is_user(const struct ca_certs_row *row)
{
	return row->usage == CA_FILE_CLIENT &&
	    !ca_certs_row_is_node_client(row);
}

static bool
is_server(const struct ca_certs_row *row)
{
	return row->usage == CA_FILE_NODE ||
	    row->usage == CA_FILE_TENANT_CLIENT;
}

/* A file of AFTER; what was not there before was not in use. */
static void
look_at_new(void *context, const struct ca_certs_row *row)
{
	struct comparing *c = context;
	const struct ca_certs_row *before =
	    ca_cert_sets_find(c->other, row->file);
	bool same = before != NULL && ca_certs_row_same(before, row);

	c->clients |= is_user(row);
	c->server |= is_server(row);
	if (same)
		return;
	if (is_user(row))
		c->client_differs |= before != NULL;
	else
		c->server_differs = true;
	c->ca_differs |= row->usage == CA_FILE_CA && before != NULL;
}

/* A file of BEFORE. CockroachDB keeps its old set rather than lose one. */
static void
look_at_old(void *context, const struct ca_certs_row *row)
{
	struct comparing *c = context;

	c->server |=
	    row->usage == CA_FILE_NODE || row->usage == CA_FILE_TENANT_CLIENT;
	if (!is_user(row) && ca_cert_sets_find(c->other, row->file) == NULL)
		c->lost = true;
}

unsigned
ca_install_todo(const struct ca_cert_sets *before,
    const struct ca_cert_sets *after)
{
	struct comparing forth = { .other = before };
	struct comparing back = { .other = after };
	unsigned todo = 0;

	ca_cert_sets_each(after, look_at_new, &forth);
	ca_cert_sets_each(before, look_at_old, &back);
	if (back.server && back.lost)
		todo |= CA_INSTALL_RESTART;
	else if (forth.server && forth.server_differs)
		todo |= CA_INSTALL_RELOAD;
	if (forth.client_differs ||
	    (forth.ca_differs && (forth.clients || !forth.server)))
		todo |= CA_INSTALL_RECONNECT;
	return todo;
}
