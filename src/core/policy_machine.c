/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says of the machine that signs. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"
#include "core/policy_yaml.h"

static enum ca_code
read_token_path(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	struct ca_strings *paths = field;
	const char *text;
	char *path = NULL;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (strlen(text) >= CA_PATH_MAX)
		return ca_policy_yaml_fail(reader, node,
		    "a path of more than %d bytes", CA_PATH_MAX - 1);
	if (text[0] != '/')
		return ca_policy_yaml_fail(reader, node,
		    "%s: not an absolute path", text);
	/* All of the machine is no bound. */
	if (text[strspn(text, "/")] == '\0')
		return ca_policy_yaml_fail(reader, node,
		    "%s: is the whole machine", text);
	if (paths->count == CA_TOKEN_PATHS_MAX)
		return ca_policy_yaml_fail(reader, node, "more than %d paths",
		    CA_TOKEN_PATHS_MAX);
	rc = ca_text_format(&path, reader->err, "%s", text);
	if (rc == CA_OK)
		rc = ca_strings_add(paths, path, reader->err);
	if (rc != CA_OK)
		free(path);
	return rc;
}

enum ca_code
ca_policy_read_token_paths(struct ca_policy_reader *reader,
    const yaml_node_t *node, void *field)
{
	return ca_policy_yaml_each(reader, node, read_token_path, field);
}
