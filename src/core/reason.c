/* SPDX-License-Identifier: Apache-2.0 */
/* The words for reasons of revocation. */
#include <string.h>

#include "coldca/revocation.h"

static const struct {
	enum ca_reason reason;
	const char *name;
} reasons[] = {
	{ CA_REASON_UNSPECIFIED, "unspecified" },
	{ CA_REASON_KEY_COMPROMISE, "keyCompromise" },
	{ CA_REASON_CA_COMPROMISE, "cACompromise" },
	{ CA_REASON_AFFILIATION_CHANGED, "affiliationChanged" },
	{ CA_REASON_SUPERSEDED, "superseded" },
	{ CA_REASON_CESSATION_OF_OPERATION, "cessationOfOperation" },
	{ CA_REASON_PRIVILEGE_WITHDRAWN, "privilegeWithdrawn" },
};

#define REASONS (sizeof(reasons) / sizeof(reasons[0]))

/* What RFC 5280 has and coldca has not. */
static const struct {
	const char *name;
	const char *why;
} unsupported[] = {
	{ "certificateHold", "a revocation is final" },
	{ "removeFromCRL", "a revocation is final" },
	{ "aACompromise", "it is about attribute certificates" },
};

const char *
ca_reason_name(enum ca_reason reason)
{
	for (size_t i = 0; i < REASONS; i++)
		if (reasons[i].reason == reason)
			return reasons[i].name;
	return "unknown";
}

bool
ca_reason_at(size_t index, enum ca_reason *ret_reason)
{
	if (index >= REASONS)
		return false;
	*ret_reason = reasons[index].reason;
	return true;
}

enum ca_code
ca_reason_parse(const char *word, enum ca_reason *ret_reason,
    struct ca_error *err)
{
	static const size_t count = sizeof(unsupported) / sizeof(*unsupported);
	const char *why = "not a reason of RFC 5280 section 5.3.1";

	for (size_t i = 0; i < REASONS; i++)
		if (strcmp(reasons[i].name, word) == 0) {
			*ret_reason = reasons[i].reason;
			return CA_OK;
		}
	for (size_t i = 0; i < count; i++)
		if (strcmp(unsupported[i].name, word) == 0)
			why = unsupported[i].why;
	(void)ca_fail(err, CA_ERR_USAGE, "--reason=%s: %s", word, why);
	ca_hint(err,
	    "unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation or privilegeWithdrawn");
	return CA_ERR_USAGE;
}
