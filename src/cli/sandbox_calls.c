/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that are allowed, applied and shown. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/sandbox.h"
#include "cli/sandbox_filter.h"
#include "cli/sandbox_rules.h"
#include "cli/term.h"

enum ca_code
cli_sandbox_program(unsigned needs, pid_t own, struct sock_fprog *ret,
    struct ca_error *err)
{
	const struct cli_sandbox_filter *filter = cli_sandbox_filters;
	struct sock_filter *code;

	while (filter->code != NULL && filter->needs != needs)
		filter++;
	if (filter->code == NULL)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "sandbox: nothing was made for needs %u", needs);
	code = calloc(filter->count, sizeof(*code));
	if (code == NULL)
		return ca_fail_memory(err);
	memcpy(code, filter->code, filter->count * sizeof(*code));
	for (const uint16_t *at = filter->own; *at != 0; at++)
		code[*at].k = (uint32_t)own;
	*ret = (struct sock_fprog){ filter->count, code };
	return CA_OK;
}

enum ca_code
cli_sandbox_calls(unsigned needs, struct ca_error *err)
{
	struct sock_fprog program = { 0 };
	enum ca_code rc = cli_sandbox_program(needs, getpid(), &program, err);
	const char *why = NULL;
	long thread;

	if (rc != CA_OK)
		return rc;
	/*
	 * Also what a library that was loaded before has started. The number of
	 * a thread says that this one can not follow, and that none has.
	 */
	thread = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_TSYNC, &program);
	if (thread != 0)
		why = strerror(thread < 0 ? errno : ESRCH);
	free(program.filter);
	if (why == NULL)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_INTERNAL,
	    "sandbox: no filter for system calls: %s", why);
	ca_hint(err,
	    "a kernel with CONFIG_SECCOMP_FILTER has them; --no-sandbox goes on without");
	return CA_ERR_INTERNAL;
}

/* Whether any arguments of CALL are allowed. */
static bool
is_plain(unsigned needs, const char *call)
{
	const struct cli_sandbox_plain *plain = cli_sandbox_plain;
	char name[CLI_SANDBOX_CALL_SIZE];

	for (; plain->calls != NULL; plain++) {
		const char *list = plain->calls;

		while ((plain->needs & needs) != 0 &&
		    cli_sandbox_next_call(&list, name))
			if (strcmp(name, call) == 0)
				return true;
	}
	return false;
}

/* Whether RULE allows something to NEEDS that is not allowed anyway. */
static bool
is_bounded(unsigned needs, const struct cli_sandbox_rule *rule)
{
	return (rule->needs & needs) != 0 && !is_plain(needs, rule->call);
}

void
cli_sandbox_calls_show(unsigned needs)
{
	const struct cli_sandbox_plain *plain = cli_sandbox_plain;
	const struct cli_sandbox_rule *rule = cli_sandbox_bounded;

	term_line(stdout, "system calls that are allowed");
	for (; plain->calls != NULL; plain++)
		if ((plain->needs & needs) != 0)
			term_line(stdout, "  %s: %s", plain->what,
			    plain->calls);
	term_line(stdout, "system calls that are allowed with these arguments");
	for (; rule->call != NULL; rule++)
		if (is_bounded(needs, rule))
			term_line(stdout, "  %s(%s)", rule->call, rule->text);
	term_line(stdout, "all others fail; among them");
	term_line(stdout, "  refused: %s", cli_sandbox_refused);
}

/* Appends {call, arguments, why} to LIST; NULL once that has failed. */
static json_t *
append(json_t *list, const char *call, const char *bound)
{
	if (list != NULL &&
	    json_array_append_new(list,
		json_pack("{s:s,s:s?}", "call", call, "argument", bound)) == 0)
		return list;
	json_decref(list);
	return NULL;
}

json_t *
cli_sandbox_calls_json(unsigned needs)
{
	const struct cli_sandbox_plain *plain = cli_sandbox_plain;
	const struct cli_sandbox_rule *rule = cli_sandbox_bounded;
	json_t *list = json_array();
	char call[CLI_SANDBOX_CALL_SIZE];

	for (; plain->calls != NULL; plain++) {
		const char *calls = plain->calls;

		while ((plain->needs & needs) != 0 &&
		    cli_sandbox_next_call(&calls, call))
			list = append(list, call, NULL);
	}
	for (; rule->call != NULL; rule++)
		if (is_bounded(needs, rule))
			list = append(list, rule->call, rule->text);
	return list;
}
