/* SPDX-License-Identifier: Apache-2.0 */
/* The bundles that are in a directory, and may leave it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/dispatch_internal.h"

/* Whether NAME is that of a file of CA certificates. */
static bool
is_authority_file(const char *name)
{
	for (unsigned i = 0; i < CA_AUTHORITIES; i++)
		if (strcmp(ca_authority_get((enum ca_authority)i)->file,
			name) == 0)
			return true;
	return false;
}

/* The serial number of the bundle's own certificate, if FILE has it. */
static enum ca_code
note_serial(const struct ca_stick_file *file, size_t folder,
    struct ca_dispatch_bundle *bundle, struct ca_error *err)
{
	struct ca_certificates list = { 0 };
	enum ca_code rc;

	if (bundle->serial != NULL ||
	    is_authority_file(file->path + folder + 1))
		return CA_OK;
	rc = ca_certificates_parse(file->path, file->content.data,
	    file->content.len, &list, err);
	if (rc == CA_OK && list.count > 0)
		rc = ca_text_format(&bundle->serial, err, "%s",
		    ca_certificate_serial_text(list.item[0]));
	ca_certificates_clear(&list);
	return rc;
}

/* FILE is in the last bundle, or begins another: they are sorted. */
static enum ca_code
note_file(const struct ca_stick_file *file, struct ca_dispatch_bundles *bundles,
    struct ca_error *err)
{
	size_t folder = ca_dispatch_folder(file->path);
	struct ca_dispatch_bundle *bundle =
	    bundles->count > 0 ? &bundles->item[bundles->count - 1] : NULL;
	enum ca_code rc = CA_OK;

	if (folder == 0 || ca_dispatch_is_published(file->path))
		return CA_OK;
	if (bundle == NULL || strlen(bundle->name) != folder ||
	    strncmp(bundle->name, file->path, folder) != 0) {
		bundle = &bundles->item[bundles->count++];
		rc = ca_text_format(&bundle->name, err, "%.*s", (int)folder,
		    file->path);
	}
	return rc == CA_OK ? note_serial(file, folder, bundle, err) : rc;
}

static enum ca_code
note_all(const struct ca_stick *files, struct ca_dispatch_bundles *bundles,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	bundles->item = calloc(files->count + 1, sizeof(*bundles->item));
	if (bundles->item == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; rc == CA_OK && i < files->count; i++)
		rc = note_file(&files->item[i], bundles, err);
	return rc;
}

enum ca_code
ca_dispatch_find(const struct ca_dispatch *dispatch,
    struct ca_dispatch_bundles *ret, struct ca_error *err)
{
	const struct ca_dispatch judged = {
		.from = dispatch->from,
		.ledger = dispatch->ledger,
		.without_response = true,
	};
	struct ca_dispatch_bundles bundles = { .count = 0 };
	struct ca_stick files = { 0 };
	enum ca_code rc = ca_dispatch_read(&judged, &files, err);

	if (rc == CA_OK)
		rc = note_all(&files, &bundles, err);
	if (rc == CA_OK) {
		*ret = bundles;
		bundles = (struct ca_dispatch_bundles){ .count = 0 };
	}
	ca_dispatch_bundles_clear(&bundles);
	ca_stick_clear(&files);
	return rc;
}

void
ca_dispatch_bundles_clear(struct ca_dispatch_bundles *bundles)
{
	for (size_t i = 0; i < bundles->count; i++) {
		free(bundles->item[i].name);
		free(bundles->item[i].serial);
	}
	free(bundles->item);
	*bundles = (struct ca_dispatch_bundles){ .count = 0 };
}
