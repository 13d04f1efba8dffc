/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/probe_show.h"

#include <string.h>

#include "cli/json.h"
#include "cli/table.h"
#include "cli/term.h"

static const char *const verdicts[] = {
	[CA_PROBE_SAFE] = "safe",
	[CA_PROBE_NOTICE] = "notice",
	[CA_PROBE_UNSAFE] = "UNSAFE",
	[CA_PROBE_UNKNOWN] = "not tried",
};

const char *
cli_probe_result(enum ca_probe_result result)
{
	static const char *const names[] = {
		[CA_PROBE_PASSED] = "passed",
		[CA_PROBE_NOT_TRUSTED] = "not trusted",
		[CA_PROBE_FAILED] = "failed",
	};

	return names[result];
}

enum ca_code
cli_probe_show(const struct ca_probe *probe, FILE *out, struct ca_error *err)
{
	static const char *const headings[] = { "Probe", "What was tried",
		"Answer", "Verdict", "What it means" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < probe->count && rc == CA_OK; i++) {
		const struct ca_probe_row *row = &probe->item[i];
		const char *const cells[] = { row->name, row->what, row->ckr,
			verdicts[row->verdict], row->meaning };

		rc = cli_table_row(table, cells, err);
	}
	if (rc == CA_OK)
		rc = cli_table_print(table, out, err);
	cli_table_free(table);
	return rc;
}

json_t *
cli_probe_json(const struct ca_probe *probe)
{
	json_t *list = json_array();

	for (size_t i = 0; i < probe->count && list != NULL; i++) {
		const struct ca_probe_row *row = &probe->item[i];
		json_t *item = json_pack("{s:o,s:o,s:o,s:o,s:o}", "name",
		    cli_json_text(row->name), "what", cli_json_text(row->what),
		    "ckr", cli_json_text(row->ckr), "verdict",
		    cli_json_text(verdicts[row->verdict]), "meaning",
		    cli_json_text(row->meaning));

		if (json_array_append_new(list, item) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/* Each attempt that ended as VERDICT. */
static void
warn_of(const struct ca_probe *probe, enum ca_probe_verdict verdict)
{
	for (size_t i = 0; i < probe->count; i++) {
		const struct ca_probe_row *row = &probe->item[i];

		if (row->verdict != verdict)
			continue;
		if (row->attribute)
			term_warning("%s: %s", row->what, row->meaning);
		else
			term_warning("%s: %s: %s", row->what, row->ckr,
			    row->meaning);
	}
}

bool
cli_probe_way_out(const struct ca_probe *probe)
{
	for (size_t i = 0; i < probe->count; i++)
		if (probe->item[i].verdict == CA_PROBE_UNSAFE &&
		    !probe->item[i].attribute)
			return true;
	return false;
}

/* Why some could not be tried: each reason once, with the first of them. */
static void
warn_of_untried(const struct ca_probe *probe)
{
	const struct ca_probe_row *last = NULL;

	for (size_t i = 0; i < probe->count; i++) {
		const struct ca_probe_row *row = &probe->item[i];

		if (row->verdict != CA_PROBE_UNKNOWN || row->attribute ||
		    (last != NULL && strcmp(last->ckr, row->ckr) == 0 &&
			strcmp(last->meaning, row->meaning) == 0))
			continue;
		term_warning("no answer: %s: %s: %s", row->what, row->ckr,
		    row->meaning);
		last = row;
	}
}

enum ca_code
cli_probe_judge(const struct ca_probe *probe, const char *what, bool shown,
    struct ca_error *err)
{
	if (!shown)
		warn_of_untried(probe);
	switch (probe->result) {
	case CA_PROBE_PASSED:
		return CA_OK;
	case CA_PROBE_NOT_TRUSTED:
		if (!shown)
			warn_of(probe, CA_PROBE_NOTICE);
		term_warning("%s: attributes not trustworthy, no way out found",
		    what);
		return CA_OK;
	case CA_PROBE_FAILED:
		break;
	}
	if (!shown)
		warn_of(probe, CA_PROBE_UNSAFE);
	if (cli_probe_way_out(probe))
		return ca_fail(err, CA_ERR_TOKEN, "%s: its token gives it away",
		    what);
	return ca_fail(err, CA_ERR_TOKEN,
	    "%s: its attributes are not those of a CA's key, though no way out was found",
	    what);
}
