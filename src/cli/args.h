/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_ARGS_H
#define COLDCA_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

/* Every option of every command: the index of its row in options.c. */
enum cli_opt {
	CLI_OPT_CA_DIR,
	CLI_OPT_CERTS_DIR,
	CLI_OPT_CA_KEY,
	CLI_OPT_TOKEN,
	CLI_OPT_LOGIN,
	CLI_OPT_MODULE,
	CLI_OPT_MODULE_ARGS,
	CLI_OPT_MODE,
	CLI_OPT_KEY_TYPE,
	CLI_OPT_KEY_SIZE,
	CLI_OPT_SIG_ALG,
	CLI_OPT_LIFETIME,
	CLI_OPT_HOST,
	CLI_OPT_USER,
	CLI_OPT_TENANT,
	CLI_OPT_TENANT_SCOPE,
	CLI_OPT_TENANT_NAME_SCOPE,
	CLI_OPT_DISABLE_USERNAME_VALIDATION,
	CLI_OPT_PKCS8,
	CLI_OPT_CERT_PRINCIPAL_MAP,
	CLI_OPT_ROOT_DN,
	CLI_OPT_NODE_DN,
	CLI_OPT_CA,
	CLI_OPT_EXPIRING,
	CLI_OPT_REQUEST,
	CLI_OPT_ALL,
	CLI_OPT_TO,
	CLI_OPT_AT_ONCE,
	CLI_OPT_NAMES_FROM_REQUEST,
	CLI_OPT_ORDERS,
	CLI_OPT_INTAKE,
	CLI_OPT_INTO,
	CLI_OPT_FROM,
	CLI_OPT_ALLOW_UNSIGNED,
	CLI_OPT_RESUME,
	CLI_OPT_PREPARE,
	CLI_OPT_APPROVED,
	CLI_OPT_APPROVER,
	CLI_OPT_KEY,
	CLI_OPT_PASSPHRASE_FD,
	CLI_OPT_DROP_EXTRA,
	CLI_OPT_PERMISSIVE,
	CLI_OPT_ALLOW_ROOT,
	CLI_OPT_ALLOW_NODE,
	CLI_OPT_OUT,
	CLI_OPT_OVERWRITE,
	CLI_OPT_ALLOW_CA_KEY_REUSE,
	CLI_OPT_STANDBY,
	CLI_OPT_REASON,
	CLI_OPT_CONFIRM,
	CLI_OPT_WITHOUT_CRL,
	CLI_OPT_RESPONDER,
	CLI_OPT_SIGNER,
	CLI_OPT_SESSIONS,
	CLI_OPT_ACCEPT_TOKEN_CHANGE,
	CLI_OPT_TOKEN_TIMEOUT,
	CLI_OPT_NEW_KEY,
	CLI_OPT_REUSE_KEY,
	CLI_OPT_MANIFEST,
	CLI_OPT_GROUP,
	CLI_OPT_RESPONSE,
	CLI_OPT_REQUIRE_RESPONSE,
	CLI_OPT_WITHOUT_RESPONSE,
	CLI_OPT_CA_FINGERPRINT,
	CLI_OPT_ROLLBACK,
	CLI_OPT_CHECK,
	CLI_OPT_DAYS,
	CLI_OPT_LABEL,
	CLI_OPT_ERASE,
	CLI_OPT_SO_PIN_FD,
	CLI_OPT_PIN_FD,
	CLI_OPT_RESPONDER_PIN_FD,
	CLI_OPT_NEW_PIN_FD,
	CLI_OPT_PIN,
	CLI_OPT_FORMAT,
	CLI_OPT_OUTPUT,
	CLI_OPT_CLUSTER_ID,
	CLI_OPT_UPDATE,
	CLI_OPT_ISSUER,
	CLI_OPT_OWN,
	CLI_OPT_RULES,
	CLI_OPT_PROFILE,
	CLI_OPT_STATE,
	CLI_OPT_NAME,
	CLI_OPT_SERIAL,
	CLI_OPT_SINCE,
	CLI_OPT_UNTIL,
	CLI_OPT_VERIFY,
	CLI_OPT_MINUTES_FORMAT,
	CLI_OPT_OPERATOR,
	CLI_OPT_WITNESS,
	CLI_OPT_PEM,
	CLI_OPT_CERTIFICATE,
	CLI_OPT_LEDGER_FORMAT,
	CLI_OPT_EXPECT_HEAD,
	CLI_OPT_HEAD_FILE,
	CLI_OPT_CONFIRM_DATE,
	CLI_OPT_WAIT,
	CLI_OPT_SANDBOX,
	CLI_OPT_NO_SANDBOX,
	CLI_OPT_JSON,
	CLI_OPT_YES,
	CLI_OPT_QUIET,
	CLI_OPT_LOGTOSTDERR,
	CLI_OPT_HELP,
	CLI_OPT_DUMP_COMMANDS,
	CLI_OPTS /* how many there are */
};

/* One row of the option table. All texts are static. */
struct cli_option {
	const char *name;     /* without the dashes */
	const char *metavar;  /* NULL: takes no value; "a|b": one of these */
	const char *env;      /* variable that stands in for it, or NULL */
	const char *fallback; /* default; "$HOME/" is replaced; or NULL */
	const char *help;     /* NULL: left out of every help */
	const char *refused;  /* never accepted, for this reason; or NULL */
	uint64_t commands;    /* CLI_BIT() of each command that accepts it */
	bool repeats;
	bool expands;  /* $NAME in it, where it is a path */
	bool optional; /* its value, which then stands behind a `=` */
	/* Judges a value that the command line gives, or NULL. */
	enum ca_code (*check)(const char *value, struct ca_error *err);
};

/* One option as the command line gave it. */
struct cli_given {
	enum cli_opt opt;
	const char *value; /* NULL where the option takes none */
};

/* A command line taken apart; all texts are those of argv. */
struct cli_args {
	struct cli_given *given;
	size_t given_count;
	const char **word; /* what is neither an option nor its value */
	size_t word_count;
};

struct cli_command;

/* Never NULL. */
const struct cli_option *cli_option_get(enum cli_opt opt);

/*
 * Takes the command line apart by the option table alone. Options may stand
 * anywhere before `--`; names are never abbreviated. *RET is new.
 *
 * CA_ERR_USAGE  unknown, repeated or refused option, value missing, empty or
 *               not one of those that the table lists
 */
CA_CHECKED enum ca_code cli_args_parse(int argc, char *const *argv,
    struct cli_args *ret, struct ca_error *err);

/*
 * Drops a leading word `cert`, finds the command that the first words name and
 * drops these too. *RET_COMMAND is NULL where there are no words.
 *
 * CA_ERR_USAGE  no such command
 */
CA_CHECKED enum ca_code cli_args_command(struct cli_args *args,
    const struct cli_command **ret_command, struct ca_error *err);

/*
 * Holds the options, their values and the number of words against what COMMAND
 * accepts.
 *
 * CA_ERR_USAGE  names the first that it does not
 */
CA_CHECKED enum ca_code cli_args_check(const struct cli_args *args,
    const struct cli_command *command, struct ca_error *err);

bool cli_args_has(const struct cli_args *args, enum cli_opt opt);

/* The value given, or its environment variable's, or NULL. Borrowed. */
const char *cli_args_value(const struct cli_args *args, enum cli_opt opt);

/* The values of an option that repeats, one per call; NULL after the last. */
const char *cli_args_next(const struct cli_args *args, enum cli_opt opt,
    size_t *index);

/* Which of the alternatives of its metavar was given; -1: none. */
int cli_args_choice(const struct cli_args *args, enum cli_opt opt);

/*
 * A whole number from MIN to MAX. *RET is left alone where the option is not given.
 *
 * CA_ERR_USAGE  anything else
 */
CA_CHECKED enum ca_code cli_args_number(const struct cli_args *args,
    enum cli_opt opt, unsigned min, unsigned max, unsigned *ret,
    struct ca_error *err);

/*
 * The value, with its variables put in where the table says so, or the default
 * of the table with the home directory put in. *RET_PATH is new; free() it.
 *
 * CA_ERR_USAGE  the default needs HOME, which is not set; or as cli_go_expand()
 */
CA_CHECKED enum ca_code cli_args_path(const struct cli_args *args,
    enum cli_opt opt, char **ret_path, struct ca_error *err);

void cli_args_free(struct cli_args *args);

#endif
