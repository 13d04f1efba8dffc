/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_MODULE_H
#define COLDCA_TOKEN_MODULE_H

#include <libp11.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>

#include "coldca/token.h"
#include "token/engine.h"
#include "token/uri.h"

/*
 * One module, reached in two ways: by libp11, which logs in and signs, and by
 * its function list, which does everything that libp11 0.4.12 can not.
 */
struct ca_module {
	char *path;   /* as the caller gave it, for messages */
	char *file;   /* the same without links */
	void *handle; /* of our own dlopen() */
	bool hashed;  /* sha256 is that of the file */
	uint8_t sha256[CA_PASSPORT_SHA256_SIZE];
	char *init_args;       /* pReserved of C_Initialize; or NULL */
	CK_FUNCTION_LIST *p11; /* of the module itself, each call watched */
	bool second_instance;  /* p11 had to be initialized by us */
	PKCS11_CTX *ctx;
	UI_METHOD *ui;
	struct ca_engine *engine; /* NULL until the engine signs */
	PKCS11_SLOT *slots;       /* NULL while no token is open */
	unsigned slot_count;
	unsigned slot_users;
};

/*
 * Reads what the slots that hold a token show, CA_TOKENS_MAX of them at most.
 * *RET_VIEWS is new; free() it.
 */
CA_CHECKED enum ca_code ca_module_views(const struct ca_module *module,
    struct ca_slot_view **ret_views, size_t *ret_count, struct ca_error *err);

/*
 * The same with those that hold none; without them where there are more than
 * CA_TOKENS_MAX.
 */
CA_CHECKED enum ca_code ca_module_all_views(const struct ca_module *module,
    struct ca_slot_view **ret_views, size_t *ret_count, struct ca_error *err);

/*
 * libp11's slot of the number in VIEW, which must show the same token.
 * *RET_SLOT is borrowed and lives until ca_module_slot_release().
 */
CA_CHECKED enum ca_code ca_module_slot_hold(struct ca_module *module,
    const struct ca_slot_view *view, PKCS11_SLOT **ret_slot,
    struct ca_error *err);

/*
 * Releases one slot. With the last one libp11 forgets the PIN, closes every
 * session and frees its keys: no EVP_PKEY of it may be left.
 */
void ca_module_slot_release(struct ca_module *module);

#endif
