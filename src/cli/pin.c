/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pin.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "cli/term.h"

/* Whose PIN each of the options gives. */
static const struct {
	enum cli_opt opt;
	const char *option;
	const char *who;
	bool twice;
} roles[] = {
	{ CLI_OPT_PIN_FD, "--pin-fd", "User PIN", false },
	{ CLI_OPT_RESPONDER_PIN_FD, "--responder-pin-fd", "User PIN", false },
	{ CLI_OPT_NEW_PIN_FD, "--new-pin-fd", "New user PIN", true },
	{ CLI_OPT_SO_PIN_FD, "--so-pin-fd", "Security officer's PIN", false },
};

#define ROLES (sizeof(roles) / sizeof(roles[0]))

enum ca_code
cli_pin_choose(const struct cli_args *args, enum cli_opt opt,
    const struct ca_uri *uri, struct cli_pin *ret, struct ca_error *err)
{
	struct cli_pin pin = { .source = CLI_PIN_TERMINAL };
	unsigned fd = 0;
	enum ca_code rc;

	for (size_t i = 0; i < ROLES; i++)
		if (roles[i].opt == opt) {
			pin.option = roles[i].option;
			pin.who = roles[i].who;
			pin.twice = roles[i].twice;
		}
	if (!cli_args_has(args, opt)) {
		pin.path = uri != NULL ? ca_uri_pin_source(uri) : NULL;
		if (pin.path != NULL)
			pin.source = CLI_PIN_FILE;
		*ret = pin;
		return CA_OK;
	}
	rc = cli_args_number(args, opt, 0, INT_MAX, &fd, err);
	if (rc != CA_OK)
		return rc;
	if (fcntl((int)fd, F_GETFD) < 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "%s: descriptor %u is not open", pin.option, fd);
	pin.source = CLI_PIN_FD;
	pin.fd = (int)fd;
	*ret = pin;
	return CA_OK;
}

enum ca_code
cli_pin_ask(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1],
    void *arg, struct ca_error *err)
{
	struct cli_pin *source = arg;
	enum ca_code rc;

	if (source->kept.data != NULL) {
		memcpy(pin, source->kept.data, CA_PIN_MAX + 1);
		return CA_OK;
	}
	if (info->pin_state == CA_PIN_COUNT_LOW)
		term_warning(
		    "token `%s`: a wrong PIN was tried since the last right one",
		    info->label);
	rc = cli_pin_read(source, info, pin, err);
	if (rc != CA_OK || !source->keep)
		return rc;
	rc = ca_secret_new(CA_PIN_MAX + 1, &source->kept, err);
	if (rc == CA_OK)
		memcpy(source->kept.data, pin, strlen(pin) + 1);
	return rc;
}

void
cli_pin_each(struct cli_pin *pin)
{
	pin->each = true;
	if (pin->source == CLI_PIN_TERMINAL)
		cli_pin_forget(pin);
}

void
cli_pin_forget(struct cli_pin *pin)
{
	pin->keep = false;
	ca_secret_free(&pin->kept);
}
