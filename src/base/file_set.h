/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_FILE_SET_H
#define COLDCA_BASE_FILE_SET_H

#include "base/file.h"

#define CA_FILE_SET_MAX 8 /* files in one set */

/*
 * A set of files that belong together, such as a certificate and its key, of
 * which one is the head: without it, readers take no notice of the others.
 *
 * The set is first written whole into a hidden directory, which gets a name
 * that tells what is to be done (and by which a killed run is known) in one
 * step. Then an older head is removed, the others take their places, and the
 * new head comes last. So at every moment there is the old set, or no head, or
 * the new set; never the head of one beside the rest of the other.
 *
 * The caller keeps other writers out of the directory.
 */

/*
 * Writes COUNT files, at most CA_FILE_SET_MAX, whose head is the first, into
 * the directory DIR, which messages call PATH. With OVERWRITE files that are
 * there are replaced; the files' own `overwrite` is not looked at.
 *
 * CA_ERR_FILE  a file is there, or is no file; or it can not be written. Then
 *              nothing has changed, unless the hint says that
 *              ca_file_sets_finish_at() has to finish it
 */
CA_CHECKED enum ca_code ca_file_set_write_at(int dir, const char *path,
    const struct ca_file_new *files, size_t count, bool overwrite,
    struct ca_error *err);

/*
 * Finishes what killed runs of ca_file_set_write_at() had begun in DIR, and
 * removes what they had only prepared. FINISHED, where not NULL, is called with
 * the name of each head that came to its place.
 *
 * CA_ERR_FILE  it can not be; among others because a file of a set that may
 *              not overwrite has been made by somebody else meanwhile
 */
CA_CHECKED enum ca_code ca_file_sets_finish_at(int dir, const char *path,
    void (*finished)(void *arg, const char *head), void *arg,
    struct ca_error *err);

#endif
