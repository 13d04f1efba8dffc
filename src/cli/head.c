/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/head.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/show.h"
#include "cli/term.h"
#include "coldca/clock.h"
#include "coldca/head.h"

#define HEAD_FILE_MAX ((size_t)256) /* bytes */
#define HEAD_FILE_TAG "coldca head v1 "

static enum ca_code
refuse_gone(const struct cli *cli, const char *option, struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_LEDGER,
	    "%s/" CA_LEDGER_FILE
	    ": the head that --%s names is not in it: the ledger was put back to what it was earlier, or changed",
	    cli->ca.path, option);
	ca_hint(err,
	    "sign nothing; find out which copy of the CA directory is the last one");
	return CA_ERR_LEDGER;
}

/* The ledger must hold an entry whose hash begins with HASH. */
static enum ca_code
expect(const struct cli *cli, const uint8_t *hash, size_t len,
    const char *option, struct ca_error *err)
{
	struct ca_head then = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_find_head(cli->ca.ledger, hash, len, &then, &found, err);
	if (rc != CA_OK)
		return rc;
	if (!found)
		return refuse_gone(cli, option, err);
	if (then.entry < cli->head.entry)
		cli_note(cli,
		    "the head that --%s names is entry %" PRId64 "; %" PRId64
		    " were added since",
		    option, then.entry, cli->head.entry - then.entry);
	return CA_OK;
}

static enum ca_code
expect_words(const struct cli *cli, const char *words, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE];
	size_t len = 0;
	enum ca_code rc;

	rc = ca_words_parse(words, hash, sizeof(hash), &len, err);
	if (rc == CA_OK && len < CA_HEAD_SHORT)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%zu words: a head has %zu, or the hex digits of as many octets",
		    len, CA_HEAD_SHORT);
	if (rc != CA_OK)
		return ca_error_prefix(err, "--expect-head");
	return expect(cli, hash, len, "expect-head", err);
}

/* "coldca head v1 12 HEX" and a line feed. */
static enum ca_code
parse_file(const char *path, const struct ca_bytes *bytes,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	char line[HEAD_FILE_MAX + 1];
	const char *hex;

	memcpy(line, bytes->data, bytes->len);
	line[bytes->len] = '\0';
	line[strcspn(line, "\n")] = '\0';
	hex = strrchr(line, ' ');
	if (strncmp(line, HEAD_FILE_TAG, strlen(HEAD_FILE_TAG)) != 0 ||
	    hex == NULL ||
	    ca_hex_parse(hex + 1, ret_hash, CA_SHA256_SIZE, err) != CA_OK)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: not what --head-file writes", path);
	return CA_OK;
}

static enum ca_code
expect_file(const struct cli *cli, const char *path, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE];
	struct ca_bytes bytes = { 0 };
	enum ca_code rc;

	/* Only one command begins such a file: a lost one is noticed. */
	if (cli->command->id == CLI_CMD_LEDGER_HEAD && access(path, F_OK) < 0 &&
	    errno == ENOENT)
		return CA_OK;
	rc = ca_file_read(path, HEAD_FILE_MAX, &bytes, err);
	if (rc != CA_OK) {
		ca_hint(err, "coldca ledger head --head-file=FILE begins one");
		return rc;
	}
	rc = parse_file(path, &bytes, hash, err);
	ca_bytes_free(&bytes);
	if (rc != CA_OK)
		return rc;
	return expect(cli, hash, CA_SHA256_SIZE, "head-file", err);
}

enum ca_code
cli_head_check_clock(const struct cli *cli, struct ca_error *err)
{
	const struct ca_clock clock = {
		.now = ca_time_now(),
		.built = COLDCA_BUILT,
		.confirmed = cli_args_value(&cli->args, CLI_OPT_CONFIRM_DATE),
	};
	enum ca_code rc = ca_clock_check(cli->ca.ledger, &clock, err);

	return rc == CA_ERR_INPUT ? ca_error_prefix(err, "--confirm-date") : rc;
}

enum ca_code
cli_head_begin(struct cli *cli, struct ca_error *err)
{
	const char *words = cli_args_value(&cli->args, CLI_OPT_EXPECT_HEAD);
	const char *file = cli_args_value(&cli->args, CLI_OPT_HEAD_FILE);
	enum ca_code rc;

	rc = ca_ledger_head(cli->ca.ledger, &cli->head, err);
	if (rc == CA_OK && words != NULL)
		rc = expect_words(cli, words, err);
	if (rc == CA_OK && file != NULL)
		rc = expect_file(cli, file, err);
	if (rc == CA_OK && (cli->command->needs & CLI_NEEDS_WRITER) != 0)
		rc = cli_head_check_clock(cli, err);
	return rc;
}

static enum ca_code
write_file(const char *path, const struct ca_head *head, struct ca_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char hex[2 * CA_SHA256_SIZE + 1], line[HEAD_FILE_MAX];
	struct ca_bytes bytes = { 0 };
	struct ca_file_new file = { name, &bytes, 0644, true, NULL };
	char *dir = NULL;
	int fd = -1;
	enum ca_code rc;

	ca_hex(head->hash, CA_SHA256_SIZE, hex);
	(void)snprintf(line, sizeof(line), HEAD_FILE_TAG "%" PRId64 " %s\n",
	    head->entry, hex);
	rc = ca_bytes_append(&bytes, line, strlen(line), err);
	if (rc == CA_OK)
		rc = ca_text_format(&dir, err, "%.*s",
		    slash != NULL ? (int)(slash - path) + 1 : 2,
		    slash != NULL ? path : "./");
	if (rc == CA_OK)
		rc = ca_dir_open(dir, 0, &fd, err);
	if (rc == CA_OK)
		rc = ca_files_write_at(fd, dir, &file, 1, err);
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	ca_bytes_free(&bytes);
	return rc;
}

/* A session that only reads leaves the file alone, so that it may be read-only. */
static bool
keeps_file(const struct cli *cli)
{
	return (cli->command->needs & CLI_NEEDS_WRITER) != 0 ||
	    cli->command->id == CLI_CMD_LEDGER_HEAD;
}

enum ca_code
cli_head_end(const struct cli *cli, struct ca_error *err)
{
	const char *file = cli_args_value(&cli->args, CLI_OPT_HEAD_FILE);
	struct ca_head head = { 0 };
	char *words = NULL;
	enum ca_code rc;

	rc = ca_ledger_head(cli->ca.ledger, &head, err);
	if (rc == CA_OK && file != NULL && keeps_file(cli))
		rc = write_file(file, &head, err);
	if (rc != CA_OK || head.entry == cli->head.entry)
		return rc;
	rc = cli_words_text(head.hash, CA_HEAD_SHORT, &words, err);
	if (rc == CA_OK)
		cli_note(cli, "ledger head: entry %" PRId64 ", %s", head.entry,
		    words);
	free(words);
	return rc;
}

enum ca_code
cli_head_sign(const struct ca_issuer *issuer, struct ca_error *err)
{
	enum ca_code rc = ca_head_sign(issuer, ca_time_now(), NULL, NULL, err);

	if (rc != CA_OK && err->hint[0] == '\0')
		ca_hint(err,
		    "what was issued is recorded all the same; the next session signs the head");
	return rc;
}
