/* SPDX-License-Identifier: Apache-2.0 */
/* A PIN out of a descriptor, a file or the terminal. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/text.h"
#include "cli/pin.h"
#include "cli/term.h"

#define TOO_LONG "longer than any PIN"

static enum ca_code
bad_pin(struct ca_error *err, const char *object, const char *why)
{
	return ca_fail(err, CA_ERR_PIN, "%s: %s", object, why);
}

/*
 * Reads up to the first newline, byte by byte so that what follows stays for
 * others. *RET_LEN is the length, a carriage return before it not counted.
 */
static enum ca_code
read_line(int fd, const char *object, char pin[CA_PIN_MAX + 1],
    struct ca_error *err)
{
	size_t len = 0;
	ssize_t n;
	char c = '\0';
	enum ca_code rc = CA_OK;

	while ((n = read(fd, &c, 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = bad_pin(err, object, strerror(errno));
			break;
		}
		if (c == '\n')
			break;
		/* One byte over the longest: it may be a carriage return. */
		if (c == '\0' || len > CA_PIN_MAX) {
			rc = bad_pin(err, object,
			    c == '\0' ? "a PIN with a NUL byte" : TOO_LONG);
			break;
		}
		pin[len++] = c;
	}
	ca_wipe(&c, sizeof(c));
	if (rc != CA_OK)
		return rc;
	if (len > 0 && pin[len - 1] == '\r')
		len--;
	if (len > CA_PIN_MAX)
		return bad_pin(err, object, TOO_LONG);
	pin[len] = '\0';
	return len > 0 ? CA_OK : bad_pin(err, object, "no PIN in it");
}

static enum ca_code
read_fd(const struct cli_pin *pin, char ret[CA_PIN_MAX + 1],
    struct ca_error *err)
{
	return read_line(pin->fd, pin->option, ret, err);
}

/* A link is followed: secrets are often mounted as one. */
static enum ca_code
read_file(const struct cli_pin *pin, char ret[CA_PIN_MAX + 1],
    struct ca_error *err)
{
	int fd = open(pin->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	char more;
	enum ca_code rc;

	if (fd < 0 || fstat(fd, &st) < 0) {
		rc = bad_pin(err, pin->path, strerror(errno));
		goto out;
	}
	if ((st.st_mode & (S_IRGRP | S_IROTH)) != 0 && S_ISREG(st.st_mode))
		term_warning("%s: other users can read the PIN", pin->path);
	rc = read_line(fd, pin->path, ret, err);
	if (rc == CA_OK && read(fd, &more, 1) == 1)
		rc = bad_pin(err, pin->path, "more than one line");
out:
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

/* Typed once more: nobody sees what is typed. */
static enum ca_code
read_again(const struct cli_pin *pin, struct term_tty *tty, const char *first,
    struct ca_error *err)
{
	struct ca_secret second = { 0 };
	char *question = NULL;
	enum ca_code rc;

	rc = ca_secret_new(CA_PIN_MAX + 1, &second, err);
	if (rc == CA_OK)
		rc = ca_text_format(&question, err, "%s, once more", pin->who);
	if (rc == CA_OK)
		rc = term_tty_secret(tty, question, second.data, CA_PIN_MAX + 1,
		    err);
	if (rc == CA_OK && strcmp(first, second.data) != 0)
		rc = ca_fail(err, CA_ERR_PIN, "%s: not typed the same twice",
		    pin->who);
	free(question);
	ca_secret_free(&second);
	return rc;
}

/* The question on the terminal, new. A blank token has no names yet. */
static enum ca_code
make_question(const struct cli_pin *pin, const struct ca_token_info *info,
    char **ret, struct ca_error *err)
{
	if (info->label[0] == '\0' && info->serial[0] == '\0')
		return ca_text_format(ret, err, "%s of the blank token",
		    pin->who);
	return ca_text_format(ret, err, "%s of token `%s` (serial %s)%s",
	    pin->who, info->label, info->serial,
	    pin->each ? ", for the next signature" : "");
}

static enum ca_code
read_terminal(const struct cli_pin *pin, const struct ca_token_info *info,
    char ret[CA_PIN_MAX + 1], struct ca_error *err)
{
	struct term_tty tty = { .fd = -1 };
	char *question = NULL;
	enum ca_code rc;

	if (term_tty_open(&tty, err) != CA_OK) {
		(void)ca_fail(err, CA_ERR_PIN,
		    "PIN: no terminal to ask for it on");
		ca_hint(err, "%s=N, or pin-source=file:PATH in the URI",
		    pin->option);
		return CA_ERR_PIN;
	}
	rc = make_question(pin, info, &question, err);
	if (rc == CA_OK)
		rc = term_tty_secret(&tty, question, ret, CA_PIN_MAX + 1, err);
	if (rc == CA_OK && pin->twice)
		rc = read_again(pin, &tty, ret, err);
	free(question);
	term_tty_close(&tty);
	return rc;
}

enum ca_code
cli_pin_read(const struct cli_pin *pin, const struct ca_token_info *info,
    char ret[CA_PIN_MAX + 1], struct ca_error *err)
{
	switch (pin->source) {
	case CLI_PIN_TERMINAL:
		return read_terminal(pin, info, ret, err);
	case CLI_PIN_FD:
		return read_fd(pin, ret, err);
	case CLI_PIN_FILE:
		return read_file(pin, ret, err);
	}
	return ca_fail(err, CA_ERR_INTERNAL, "PIN: unknown source");
}
