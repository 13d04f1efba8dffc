/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CERTS_PLACE_H
#define COLDCA_CORE_CERTS_PLACE_H

#include "coldca/error.h"

#define CA_PENDING_DIR "pending" /* keys whose certificate is still to come */

/*
 * In a set that has just been exchanged in: the set before it still has the
 * name of a new one. It comes and goes with the exchange itself, so that it
 * tells after a crash which of the two a left-over directory is.
 */
#define CA_UNFINISHED_FILE ".coldca-unfinished"

/*
 * A certificate directory and its place: what is beside it has names made of
 * its own. Held locked against other runs; { .fd = -1, .parent = -1 } is empty.
 */
struct ca_certs_place {
	char *path;        /* absolute, without links */
	char *parent_path; /* of the directory that it is in */
	char *name;        /* "certs" */
	char *next;        /* ".certs.next": a set in the making */
	char *previous;    /* ".certs.previous": the set before this one */
	char *previous_path;
	int fd;     /* of the certificate directory */
	int parent; /* of the directory that it is in */
};

/*
 * Finds and opens the certificate directory at PATH, where links are followed,
 * and waits up to ten seconds for another run that has it. *RET is new;
 * ca_certs_place_close() it.
 *
 * CA_ERR_FILE  it is not there, can not be opened, or stays locked
 */
CA_CHECKED enum ca_code ca_certs_place_open(const char *path,
    struct ca_certs_place *ret, struct ca_error *err);

/* Unlocks. Accepts an empty one. */
void ca_certs_place_close(struct ca_certs_place *place);

#endif
