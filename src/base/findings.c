/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/findings.h"

#include <stdio.h>
#include <stdlib.h>

void
ca_findings_add(struct ca_findings *findings, const char *rule,
    enum ca_code code, const char *fmt, ...)
{
	struct ca_finding *grown;
	char *text = NULL;
	va_list ap;
	int len;

	if (findings->count >= CA_FINDINGS_MAX) {
		findings->lost++;
		return;
	}
	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	grown = realloc(findings->item,
	    (findings->count + 1) * sizeof(*findings->item));
	if (grown != NULL)
		findings->item = grown;
	if (len < 0 || grown == NULL) {
		if (len >= 0)
			free(text);
		findings->lost++;
		return;
	}
	findings->item[findings->count++] =
	    (struct ca_finding){ .rule = rule, .code = code, .text = text };
}

void
ca_findings_append(struct ca_findings *findings,
    const struct ca_findings *other)
{
	for (size_t i = 0; i < other->count; i++)
		ca_findings_add(findings, other->item[i].rule,
		    other->item[i].code, "%s", other->item[i].text);
	findings->lost += other->lost;
}

enum ca_code
ca_findings_code(const struct ca_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->item[i].code != CA_OK)
			return findings->item[i].code;
	return findings->lost > 0 ? CA_ERR_POLICY : CA_OK;
}

void
ca_findings_clear(struct ca_findings *findings)
{
	if (findings == NULL)
		return;
	for (size_t i = 0; i < findings->count; i++)
		free(findings->item[i].text);
	free(findings->item);
	*findings = (struct ca_findings){ 0 };
}
