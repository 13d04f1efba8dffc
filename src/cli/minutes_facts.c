/* SPDX-License-Identifier: Apache-2.0 */
/* The machine on which a session was, and what ran there. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/minutes.h"

/* What can not be read is said to be unknown: the rest is worth as much. */
static void
hash(const char *path, struct minutes_hash *ret)
{
	struct ca_error ignored;

	ret->known = path != NULL &&
	    ca_file_sha256(path, ret->sha256, &ignored) == CA_OK;
}

static enum ca_code
find_user(char **ret, struct ca_error *err)
{
	const struct passwd *user = getpwuid(getuid());

	return user != NULL
	    ? ca_text_format(ret, err, "%s (uid %u)", user->pw_name,
		  (unsigned)getuid())
	    : ca_text_format(ret, err, "uid %u", (unsigned)getuid());
}

enum ca_code
cli_minutes_machine(const struct cli *cli, struct minutes_machine *ret,
    struct ca_error *err)
{
	struct minutes_machine machine = { .user = NULL };
	enum ca_code rc;

	if (uname(&machine.host) < 0)
		return ca_fail(err, CA_ERR_INTERNAL, "uname: %s",
		    strerror(errno));
	hash("/etc/machine-id", &machine.id);
	hash("/proc/self/exe", &machine.program);
	hash(cli->ca.policy->module_path, &machine.module);
	rc = ca_policy_sha256(&cli->ca.text, machine.policy, err);
	if (rc == CA_OK)
		rc = find_user(&machine.user, err);
	if (rc == CA_OK)
		*ret = machine;
	else
		cli_minutes_machine_clear(&machine);
	return rc;
}

void
cli_minutes_machine_clear(struct minutes_machine *machine)
{
	free(machine->user);
	machine->user = NULL;
}
