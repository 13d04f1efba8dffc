/* SPDX-License-Identifier: Apache-2.0 */
/* Where PKCS#11 modules write, of those that are known. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/sandbox.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CONF_MAX ((size_t)64 * 1024) /* bytes of softhsm2.conf */

/* One place of a module. */
struct place {
	const char *module; /* a part of its file's name */
	const char *env;    /* the variable that names the place; or NULL */
	const char *home;   /* below $HOME, where the variable is not set */
	const char *path;   /* or at a fixed place */
	enum ca_landlock_right right;
};

static const struct place places[] = {
	{ "opencryptoki", NULL, NULL, "/var/lib/opencryptoki",
	    CA_LANDLOCK_CHANGE },
	{ "opencryptoki", NULL, NULL, "/run/lock/opencryptoki",
	    CA_LANDLOCK_CHANGE },
	{ "opencryptoki", NULL, NULL, "/dev/shm", CA_LANDLOCK_CHANGE },
	{ "tpm2", "TPM2_PKCS11_STORE", "/.tpm2_pkcs11", NULL,
	    CA_LANDLOCK_CHANGE },
	{ "tpm2", NULL, NULL, "/etc/tpm2_pkcs11", CA_LANDLOCK_CHANGE },
	{ "tpm2", NULL, NULL, "/dev/tpmrm0", CA_LANDLOCK_WRITE },
	{ "tpm2", NULL, NULL, "/dev/tpm0", CA_LANDLOCK_WRITE },
	{ "opensc", NULL, "/.cache/opensc", NULL, CA_LANDLOCK_CHANGE },
	{ "yubihsm", NULL, NULL, "/dev/bus/usb", CA_LANDLOCK_WRITE },
};

/* Modules that write nowhere of their own: they talk to a daemon. */
static const char *const silent[] = { "p11-kit-client", "ykcs11" };

/* Modules whose place stands in a text; `softhsm` and `softokn` below. */
static const char *const texts[] = { "softhsm", "softokn" };

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
is_known(const char *name)
{
	for (size_t i = 0; i < COUNT(places); i++)
		if (strstr(name, places[i].module) != NULL)
			return true;
	for (size_t i = 0; i < COUNT(silent); i++)
		if (strstr(name, silent[i]) != NULL)
			return true;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (strstr(name, texts[i]) != NULL)
			return true;
	return false;
}

/* Whether NAME is what PART is of; of a module that is not known all may be. */
static bool
concerns(const char *name, const char *part)
{
	return strstr(name, part) != NULL || !is_known(name);
}

static enum ca_code
add_place(const struct place *place, struct cli_writables *list,
    struct ca_error *err)
{
	const char *env = place->env != NULL ? getenv(place->env) : NULL;
	const char *home = getenv("HOME");
	char *path = NULL;
	enum ca_code rc;

	if (env != NULL || place->path != NULL)
		return cli_writables_add(list, env != NULL ? env : place->path,
		    place->right, "the module's", err);
	if (home == NULL)
		return CA_OK;
	rc = ca_text_format(&path, err, "%s%s", home, place->home);
	if (rc == CA_OK)
		rc = cli_writables_add(list, path, place->right, "the module's",
		    err);
	free(path);
	return rc;
}

/* The value of KEY in a LINE of softhsm2.conf, which is changed; or NULL. */
static char *
conf_value(char *line, const char *key)
{
	char *value, *end;

	line += strspn(line, " \t");
	if (strncmp(line, key, strlen(key)) != 0)
		return NULL;
	line += strlen(key);
	line += strspn(line, " \t");
	if (*line != '=')
		return NULL;
	value = line + 1 + strspn(line + 1, " \t");
	end = value + strlen(value);
	while (end > value && strchr(" \t\r", end[-1]) != NULL)
		*--end = '\0';
	return value;
}

/* softhsm2.conf(5): where its tokens are. */
static enum ca_code
read_softhsm(const char *conf, struct cli_writables *list, struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	char *text, *rest = NULL, *path;
	enum ca_code rc = CA_OK;

	/* What can not be read the module can not read either. */
	if (ca_file_read(conf, CONF_MAX, &bytes, err) != CA_OK)
		return CA_OK;
	text = strndup((const char *)bytes.data, bytes.len);
	ca_bytes_free(&bytes);
	if (text == NULL)
		return ca_fail_memory(err);
	for (char *line = strtok_r(text, "\n", &rest);
	     line != NULL && rc == CA_OK; line = strtok_r(NULL, "\n", &rest)) {
		path = conf_value(line, "directories.tokendir");
		if (path != NULL)
			rc = cli_writables_add(list, path, CA_LANDLOCK_CHANGE,
			    "SoftHSM's tokens", err);
	}
	free(text);
	return rc;
}

static enum ca_code
add_softhsm(struct cli_writables *list, struct ca_error *err)
{
	const char *conf = getenv("SOFTHSM2_CONF"), *home = getenv("HOME");
	char *own = NULL;
	enum ca_code rc = CA_OK;

	if (conf != NULL)
		return read_softhsm(conf, list, err);
	if (home != NULL)
		rc = ca_text_format(&own, err,
		    "%s/.config/softhsm2/softhsm2.conf", home);
	if (rc == CA_OK && own != NULL)
		rc = read_softhsm(own, list, err);
	if (rc == CA_OK)
		rc = read_softhsm("/etc/softhsm/softhsm2.conf", list, err);
	free(own);
	return rc;
}

/* NSS: configdir='sql:/path' in what C_Initialize is given. */
static enum ca_code
add_softokn(const char *args, struct cli_writables *list, struct ca_error *err)
{
	static const char key[] = "configdir=";
	const char *at = args != NULL ? strstr(args, key) : NULL, *quote;
	char *path = NULL;
	enum ca_code rc;

	if (at == NULL)
		return CA_OK;
	at += strlen(key);
	quote = *at == '\'' || *at == '"' ? strchr(at + 1, *at)
					  : at + strcspn(at, " ");
	if (*at == '\'' || *at == '"')
		at++;
	if (quote == NULL)
		return CA_OK;
	if (strncmp(at, "sql:", 4) == 0)
		at += 4;
	rc = ca_text_format(&path, err, "%.*s", (int)(quote - at), at);
	if (rc == CA_OK)
		rc = cli_writables_add(list, path, CA_LANDLOCK_CHANGE,
		    "NSS's database", err);
	free(path);
	return rc;
}

enum ca_code
cli_sandbox_module(const struct cli *cli, const char *module,
    struct cli_writables *list, struct ca_error *err)
{
	const struct ca_policy *policy = cli->ca.policy;
	const char *name = file_name(module);
	const char *args = cli_args_value(&cli->args, CLI_OPT_MODULE_ARGS);
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < COUNT(places) && rc == CA_OK; i++)
		if (concerns(name, places[i].module))
			rc = add_place(&places[i], list, err);
	if (rc == CA_OK && concerns(name, "softhsm"))
		rc = add_softhsm(list, err);
	if (args == NULL && policy != NULL)
		args = policy->module_init_args;
	if (rc == CA_OK && concerns(name, "softokn"))
		rc = add_softokn(args, list, err);
	for (size_t i = 0;
	     policy != NULL && i < policy->token_paths.count && rc == CA_OK;
	     i++)
		rc = cli_writables_add(list, policy->token_paths.item[i],
		    CA_LANDLOCK_CHANGE, "token_paths of the policy", err);
	return rc;
}
