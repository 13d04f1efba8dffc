/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of who runs coldca, and of the code that runs in its process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/doctor_checks.h"

#define GROUP "coldca"
#define OTHERS_WRITE ((mode_t)(S_IWGRP | S_IWOTH))

enum doctor_verdict
doctor_preload(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	char preload[DOCTOR_TEXT_SIZE] = "";

	if (machine->preload != NULL && machine->preload[0] != '\0')
		doctor_say(text, "LD_PRELOAD is %.200s", machine->preload);
	if (machine->audit != NULL && machine->audit[0] != '\0')
		doctor_say(text, "LD_AUDIT is %.200s", machine->audit);
	if (doctor_read(machine, "etc/ld.so.preload", preload) &&
	    preload[0] != '\0')
		doctor_say(text, "/etc/ld.so.preload names %.200s", preload);
	return doctor_judge(text, "no library is put before the program's");
}

enum doctor_verdict
doctor_user(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	if (machine->user == 0)
		doctor_say(text, "coldca runs as root");
	return doctor_judge(text, "coldca runs as an ordinary user");
}

/* The number of the group "coldca" of /etc/group, in *ARG; -1: none. */
static void
look_at_group(const struct doctor_machine *machine, char *line, void *arg)
{
	static const char name[] = GROUP ":";
	long long *gid = arg;
	const char *number;

	(void)machine;
	if (strncmp(line, name, strlen(name)) != 0)
		return;
	number = strchr(line + strlen(name), ':');
	if (number != NULL)
		*gid = strtoll(number + 1, NULL, 10);
}

enum doctor_verdict
doctor_group(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	long long gid = -1;

	(void)doctor_each_line(machine, "etc/group", look_at_group, &gid);
	if (machine->user == 0)
		return doctor_unknown(text, "root needs no group");
	if (gid < 0) {
		doctor_say(text, "there is no group " GROUP);
		return DOCTOR_BAD;
	}
	for (size_t i = 0; i < machine->group_count; i++)
		if ((long long)machine->groups[i] == gid)
			return doctor_judge(text,
			    "the user is in the group " GROUP);
	doctor_say(text, "the user is not in the group " GROUP);
	return DOCTOR_BAD;
}

enum doctor_verdict
doctor_sandbox(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	if (machine->landlock == 0)
		doctor_say(text,
		    "this kernel has no Landlock: only system calls are bounded");
	if (machine->checker)
		doctor_say(text,
		    "a build with AddressSanitizer: it may trace and start processes");
	if (cli_args_has(&machine->cli->args, CLI_OPT_NO_SANDBOX))
		doctor_say(text, "--no-sandbox");
	return doctor_judge(text, "system calls and writing are bounded");
}

#if COLDCA_TOKEN
enum doctor_verdict
doctor_udev(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	const char *path = COLDCA_UDEV_RULES_PATH;
	uint8_t digest[CA_SHA256_SIZE];
	char hex[2 * CA_SHA256_SIZE + 1];
	struct ca_error err;

	(void)machine;
	if (ca_file_sha256(path, digest, &err) != CA_OK) {
		doctor_say(text, "%s", err.message);
		return DOCTOR_BAD;
	}
	ca_hex(digest, sizeof(digest), hex);
	if (strcmp(hex, COLDCA_UDEV_RULES_SHA256) != 0)
		doctor_say(text, "%s: not those of this coldca", path);
	return doctor_judge(text, "they are installed, and this coldca's");
}

/* Modules that reach their token through pcscd, by a part of their names. */
static bool
needs_pcscd(const char *module)
{
	static const char *const names[] = { "opensc", "ykcs11", "eToken",
		"eTPkcs11", "ep11", "castle" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(module, names[i]) != NULL)
			return true;
	return false;
}

static const char *
pinned(const struct doctor_machine *machine)
{
	const struct ca_policy *policy = machine->cli->ca.policy;

	return policy != NULL ? policy->module_path : NULL;
}

enum doctor_verdict
doctor_pcscd(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	const char *module = pinned(machine);
	bool runs =
	    faccessat(machine->root, "run/pcscd/pcscd.comm", F_OK, 0) == 0;

	if (module == NULL)
		return doctor_unknown(text, "no module is pinned");
	if (needs_pcscd(module) && !runs)
		doctor_say(text, "it does not run, and the module needs it");
	if (!needs_pcscd(module) && runs)
		doctor_say(text, "it runs, and the module does not need it");
	return doctor_judge(text,
	    runs ? "it runs" : "it does not run, and nobody needs it");
}

enum doctor_verdict
doctor_module(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	if (machine->cli->ca.policy == NULL)
		return doctor_unknown(text, "there is no policy");
	if (pinned(machine) == NULL)
		doctor_say(text, "policy.yaml pins none");
	return doctor_judge(text, pinned(machine));
}

/* Whether another user could put something else where PATH is. */
static void
look_at_path(const struct doctor_machine *machine, const char *path,
    char text[DOCTOR_TEXT_SIZE])
{
	struct stat st;

	if (stat(path, &st) < 0) {
		doctor_say(text, "%s: %s", path, strerror(errno));
		return;
	}
	if ((st.st_mode & OTHERS_WRITE) != 0)
		doctor_say(text, "%s can be written by others", path);
	if (st.st_uid != 0 && st.st_uid != machine->user)
		doctor_say(text, "%s is user %ju's", path,
		    (uintmax_t)st.st_uid);
}

/* The same of all directories above PATH, which is lost. */
static void
look_above(const struct doctor_machine *machine, char *path,
    char text[DOCTOR_TEXT_SIZE])
{
	char *slash;

	while ((slash = strrchr(path, '/')) != NULL && slash != path) {
		*slash = '\0';
		look_at_path(machine, path, text);
	}
	look_at_path(machine, "/", text);
}

enum doctor_verdict
doctor_module_file(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	const char *module = pinned(machine);
	char *path, *name;

	if (module == NULL)
		return doctor_unknown(text, "no module is pinned");
	path = realpath(module, NULL);
	if (path == NULL) {
		doctor_say(text, "%s: %s", module, strerror(errno));
		return DOCTOR_BAD;
	}
	look_at_path(machine, path, text);
	/* Where a link leads is up to who can write the link's directory. */
	name = strcmp(path, module) != 0 ? strdup(module) : NULL;
	look_above(machine, path, text);
	if (name != NULL)
		look_above(machine, name, text);
	free(name);
	free(path);
	return doctor_judge(text, "nobody else can change or replace it");
}

enum doctor_verdict
doctor_module_hash(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	const char *module = pinned(machine);
	uint8_t digest[CA_SHA256_SIZE];
	struct ca_error err;

	if (module == NULL)
		return doctor_unknown(text, "no module is pinned");
	if (ca_file_sha256(module, digest, &err) != CA_OK)
		doctor_say(text, "%s", err.message);
	else if (memcmp(digest, machine->cli->ca.policy->module_sha256,
		     sizeof(digest)) != 0)
		doctor_say(text,
		    "%s: its SHA-256 is not the one that policy.yaml pins",
		    module);
	return doctor_judge(text, "it is the one that policy.yaml pins");
}
#endif
