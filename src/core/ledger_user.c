/* SPDX-License-Identifier: Apache-2.0 */
/* The users who have certificates. */
#include <pthread.h>
#include <sqlite3.h>

#include "core/ledger_internal.h"

enum ca_code
ca_ledger_has_user(struct ca_ledger *ledger, const char *name, bool *ret,
    struct ca_error *err)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	(void)pthread_mutex_lock(&one);
	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_USER, &stmt, err);
	if (rc == CA_OK)
		rc = ca_ledger_has_row(ledger, stmt,
		    sqlite3_bind_text(stmt, 1, name, -1, NULL), ret, err);
	(void)pthread_mutex_unlock(&one);
	return rc;
}
