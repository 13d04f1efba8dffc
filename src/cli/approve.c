/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody looks at drafts, and signs that they may be signed. */
#include <inttypes.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/term.h"
#include "coldca/approval.h"

#define KEY_FILE_MAX ((size_t)16 * 1024) /* bytes of a private key's PEM */
#define PASSPHRASE_MAX ((size_t)1024)    /* bytes, with the NUL */
#define NAME_OCTETS ((size_t)8)          /* of a hash, in a file's name */

/* One run of `approve`. */
struct approving {
	struct cli *cli;
	const char *approver;
	struct ca_draft_file *draft;
	uint8_t (*tbs_sha256)[CA_SHA256_SIZE]; /* of each */
	size_t count;
	EVP_PKEY *key;
	struct ca_key_info info;
	int64_t now;
	int64_t lifetime; /* seconds */
};

/* What the passphrase is asked for. */
struct asking {
	const struct cli_args *args;
	const char *path;
	struct ca_error *err;
	bool asked;
};

/* One line of --passphrase-fd, byte by byte: what follows is for others. */
static int
read_fd(int fd, char *buf, int size)
{
	int len = 0;
	char c = '\0';

	while (len < size && read(fd, &c, 1) == 1 && c != '\n')
		buf[len++] = c;
	ca_wipe(&c, sizeof(c));
	return len;
}

static int
ask_terminal(const struct asking *asking, char *buf, int size)
{
	struct term_tty tty = { .fd = -1 };
	struct ca_secret secret = { 0 };
	char *question = NULL;
	int len = -1;
	enum ca_code rc = term_tty_open(&tty, asking->err);

	if (rc != CA_OK) {
		ca_hint(asking->err, "--passphrase-fd=N reads it");
		return -1;
	}
	rc = ca_secret_new(PASSPHRASE_MAX, &secret, asking->err);
	if (rc == CA_OK)
		rc = ca_text_format(&question, asking->err, "Passphrase of %s",
		    asking->path);
	if (rc == CA_OK)
		rc = term_tty_secret(&tty, question, secret.data,
		    PASSPHRASE_MAX, asking->err);
	if (rc == CA_OK && strlen(secret.data) < (size_t)size) {
		len = (int)strlen(secret.data);
		memcpy(buf, secret.data, (size_t)len);
	}
	ca_secret_free(&secret);
	free(question);
	term_tty_close(&tty);
	return len;
}

/* What OpenSSL calls for the passphrase of an encrypted key. */
static int
give_passphrase(char *buf, int size, int writing, void *arg)
{
	struct asking *asking = arg;
	unsigned fd = 0;

	(void)writing;
	asking->asked = true;
	if (!cli_args_has(asking->args, CLI_OPT_PASSPHRASE_FD))
		return ask_terminal(asking, buf, size);
	if (cli_args_number(asking->args, CLI_OPT_PASSPHRASE_FD, 0, INT32_MAX,
		&fd, asking->err) != CA_OK)
		return -1;
	return read_fd((int)fd, buf, size);
}

static enum ca_code
read_key(struct approving *approving, struct ca_error *err)
{
	const struct cli_args *args = &approving->cli->args;
	struct ca_error reason = { 0 };
	struct asking asking = { .args = args,
		.path = cli_args_value(args, CLI_OPT_KEY),
		.err = &reason };
	struct ca_bytes pem = { 0 };
	BIO *bio = NULL;
	enum ca_code rc;

	rc = ca_file_read(asking.path, KEY_FILE_MAX, &pem, err);
	if (rc != CA_OK)
		return rc;
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (bio != NULL)
		approving->key = PEM_read_bio_PrivateKey(bio, NULL,
		    give_passphrase, &asking);
	ERR_clear_error();
	BIO_free(bio);
	ca_wipe(pem.data, pem.len);
	ca_bytes_free(&pem);
	if (approving->key != NULL)
		return ca_key_describe(approving->key, &approving->info, err);
	if (reason.message[0] != '\0') {
		*err = reason;
		return err->code;
	}
	return ca_fail(err, asking.asked ? CA_ERR_PIN : CA_ERR_INPUT, "%s: %s",
	    asking.path,
	    asking.asked ? "the passphrase is wrong"
			 : "not a private key in PEM");
}

static enum ca_code
read_draft(struct approving *approving, const char *path, struct ca_error *err)
{
	struct ca_draft_file *file = &approving->draft[approving->count];
	struct ca_bytes text = { 0 };
	enum ca_code rc = ca_file_read(path, CA_STATEMENT_MAX, &text, err);

	if (rc == CA_OK)
		rc = ca_draft_file_parse(path, text.data, text.len, file, err);
	ca_bytes_free(&text);
	if (rc != CA_OK)
		return rc;
	memcpy(approving->tbs_sha256[approving->count++], file->tbs_sha256,
	    CA_SHA256_SIZE);
	if (memcmp(file->ledger, approving->draft[0].ledger, CA_SHA256_SIZE) !=
	    0)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: is of another CA's ledger than the first draft", path);
	if (approving->lifetime > file->approval_lifetime)
		approving->lifetime = file->approval_lifetime;
	return CA_OK;
}

static enum ca_code
read_drafts(struct approving *approving, struct ca_error *err)
{
	const struct cli_args *args = &approving->cli->args;
	const char *lifetime = cli_args_value(args, CLI_OPT_LIFETIME);
	enum ca_code rc = CA_OK;

	approving->lifetime = INT64_MAX;
	if (lifetime != NULL &&
	    (ca_duration_parse(lifetime, &approving->lifetime, err) != CA_OK ||
		approving->lifetime < CA_LIFETIME_MIN))
		return ca_fail(err, CA_ERR_USAGE, "--lifetime: `%s`", lifetime);
	approving->draft = calloc(args->word_count, sizeof(*approving->draft));
	approving->tbs_sha256 = calloc(args->word_count, CA_SHA256_SIZE);
	if (approving->draft == NULL || approving->tbs_sha256 == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; rc == CA_OK && i < args->word_count; i++)
		rc = read_draft(approving, args->word[i], err);
	return rc;
}

/* As sign shows it: the request, and all that the certificate will say. */
static void
show_draft(const struct ca_draft_file *file, const char *path, FILE *out)
{
	const struct ca_certificate *preview = file->preview;
	char hex[2 * CA_SHA256_SIZE + 1];
	struct ca_csr *csr = NULL;
	struct ca_error ignored;

	term_line(out, "%s", path);
	if (file->csr.len > 0 &&
	    ca_csr_parse(path, file->csr.data, file->csr.len, &csr, &ignored) ==
		CA_OK)
		cli_show_asks(out, csr);
	ca_csr_free(csr);
	cli_show_field(out, "profile", "%s", file->profile->name);
	cli_show_certificate(out, preview,
	    ca_certificate_not_after(preview) -
		ca_certificate_not_before(preview));
	cli_show_field(out, "bundle", "%s", file->name);
	ca_hex(file->tbs_sha256, CA_SHA256_SIZE, hex);
	cli_show_field(out, "draft", "SHA-256 %s", hex);
	cli_show_words(out, file->tbs_sha256, CLI_KEY_WORDS);
}

static enum ca_code
confirm(const struct approving *approving, struct ca_error *err)
{
	bool yes = cli_args_has(&approving->cli->args, CLI_OPT_YES);
	struct term_tty tty = { .fd = -1 };
	char hex[2 * CA_SHA256_SIZE + 1];
	char *question = NULL;
	enum ca_code rc = yes ? CA_OK : term_tty_open(&tty, err);

	if (rc != CA_OK) {
		ca_hint(err, "--yes approves without asking");
		return rc;
	}
	for (size_t i = 0; i < approving->count; i++)
		if (!yes || !approving->cli->quiet)
			show_draft(&approving->draft[i],
			    approving->cli->args.word[i],
			    yes ? stderr : tty.out);
	if (yes)
		return CA_OK;
	ca_hex(approving->info.spki_sha256, CA_SHA256_SIZE, hex);
	rc = ca_text_format(&question, err,
	    "Approve %zu certificate%s as %s, with the key of SPKI SHA-256 %.16s...?",
	    approving->count, approving->count == 1 ? "" : "s",
	    approving->approver, hex);
	if (rc == CA_OK)
		rc = term_tty_confirm(&tty, question, err);
	free(question);
	term_tty_close(&tty);
	return rc;
}

/* Beside the first draft, unless --out says where. *RET is new. */
static enum ca_code
choose_dir(const struct approving *approving, char **ret, struct ca_error *err)
{
	const char *first = approving->cli->args.word[0];
	const char *slash = strrchr(first, '/');

	if (cli_args_has(&approving->cli->args, CLI_OPT_OUT))
		return cli_args_path(&approving->cli->args, CLI_OPT_OUT, ret,
		    err);
	return ca_text_format(ret, err, "%.*s",
	    slash != NULL ? (int)(slash - first) : 1,
	    slash != NULL ? first : ".");
}

static enum ca_code
report(const struct approving *approving, const char *dir, const char *name,
    int64_t expires_at, struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc = ca_path_join(dir, name, &path, err);

	if (rc == CA_OK && approving->cli->json)
		rc =
		    cli_json_print(json_pack("{s:o,s:s,s:I,s:o}", "approval",
				       cli_json_text(path), "approver",
				       approving->approver, "drafts",
				       (json_int_t)approving->count,
				       "expires_at", cli_json_time(expires_at)),
			err);
	else if (rc == CA_OK)
		term_line(stdout, "%s", path);
	free(path);
	return rc;
}

static enum ca_code
write_approval(const struct approving *approving, struct ca_error *err)
{
	const struct ca_approval_words words = {
		.ledger = approving->draft[0].ledger,
		.approver = approving->approver,
		.approved_at = approving->now,
		.expires_at = approving->now + approving->lifetime,
		.tbs_sha256 =
		    (const uint8_t(*)[CA_SHA256_SIZE])approving->tbs_sha256,
		.count = approving->count,
	};
	uint8_t hash[CA_SHA256_SIZE];
	char hex[2 * NAME_OCTETS + 1];
	struct ca_bytes text = { 0 };
	char *name = NULL, *dir = NULL;
	struct ca_file_new file = { NULL, &text, 0644, false, NULL };
	int fd = -1;
	enum ca_code rc = ca_approval_make(&words, approving->key, &text, err);

	if (rc == CA_OK)
		rc = ca_policy_sha256(&text, hash, err);
	if (rc == CA_OK) {
		ca_hex(hash, NAME_OCTETS, hex);
		rc = ca_text_format(&name, err, "%s" CA_APPROVAL_ENDING, hex);
	}
	if (rc == CA_OK)
		rc = choose_dir(approving, &dir, err);
	if (rc == CA_OK)
		rc = ca_dir_open(dir, 0755, &fd, err);
	file.name = name;
	if (rc == CA_OK)
		rc = ca_files_write_at(fd, dir, &file, 1, err);
	if (rc == CA_OK)
		rc = report(approving, dir, name, words.expires_at, err);
	if (fd >= 0)
		(void)close(fd);
	ca_bytes_free(&text);
	free(name);
	free(dir);
	return rc;
}

static enum ca_code
run(struct approving *approving, struct ca_error *err)
{
	const struct cli_args *args = &approving->cli->args;
	enum ca_code rc;

	approving->approver = cli_args_value(args, CLI_OPT_APPROVER);
	if (approving->approver == NULL || !cli_args_has(args, CLI_OPT_KEY)) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "approve: --approver=NAME and --key=FILE are needed");
		ca_hint(err, "NAME is as `approvers` in policy.yaml has it");
		return CA_ERR_USAGE;
	}
	rc = read_drafts(approving, err);
	if (rc == CA_OK)
		rc = read_key(approving, err);
	if (rc == CA_OK)
		rc = confirm(approving, err);
	return rc == CA_OK ? write_approval(approving, err) : rc;
}

enum ca_code
cli_approve(struct cli *cli, struct ca_error *err)
{
	struct approving approving = { .cli = cli, .now = ca_time_now() };
	enum ca_code rc = run(&approving, err);

	for (size_t i = 0; i < approving.count; i++)
		ca_draft_file_clear(&approving.draft[i]);
	free(approving.draft);
	free(approving.tbs_sha256);
	EVP_PKEY_free(approving.key);
	return rc;
}
