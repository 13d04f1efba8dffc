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
	int step;

	(void)pthread_mutex_lock(&one);
	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_USER, &stmt, err);
	if (rc != CA_OK)
		goto out;
	step = sqlite3_bind_text(stmt, 1, name, -1, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW || step == SQLITE_DONE)
		*ret = step == SQLITE_ROW;
	else
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
out:
	(void)pthread_mutex_unlock(&one);
	return rc;
}
