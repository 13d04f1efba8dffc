/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox: entered once, by every command, before it does anything. */
#include "cli/sandbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/json.h"
#include "cli/term.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KEPT_MAX 64           /* descriptors that a command line names */
#define KEPT_HIGHEST 1048576U /* no limit of files is higher */
#define NOTE "ran without its sandbox: --no-sandbox"

unsigned
cli_sandbox_needs(const struct cli *cli)
{
	unsigned needs = CLI_SANDBOX_ALWAYS;

	if ((cli->command->needs & CLI_NEEDS_TOKEN) != 0)
		needs |= CLI_SANDBOX_MODULE;
	if ((cli->command->needs & CLI_NEEDS_TOKEN) != 0 &&
	    cli->ca.policy != NULL && cli->ca.policy->token_network)
		needs |= CLI_SANDBOX_NETWORK;
	if (cli->command->id == CLI_CMD_INSTALL)
		needs |= CLI_SANDBOX_ADDRESSES;
	return needs;
}

const char *
cli_sandbox_module_name(const struct cli *cli)
{
	static const enum cli_opt uris[] = { CLI_OPT_CA_KEY, CLI_OPT_TOKEN,
		CLI_OPT_RESPONDER };
	const char *module = cli_args_value(&cli->args, CLI_OPT_MODULE);

	if ((cli->command->needs & CLI_NEEDS_TOKEN) == 0)
		return NULL;
	if (module != NULL)
		return module;
	for (size_t i = 0; i < COUNT(uris); i++) {
		const char *uri = cli_args_value(&cli->args, uris[i]);

		if (uri != NULL && strstr(uri, "module-path") != NULL)
			return "";
	}
	if (cli->ca.policy == NULL || cli->ca.policy->module_path == NULL)
		return "";
	return cli->ca.policy->module_path;
}

/* The descriptor N that TEXT ends with, behind PREFIX; 0: none. */
static unsigned
number_behind(const char *text, const char *prefix)
{
	const char *at = strstr(text, prefix);
	char *end = NULL;
	unsigned long n;

	if (at == NULL)
		return 0;
	at += strlen(prefix);
	errno = 0;
	n = strtoul(at, &end, 10);
	return errno == 0 && end != at && n < KEPT_HIGHEST ? (unsigned)n : 0;
}

static int
compare(const void *a, const void *b)
{
	unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;

	return (left > right) - (left < right);
}

/* Appends what TEXT names to the COUNT descriptors of KEPT. */
static size_t
keep_named(const char *text, unsigned kept[KEPT_MAX], size_t count)
{
	static const char *const prefixes[] = { "/dev/fd/", "/proc/self/fd/" };

	for (size_t i = 0; i < COUNT(prefixes) && count < KEPT_MAX; i++) {
		kept[count] = number_behind(text, prefixes[i]);
		if (kept[count] != 0)
			count++;
	}
	return count;
}

void
cli_sandbox_close(const struct cli_args *args)
{
	static const enum cli_opt pins[] = { CLI_OPT_PIN_FD, CLI_OPT_SO_PIN_FD,
		CLI_OPT_RESPONDER_PIN_FD, CLI_OPT_NEW_PIN_FD,
		CLI_OPT_PASSPHRASE_FD };
	unsigned kept[KEPT_MAX + COUNT(pins)], from = STDERR_FILENO + 1;
	struct ca_error ignored;
	size_t count = 0;

	for (size_t i = 0; i < args->word_count; i++)
		count = keep_named(args->word[i], kept, count);
	for (size_t i = 0; i < args->given_count; i++)
		if (args->given[i].value != NULL)
			count = keep_named(args->given[i].value, kept, count);
	for (size_t i = 0; i < COUNT(pins); i++) {
		kept[count] = 0;
		/* One that is no number is the command's to refuse. */
		if (cli_args_number(args, pins[i], 0, KEPT_HIGHEST,
			&kept[count], &ignored) == CA_OK &&
		    kept[count] != 0)
			count++;
	}
	qsort(kept, count, sizeof(kept[0]), compare);
	for (size_t i = 0; i < count; i++) {
		if (kept[i] > from)
			(void)close_range(from, kept[i] - 1, 0);
		if (kept[i] >= from)
			from = kept[i] + 1;
	}
	(void)close_range(from, ~0U, 0);
}

/*
 * Temporary files of SQLite, ours and the modules', are made where they may be:
 * they have a name for a moment. The file system of the ledger is as safe.
 */
static enum ca_code
place_temporary(const struct cli *cli, struct ca_error *err)
{
	if (cli->ca.path == NULL || access(cli->ca.path, W_OK | X_OK) != 0)
		return CA_OK;
	if (setenv("SQLITE_TMPDIR", cli->ca.path, 1) != 0)
		return ca_fail_memory(err);
	return CA_OK;
}

static enum ca_code
apply_paths(const struct cli *cli, struct ca_error *err)
{
	struct cli_writables list = { 0 };
	struct ca_landlock_path *paths = NULL;
	enum ca_code rc =
	    cli_sandbox_paths(cli, cli_sandbox_module_name(cli), &list, err);

	if (rc != CA_OK)
		return rc;
	/* It is foreign code that is to be bounded. */
	if (ca_landlock_version() == 0 &&
	    (cli->command->needs & CLI_NEEDS_TOKEN) != 0)
		term_warning(
		    "this kernel has no Landlock that serves: the sandbox does not bound where the module writes; coldca doctor says more");
	paths = calloc(list.count, sizeof(*paths));
	if (paths == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	for (size_t i = 0; i < list.count; i++)
		paths[i] = (struct ca_landlock_path){ list.item[i].path,
			list.item[i].right };
	rc = ca_landlock_apply(paths, list.count, err);
out:
	free(paths);
	cli_writables_clear(&list);
	return rc;
}

enum ca_code
cli_sandbox_note(const struct cli *cli, struct ca_error *err)
{
	if (!cli_args_has(&cli->args, CLI_OPT_NO_SANDBOX) ||
	    cli->ca.ledger == NULL ||
	    (cli->command->needs & CLI_NEEDS_WRITER) == 0)
		return CA_OK;
	return ca_ledger_note(cli->ca.ledger, CA_ENTRY_NOTE, NOTE,
	    ca_time_now(), err);
}

enum ca_code
cli_sandbox_enter(const struct cli *cli, struct ca_error *err)
{
	enum ca_code rc;

	if (cli_args_has(&cli->args, CLI_OPT_NO_SANDBOX)) {
		term_warning("the sandbox is off: --no-sandbox");
		return CA_OK;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "sandbox: PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
	rc = place_temporary(cli, err);
	if (rc == CA_OK)
		rc = apply_paths(cli, err);
	if (rc == CA_OK)
		rc = cli_sandbox_calls(cli_sandbox_needs(cli), err);
	return rc;
}
