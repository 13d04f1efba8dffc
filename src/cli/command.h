/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_COMMAND_H
#define COLDCA_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

struct cli;

/* Every command, also those that this build leaves out. */
enum cli_command_id {
	CLI_CMD_INIT,
	CLI_CMD_CREATE_CA,
	CLI_CMD_CREATE_CLIENT_CA,
	CLI_CMD_CREATE_UI_CA,
	CLI_CMD_CREATE_TENANT_CLIENT_CA,
	CLI_CMD_CREATE_NODE,
	CLI_CMD_CREATE_CLIENT,
	CLI_CMD_CREATE_UI,
	CLI_CMD_CREATE_TENANT_CLIENT,
	CLI_CMD_CREATE_TENANT_SIGNING,
	CLI_CMD_SIGN,
	CLI_CMD_RENEW,
	CLI_CMD_ROTATE_CA,
	CLI_CMD_SPLIT_CA,
	CLI_CMD_REVOKE,
	CLI_CMD_CREATE_CRL,
	CLI_CMD_CREATE_OCSP,
	CLI_CMD_CREATE_RESPONDER,
	CLI_CMD_CREATE_RESPONSE,
	CLI_CMD_COMPROMISE,
	CLI_CMD_INTAKE,
	CLI_CMD_DISPATCH,
	CLI_CMD_INSPECT,
	CLI_CMD_EXPORT_CA,
	CLI_CMD_EXIT_GATE,
	CLI_CMD_POLICY_CHECK,
	CLI_CMD_POLICY_SHOW,
	CLI_CMD_LEDGER_LIST,
	CLI_CMD_LEDGER_SHOW,
	CLI_CMD_LEDGER_EXPORT,
	CLI_CMD_LEDGER_VERIFY,
	CLI_CMD_LEDGER_HEAD,
	CLI_CMD_REPORT,
	CLI_CMD_MINUTES,
	CLI_CMD_LEDGER_BACKUP,
	CLI_CMD_TOKEN_LIST,
	CLI_CMD_TOKEN_CHECK,
	CLI_CMD_TOKEN_INIT,
	CLI_CMD_TOKEN_CHANGE_PIN,
	CLI_CMD_REQUEST,
	CLI_CMD_INSTALL,
	CLI_CMD_LIST,
	CLI_CMD_DOCTOR,
	CLI_CMD_APPROVE,
	CLI_CMD_LINT,
	CLI_CMD_VERSION,
	CLI_CMD_HELP,
	CLI_CMDS
};

#define CLI_BIT(id) (UINT64_C(1) << (id))
#define CLI_EVERY_COMMAND (CLI_BIT(CLI_CMDS) - 1)

/* What a command needs before it runs. */
#define CLI_NEEDS_CA 1U     /* the CA directory with its policy */
#define CLI_NEEDS_LEDGER 2U /* and the ledger, to read */
#define CLI_NEEDS_WRITER 4U /* and the ledger, to write */
#define CLI_NEEDS_TOKEN 8U  /* it loads a PKCS#11 module */

#define CLI_MANY SIZE_MAX

/* Where a command is at home; the heading it stands under in the help. */
enum cli_group {
	CLI_GROUP_JUMPBOX,
	CLI_GROUP_HOST,
	CLI_GROUP_ANYWHERE,
	CLI_GROUPS
};

/* One row of the command table. All texts are static. */
struct cli_command {
	enum cli_command_id id;
	const char *name;     /* one word or two: "token list" */
	const char *synopsis; /* the words after it */
	const char *help;     /* one line */
	const char *notes;    /* further lines of its own help; or NULL */
	enum cli_group group;
	unsigned needs; /* CLI_NEEDS_ bits */
	size_t min_words;
	size_t max_words; /* or CLI_MANY */
	enum ca_code (*run)(struct cli *cli, struct ca_error *err);
};

/* One row of the table of exit statuses. */
struct cli_status {
	enum ca_code code;
	const char *help;
};

/* Both tables end with a row whose text is NULL. */
extern const struct cli_command cli_commands[];
extern const struct cli_status cli_statuses[];

/* "on the jumpbox": static. */
const char *cli_group_name(enum cli_group group);

/*
 * The command that the COUNT words at WORD begin with, and in *RET_USED how
 * many of them are its name. NULL: none.
 */
const struct cli_command *cli_command_find(const char *const *word,
    size_t count, size_t *ret_used);

/* What the rows of the table run; one file each. */
CA_CHECKED enum ca_code cli_init(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_ca(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_client_ca(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_create_ui_ca(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_tenant_client_ca(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_create_node(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_client(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_create_ui(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_tenant_client(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_create_tenant_signing(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_sign(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_approve(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_renew(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_rotate_ca(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_split_ca(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_revoke(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_crl(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_ocsp(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_create_response(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_create_ocsp_responder(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_compromise(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_intake(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_dispatch(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_inspect(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_export_ca(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_exit_gate(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_policy_check(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_policy_show(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_ledger_list(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_ledger_show(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_ledger_export(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_ledger_verify(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_ledger_head(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_report(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_minutes(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_ledger_backup(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_doctor(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_token_list(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_token_check(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_token_init(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_token_change_pin(struct cli *cli,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_request(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_install(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_list(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_lint(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_version(struct cli *cli, struct ca_error *err);
CA_CHECKED enum ca_code cli_help(struct cli *cli, struct ca_error *err);

#endif
