/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>

#include "reader.h"

static bool
read_path(const struct reader *r, char path[PLAN_PATH_MAX])
{
	const struct word *given = &r->words.item[1];

	if (path[0] != '\0')
		return reader_wrong(r, "there is a %s already",
		    reader_word(r, 0));
	if (given->len == 0 || given->len >= PLAN_PATH_MAX ||
	    strlen(given->text) != given->len)
		return reader_wrong(r, "not a path");
	memcpy(path, given->text, given->len + 1);
	return true;
}

bool
read_module(struct reader *r)
{
	return read_path(r, r->plan->module);
}

bool
read_log(struct reader *r)
{
	return read_path(r, r->plan->log);
}

bool
read_state(struct reader *r)
{
	return read_path(r, r->plan->state);
}

static bool
read_function(const struct reader *r, const char *text,
    enum fault_function *ret)
{
	return fault_function_find(text, ret) ||
	    reader_wrong(r, "no function of PKCS#11 2.40: %s", text);
}

/* What fail, delay and hang have in common. */
static bool
read_fault(struct reader *r, enum plan_fault_kind kind, CK_ULONG value)
{
	struct plan_fault fault = {
		.line = r->line,
		.kind = kind,
		.value = value,
	};

	if (r->plan->fault_count == PLAN_RULES_MAX)
		return reader_wrong(r, "too many rules of this kind");
	if (!read_function(r, reader_word(r, 1), &fault.function) ||
	    !reader_range(r, reader_word(r, 2), &fault.range))
		return false;
	r->plan->fault[r->plan->fault_count++] = fault;
	return true;
}

bool
read_fail(struct reader *r)
{
	CK_ULONG rv;

	if (!fault_name_value(FAULT_CKR, reader_word(r, 3), &rv))
		return reader_wrong(r, "no return value: %s",
		    reader_word(r, 3));
	if (rv == CKR_OK)
		return reader_wrong(r, "CKR_OK is not a failure");
	return read_fault(r, PLAN_FAIL, rv);
}

bool
read_delay(struct reader *r)
{
	unsigned long milliseconds;

	return reader_number(r, reader_word(r, 3), PLAN_DELAY_MAX,
		   &milliseconds) &&
	    read_fault(r, PLAN_DELAY, milliseconds);
}

bool
read_hang(struct reader *r)
{
	return read_fault(r, PLAN_HANG, 0);
}

bool
read_sign(struct reader *r)
{
	static const char *const kinds[] = {
		[PLAN_WRONG] = "wrong",
		[PLAN_TRUNCATE] = "truncate",
		[PLAN_REPEAT] = "repeat",
	};
	size_t kind = reader_find(reader_word(r, 1), kinds, LENGTH(kinds));
	struct plan_sign sign = { .line = r->line };

	if (kind == LENGTH(kinds))
		return reader_wrong(r, "not wrong, truncate or repeat: %s",
		    reader_word(r, 1));
	if (r->plan->sign_count == PLAN_RULES_MAX)
		return reader_wrong(r, "too many rules of this kind");
	sign.kind = (enum plan_sign_kind)kind;
	if (!reader_range(r, reader_word(r, 2), &sign.range))
		return false;
	r->plan->sign[r->plan->sign_count++] = sign;
	return true;
}

/* remove after FUNCTION N */
bool
read_remove(struct reader *r)
{
	struct plan *plan = r->plan;

	if (plan->remove_line != 0)
		return reader_wrong(r, "there is a remove already");
	if (strcmp(reader_word(r, 1), "after") != 0)
		return reader_wrong(r, "not `remove after FUNCTION N`");
	if (!read_function(r, reader_word(r, 2), &plan->remove_function) ||
	    !reader_number(r, reader_word(r, 3), ULONG_MAX - 1,
		&plan->remove_after))
		return false;
	if (plan->remove_after == 0)
		return reader_wrong(r, "the first call is 1");
	plan->remove_line = r->line;
	return true;
}

/* back after N */
bool
read_back(struct reader *r)
{
	if (r->plan->back_line != 0)
		return reader_wrong(r, "there is a back already");
	if (strcmp(reader_word(r, 1), "after") != 0)
		return reader_wrong(r, "not `back after N`");
	if (!reader_number(r, reader_word(r, 2), ULONG_MAX - 1,
		&r->plan->back_after))
		return false;
	r->plan->back_line = r->line;
	return true;
}
