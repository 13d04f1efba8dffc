/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of a bundle: look at everything, then exchange the set. */
#include "coldca/install.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "core/certs_dir_internal.h"
#include "core/install_response.h"

static enum ca_code
add_item(struct ca_installed *installed, const struct ca_certs_row *row,
    const struct ca_install_entry *entry, struct ca_error *err)
{
	struct ca_installed_file *item = &installed->item[installed->count];
	enum ca_code rc;

	rc = ca_text_format(&item->file, err, "%s", row->file);
	if (rc != CA_OK)
		return rc;
	item->usage = row->usage;
	item->changed = entry->changed;
	item->new_key = entry->pending;
	item->not_after = ca_certificate_not_after(row->certificates.item[0]);
	installed->count++;
	return CA_OK;
}

/* Everything that can fail is done before the exchange. */
static enum ca_code
describe(const struct ca_install_look *look, struct ca_installed *installed,
    bool *ret_changed, struct ca_error *err)
{
	const struct ca_certs_rows *rows = &look->bundle->rows;
	const struct ca_cert_sets before = { look->present, NULL };
	const struct ca_cert_sets after = { rows, look->present };
	enum ca_code rc = CA_OK;

	installed->item = calloc(rows->count, sizeof(*installed->item));
	if (installed->item == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; rc == CA_OK && i < rows->count; i++) {
		*ret_changed |= look->bundle->entry[i].changed;
		rc = add_item(installed, &rows->item[i],
		    &look->bundle->entry[i], err);
	}
	if (rc == CA_OK && *ret_changed)
		installed->todo = ca_install_todo(&before, &after);
	if (rc == CA_OK && *ret_changed && look->present->count > 0)
		rc = ca_text_format(&installed->previous, err, "%s",
		    look->place->previous_path);
	return rc;
}

/* After the exchange nothing is undone; what is left over, the next run does */
static void
tidy_up(const struct ca_install_look *look)
{
	struct ca_error left;

	if (ca_install_recover(look->place, &left) != CA_OK)
		ca_findings_add(look->notices, "install-left-over", CA_OK,
		    "the new set is in place, but the one before was not put away: %s",
		    left.message);
}

/*
 * A bundle that was there already, and has a manifest only now: from now on an
 * older one is known. The set is the same, and none is put away.
 */
static enum ca_code
remember(const struct ca_install_look *look, struct ca_error *err)
{
	const struct ca_certs_place *place = look->place;
	struct ca_bytes there = { 0 };
	struct ca_file_owner owner;
	struct ca_error none;
	struct stat st;
	bool same;

	if (look->installed->len == 0)
		return CA_OK;
	same = ca_file_read_at(place->fd, CA_INSTALLED_FILE, CA_INSTALLED_FILE,
		   look->installed->len, &there, NULL, &none) == CA_OK &&
	    ca_bytes_equal(&there, look->installed);
	ca_bytes_free(&there);
	if (same)
		return CA_OK;
	if (fstat(place->fd, &st) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
		    strerror(errno));
	owner = (struct ca_file_owner){ st.st_uid, st.st_gid };
	return ca_files_write_at(place->fd, place->path,
	    &(struct ca_file_new){ CA_INSTALLED_FILE, look->installed, 0644,
		true, geteuid() == 0 ? &owner : NULL },
	    1, err);
}

static enum ca_code
look_and_exchange(const struct ca_install_look *look,
    struct ca_installed *installed, struct ca_error *err)
{
	bool changed = false;
	enum ca_code rc;

	rc = ca_install_response(look, look->installed, err);
	if (rc == CA_OK)
		rc = ca_install_verify(look, err);
	if (rc == CA_OK)
		rc = ca_install_verify_kept(look, err);
	if (rc == CA_OK)
		rc = ca_install_compare_names(look, err);
	if (rc == CA_OK)
		rc = describe(look, installed, &changed, err);
	if (rc == CA_OK && !changed)
		return remember(look, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_install_exchangeable(look->place, err);
	if (rc == CA_OK)
		rc = ca_install_stage(look, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_install_exchange(look->place, look->place->next, err);
	tidy_up(look);
	return rc;
}

enum ca_code
ca_install(const struct ca_install *install, struct ca_installed *ret,
    struct ca_error *err)
{
	struct ca_certs_place place = { .fd = -1, .parent = -1 };
	struct ca_install_bundle bundle = { .entry = NULL };
	struct ca_certs_rows present = { 0 };
	struct ca_installed installed = { .item = NULL };
	struct ca_findings notices = { 0 };
	struct ca_bytes state = { 0 };
	const struct ca_install_look look = { install, &place, &present,
		&bundle, &notices, &state };
	enum ca_code rc;

	rc = ca_install_bundle_read(install->bundles, install->bundle_count,
	    &bundle, err);
	if (rc == CA_OK)
		rc = ca_certs_place_open(install->certs_dir, &place, err);
	if (rc == CA_OK)
		rc = ca_install_recover(&place, err);
	if (rc == CA_OK)
		rc = ca_certs_dir_scan_at(place.fd, install->certs_dir,
		    &present, err);
	if (rc == CA_OK)
		rc = look_and_exchange(&look, &installed, err);
	if (rc == CA_OK) {
		installed.notices = notices;
		notices = (struct ca_findings){ 0 };
		*ret = installed;
		installed = (struct ca_installed){ .item = NULL };
	}
	ca_installed_clear(&installed);
	ca_findings_clear(&notices);
	ca_bytes_free(&state);
	ca_certs_rows_clear(&present);
	ca_install_bundle_clear(&bundle);
	ca_certs_place_close(&place);
	return rc;
}

void
ca_installed_clear(struct ca_installed *installed)
{
	for (size_t i = 0; i < installed->count; i++)
		free(installed->item[i].file);
	free(installed->item);
	free(installed->previous);
	ca_findings_clear(&installed->notices);
	*installed = (struct ca_installed){ .item = NULL };
}
