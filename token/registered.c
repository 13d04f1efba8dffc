/* SPDX-License-Identifier: Apache-2.0 */
#include "token/registered.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "coldca/token.h"

#define MODULES_MAX 64                  /* files that are read */
#define CONFIG_SIZE_MAX ((size_t)65536) /* bytes of one file */
#define SUFFIX ".module"
#define FIELD "module:"

/*
 * p11-kit itself can only tell by loading every module into this process;
 * pkcs11.conf(5) describes the files that it reads. Those in a home directory
 * are left out: what anybody can register is not what this machine has.
 */
static const char *const directories[] = {
	COLDCA_P11_MODULE_CONFIGS, /* of packages */
	"/etc/pkcs11/modules",     /* of the administrator */
	NULL,
};

struct registered {
	char *name; /* of the file */
	char *path; /* NULL where it names no module */
};

struct registry {
	const char *home;
	struct registered item[MODULES_MAX];
	size_t count;
};

static int
is_config(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
	    strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* The value of the line "module:" in TEXT; NULL where there is none. */
static char *
find_field(char *text)
{
	char *line, *save = NULL, *value, *end;

	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t");
		if (strncmp(line, FIELD, strlen(FIELD)) != 0)
			continue;
		value = line + strlen(FIELD);
		value += strspn(value, " \t");
		end = value + strlen(value);
		while (end > value && strchr(" \t\r", end[-1]) != NULL)
			*--end = '\0';
		return *value == '\0' ? NULL : value;
	}
	return NULL;
}

static enum ca_code
read_config(const char *path, const char *home, char **ret_module,
    struct ca_error *err)
{
	struct ca_bytes text = { NULL, 0 };
	char *real = realpath(path, NULL);
	char *module = NULL;
	const char *value;
	enum ca_code rc;

	if (real == NULL)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	rc = ca_file_read(real, CONFIG_SIZE_MAX, &text, err);
	free(real);
	if (rc == CA_OK)
		rc = ca_bytes_append(&text, "", 1, err);
	value = rc == CA_OK ? find_field((char *)text.data) : NULL;
	if (value != NULL)
		rc = value[0] == '/' ? ca_text_format(&module, err, "%s", value)
				     : ca_path_join(home, value, &module, err);
	ca_bytes_free(&text);
	if (rc == CA_OK)
		*ret_module = module;
	return rc;
}

/* The entry of the file NAME, a new one where there is none; NULL: full. */
static struct registered *
entry_of(struct registry *registry, const char *name)
{
	struct registered *item;
	size_t i;

	for (i = 0; i < registry->count; i++) {
		item = &registry->item[i];
		if (item->name != NULL && strcmp(item->name, name) == 0)
			return item;
	}
	if (registry->count == MODULES_MAX)
		return NULL;
	item = &registry->item[registry->count++];
	item->name = strdup(name);
	return item;
}

/* Takes in one file: a name that is there already keeps its place. */
static enum ca_code
take(struct registry *registry, const char *dir, const char *name,
    struct ca_error *err)
{
	struct registered *item = entry_of(registry, name);
	char *path = NULL, *module = NULL;
	enum ca_code rc;

	if (item == NULL)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: more than %d modules are registered", dir,
		    MODULES_MAX);
	if (item->name == NULL)
		return ca_fail_memory(err);
	rc = ca_path_join(dir, name, &path, err);
	if (rc == CA_OK)
		rc = read_config(path, registry->home, &module, err);
	free(path);
	/* Settings merge: a later file may be about something else. */
	if (rc == CA_OK && module != NULL) {
		free(item->path);
		item->path = module;
	}
	return rc;
}

static enum ca_code
read_directory(struct registry *registry, const char *dir, struct ca_error *err)
{
	struct dirent **entries;
	int i, count = scandir(dir, &entries, is_config, alphasort);
	enum ca_code rc = CA_OK;

	if (count < 0 && errno == ENOENT)
		return CA_OK;
	if (count < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", dir,
		    strerror(errno));
	for (i = 0; i < count; i++) {
		if (rc == CA_OK)
			rc = take(registry, dir, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* Hands the paths over to a list of their own. */
static enum ca_code
list_paths(struct registry *registry, char ***ret_paths, struct ca_error *err)
{
	char **paths = calloc(registry->count + 1, sizeof(*paths));
	size_t i, count = 0;

	if (paths == NULL)
		return ca_fail_memory(err);
	for (i = 0; i < registry->count; i++)
		if (registry->item[i].path != NULL) {
			paths[count++] = registry->item[i].path;
			registry->item[i].path = NULL;
		}
	*ret_paths = paths;
	return CA_OK;
}

enum ca_code
ca_registered_read(const char *const *dirs, const char *home, char ***ret_paths,
    struct ca_error *err)
{
	struct registry *registry = calloc(1, sizeof(*registry));
	enum ca_code rc = CA_OK;
	size_t i;

	if (registry == NULL)
		return ca_fail_memory(err);
	registry->home = home;
	for (i = 0; dirs[i] != NULL && rc == CA_OK; i++)
		rc = read_directory(registry, dirs[i], err);
	if (rc == CA_OK)
		rc = list_paths(registry, ret_paths, err);
	for (i = 0; i < registry->count; i++) {
		free(registry->item[i].name);
		free(registry->item[i].path);
	}
	free(registry);
	return rc;
}

enum ca_code
ca_module_registered(char ***ret_paths, struct ca_error *err)
{
	return ca_registered_read(directories, COLDCA_P11_MODULE_PATH,
	    ret_paths, err);
}

void
ca_module_paths_free(char **paths)
{
	size_t i;

	for (i = 0; paths != NULL && paths[i] != NULL; i++)
		free(paths[i]);
	free(paths);
}
