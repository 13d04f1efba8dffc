/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_INTAKE_H
#define COLDCA_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/csr.h"
#include "coldca/error.h"
#include "coldca/ledger.h"
#include "coldca/manifest.h"
#include "coldca/orders.h"

/*
 * What came on a stick: requests with their manifests (manifest.h), and nothing
 * else. Nothing is believed but what the key of a request signed; names of files
 * only help to say what is wrong.
 */

#define CA_INTAKE_NAMES_MAX ((size_t)10000)    /* files and directories */
#define CA_INTAKE_FILE_MAX ((size_t)64 * 1024) /* bytes of one file */
#define CA_INTAKE_BYTES_MAX ((size_t)128 * 1024 * 1024) /* of all */
#define CA_INTAKE_NAME_SIZE 32 /* bytes of a folder's name, with the NUL */
#define CA_INTAKE_FILE_SIZE 16 /* of a file's in it: "0001.csr" */

/* One request, or what was found in the place of one. */
struct ca_intake_item {
	char *path;          /* owned; how the stick calls it: "n1/node.csr" */
	char *manifest_path; /* owned; the same; NULL: it has none */
	struct ca_manifest manifest;    /* profile NULL: there is none */
	struct ca_csr *csr;             /* owned; NULL: there is none */
	struct ca_bytes content;        /* owned; the request's file */
	struct ca_error refusal;        /* CA_OK: it is taken */
	char file[CA_INTAKE_FILE_SIZE]; /* its name in the folder */
};

/* Zero-initialised is empty and valid. */
struct ca_intake {
	struct ca_intake_item *item;
	size_t count;
	char folder
	    [CA_INTAKE_NAME_SIZE]; /* "intake-5f0c...": by what is in it */
};

/* What is looked at, and how. */
struct ca_intake_look {
	const char *stick;        /* borrowed; its directory */
	struct ca_ledger *ledger; /* borrowed */
	bool allow_unsigned;      /* requests without a manifest are taken */
	int64_t now;              /* seconds since 1970-01-01 UTC */
};

/*
 * Reads everything on the stick into memory and judges it. What is wrong with
 * one request is its refusal, which has a rule: those of manifest.h, of a CSR
 * and of a stick (base/stick.h), and
 *
 * intake-extra     neither a request nor a manifest
 * intake-missing   a manifest, and its request is not there
 * intake-unsigned  a request without a manifest
 * intake-twice     a second manifest for one request
 * intake-replay    a manifest that was taken in before
 *
 * *RET is new; ca_intake_clear() it.
 *
 * CA_ERR_POLICY  the stick passes a limit: nothing of it was looked at
 * CA_ERR_FILE    it can not be read to its end
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code ca_intake_look(const struct ca_intake_look *look,
    struct ca_intake *ret, struct ca_error *err);

/* How many are not refused. */
size_t ca_intake_taken(const struct ca_intake *intake);

/*
 * Writes what is not refused of INTAKE as one folder under the directory INTO,
 * which is made where it is missing, each request as 0001.csr and its manifest
 * as 0001.manifest; then records the manifests in LEDGER. The folder appears
 * whole or not at all; a run that ended before the ledger was written can be run
 * again.
 *
 * CA_ERR_FILE    it can not be written
 * CA_ERR_POLICY  a manifest was taken in meanwhile
 * CA_ERR_LEDGER  the ledger can not be written
 */
CA_CHECKED enum ca_code ca_intake_take(const struct ca_intake *intake,
    const char *into, struct ca_ledger *ledger, int64_t now,
    struct ca_error *err);

/* A folder that was taken in: paths of its requests, and what is asked. */
struct ca_intake_folder {
	char **path; /* owned; "inbox/intake-5f0c.../0001.csr" */
	size_t count;
	size_t without; /* requests that have no manifest, and no path here */
	struct ca_orders orders; /* one for each path */
};

/*
 * Reads the folder at PATH again, which may have been changed since: each
 * manifest must still be that of its request, good at NOW, and one that LEDGER
 * took in. *RET is new; ca_intake_folder_clear() it.
 *
 * CA_ERR_INPUT   it is no such folder, or what is in it is not what it was
 * CA_ERR_POLICY  as ca_manifest_check() and _time(); intake-unknown: this ledger
 *                did not take it in
 * CA_ERR_FILE    it can not be read
 */
CA_CHECKED enum ca_code ca_intake_open(const char *path,
    struct ca_ledger *ledger, int64_t now, struct ca_intake_folder *ret,
    struct ca_error *err);

/* Both accept NULL and leave an empty one. */
void ca_intake_clear(struct ca_intake *intake);
void ca_intake_folder_clear(struct ca_intake_folder *folder);

#endif
