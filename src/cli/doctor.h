/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_DOCTOR_H
#define COLDCA_CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

#include "cli/cli.h"
#include "coldca/error.h"

#define DOCTOR_TEXT_SIZE 512 /* bytes of what a check saw, with the NUL */
#define DOCTOR_GROUPS_MAX 64 /* of a process; more are not looked at */

/*
 * The machine, as the checks see it. What the kernel shows is read below ROOT,
 * which only tests set to anything but "/".
 */
struct doctor_machine {
	int root; /* a directory with sys, proc, etc, run in it */
	const struct cli *cli;
	int64_t now;   /* seconds since 1970-01-01 UTC */
	int64_t built; /* when this program was made, the same */
	uid_t user;    /* effective */
	gid_t groups[DOCTOR_GROUPS_MAX];
	size_t group_count;
	const char *preload; /* LD_PRELOAD, or NULL */
	const char *audit;   /* LD_AUDIT, or NULL */
	int landlock;        /* version; 0: none */
	bool checker;        /* a build with AddressSanitizer */
	struct stat dir;     /* the CA directory, where has_dir */
	struct statvfs space;
	bool has_dir;
};

enum doctor_severity {
	DOCTOR_CRITICAL, /* nothing is signed where policy wants a fit machine */
	DOCTOR_WARN,
	DOCTOR_INFO,
};

enum doctor_verdict {
	DOCTOR_GOOD,
	DOCTOR_BAD,
	DOCTOR_UNKNOWN, /* can not be told, or has no meaning here */
};

/* Looks, and writes what it saw to TEXT. */
typedef enum doctor_verdict (
    *doctor_look_fn)(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE]);

/* One row of the table; it ends with one without a name. Texts are static. */
struct doctor_check {
	const char *name;
	enum doctor_severity severity;
	doctor_look_fn look;
	const char *why;
	const char *mend;
};

extern const struct doctor_check doctor_checks[];

/* The row of NAME, or NULL. */
const struct doctor_check *doctor_check_find(const char *name);

/* "critical", "good": static. */
const char *doctor_severity_name(enum doctor_severity severity);
const char *doctor_verdict_name(enum doctor_verdict verdict);

/*
 * The first line of the file NAME below MACHINE's root, without its end, in
 * TEXT; false: it can not be read.
 */
bool doctor_read(const struct doctor_machine *machine, const char *name,
    char text[DOCTOR_TEXT_SIZE]);

/* The same for the number at the start of it. */
bool doctor_read_number(const struct doctor_machine *machine, const char *name,
    int base, long long *ret);

/* Calls EACH with every name in the directory NAME; false: there is none. */
bool doctor_each(const struct doctor_machine *machine, const char *name,
    void (*each)(const struct doctor_machine *machine, const char *name,
	void *arg),
    void *arg);

/* Calls EACH with every line of the file NAME, which it may change. */
bool doctor_each_line(const struct doctor_machine *machine, const char *name,
    void (*each)(const struct doctor_machine *machine, char *line, void *arg),
    void *arg);

/* Appends to TEXT, with ", " before it where there is something already. */
void doctor_say(char text[DOCTOR_TEXT_SIZE], const char *fmt, ...)
    CA_PRINTF(2, 3);

/*
 * Holds the machine against the critical checks where CLI's command signs and
 * its policy wants require_air_gap. Each that fails is printed.
 *
 * CA_ERR_POLICY  the machine is not fit
 */
CA_CHECKED enum ca_code cli_doctor_require(const struct cli *cli,
    struct ca_error *err);

#endif
