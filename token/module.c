/* SPDX-License-Identifier: Apache-2.0 */
#include "token/module.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ui.h>
#include <p11-kit/p11-kit.h>
#include <stdlib.h>
#include <string.h>

#include "token/ckr.h"

/*
 * Our own handle comes first: libp11 would print the reason of a failure to
 * stderr, and some modules do not survive being unmapped and loaded again.
 */
static enum ca_code
open_file(struct ca_module *module, struct ca_error *err)
{
	CK_C_GetFunctionList get = NULL;
	CK_RV rv;

	module->file = realpath(module->path, NULL);
	if (module->file == NULL)
		return ca_fail(err, CA_ERR_TOKEN, "%s: %s", module->path,
		    strerror(errno));
	module->handle =
	    dlopen(module->file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (module->handle == NULL)
		return ca_fail(err, CA_ERR_TOKEN, "%s: can not be loaded: %s",
		    module->path, dlerror());
	/* dlsym(3): a function is found by way of a pointer to an object. */
	*(void **)(&get) = dlsym(module->handle, "C_GetFunctionList");
	if (get == NULL)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: not a PKCS#11 module: it has no C_GetFunctionList",
		    module->path);
	rv = get(&module->p11);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetFunctionList", rv);
	if (module->p11 == NULL) {
		ca_fail(err, CA_ERR_TOKEN, "%s: it has no function list",
		    module->path);
		return CA_ERR_TOKEN;
	}
	return CA_OK;
}

/* For a key that wants a PIN per use: libp11 would ask on the terminal. */
static int
refuse_to_ask(UI *ui)
{
	(void)ui;
	return 0;
}

static enum ca_code
open_libp11(struct ca_module *module, struct ca_error *err)
{
	PKCS11_CTX *ctx = PKCS11_CTX_new();

	if (ctx == NULL)
		return ca_fail_memory(err);
	ERR_clear_error();
	if (PKCS11_CTX_load(ctx, module->file) != 0) {
		/* No PKCS11_CTX_unload(): before 0.4.17 it may crash here. */
		PKCS11_CTX_free(ctx);
		return ca_ckr_fail_libp11(err, module->path, "C_Initialize");
	}
	module->ctx = ctx;
	module->ui = UI_create_method("coldca");
	if (module->ui == NULL ||
	    UI_method_set_opener(module->ui, refuse_to_ask) != 0 ||
	    PKCS11_set_ui_method(ctx, module->ui, NULL) != 0)
		return ca_fail_memory(err);
	return CA_OK;
}

/*
 * Every C_GetFunctionList of p11-kit's client gives an instance of its own,
 * which libp11 has not initialized.
 */
static enum ca_code
initialize(struct ca_module *module, struct ca_error *err)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_INFO info;
	CK_RV rv;

	assert(module->p11 != NULL);
	rv = module->p11->C_GetInfo(&info);
	if (rv == CKR_OK)
		return CA_OK;
	if (rv != CKR_CRYPTOKI_NOT_INITIALIZED)
		return ca_ckr_fail(err, module->path, "C_GetInfo", rv);
	rv = module->p11->C_Initialize(&args);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return ca_ckr_fail(err, module->path, "C_Initialize", rv);
	module->second_instance = rv == CKR_OK;
	return CA_OK;
}

enum ca_code
ca_module_load(const char *path, struct ca_module **ret_module,
    struct ca_error *err)
{
	struct ca_module *module = calloc(1, sizeof(*module));
	enum ca_code rc;

	if (module == NULL)
		return ca_fail_memory(err);
	module->path = strdup(path);
	if (module->path == NULL)
		rc = ca_fail_memory(err);
	else
		rc = open_file(module, err);
	if (rc == CA_OK)
		rc = open_libp11(module, err);
	if (rc == CA_OK)
		rc = initialize(module, err);
	if (rc != CA_OK) {
		ca_module_free(module);
		return rc;
	}
	*ret_module = module;
	return CA_OK;
}

/* A slot whose token can not be read is as good as empty. */
static enum ca_code
read_view(const struct ca_module *module, CK_SLOT_ID id,
    struct ca_slot_view *view, bool *ret_present, struct ca_error *err)
{
	CK_RV rv;

	*view = (struct ca_slot_view){ .id = id };
	rv = module->p11->C_GetSlotInfo(id, &view->slot);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetSlotInfo", rv);
	rv = module->p11->C_GetTokenInfo(id, &view->token);
	if (rv != CKR_OK && rv != CKR_TOKEN_NOT_PRESENT &&
	    rv != CKR_TOKEN_NOT_RECOGNIZED)
		return ca_ckr_fail(err, module->path, "C_GetTokenInfo", rv);
	*ret_present = rv == CKR_OK;
	return CA_OK;
}

enum ca_code
ca_module_views(const struct ca_module *module, struct ca_slot_view **ret_views,
    size_t *ret_count, struct ca_error *err)
{
	CK_SLOT_ID ids[CA_TOKENS_MAX];
	CK_ULONG i, count = CA_TOKENS_MAX;
	struct ca_slot_view *views;
	size_t kept = 0;
	bool present = false;
	enum ca_code rc = CA_OK;
	CK_RV rv = module->p11->C_GetSlotList(CK_TRUE, ids, &count);

	if (rv == CKR_BUFFER_TOO_SMALL ||
	    (rv == CKR_OK && count > CA_TOKENS_MAX))
		return ca_fail(err, CA_ERR_TOKEN, "%s: more than %d tokens",
		    module->path, CA_TOKENS_MAX);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetSlotList", rv);
	views = calloc(CA_TOKENS_MAX, sizeof(*views));
	if (views == NULL)
		return ca_fail_memory(err);
	for (i = 0; i < count && rc == CA_OK; i++) {
		rc = read_view(module, ids[i], &views[kept], &present, err);
		if (rc == CA_OK && present)
			kept++;
	}
	if (rc != CA_OK) {
		free(views);
		return rc;
	}
	*ret_views = views;
	*ret_count = kept;
	return CA_OK;
}

/* Whether TEXT is the fixed FIELD of SIZE bytes, blanks at the end left out. */
static bool
is_field(const char *text, const unsigned char *field, size_t size)
{
	size_t len = p11_kit_space_strlen(field, size);

	return text != NULL && strlen(text) == len &&
	    memcmp(text, field, len) == 0;
}

static PKCS11_SLOT *
find_slot(const struct ca_module *module, const struct ca_slot_view *view)
{
	const PKCS11_TOKEN *token;
	unsigned i;

	for (i = 0; i < module->slot_count; i++) {
		token = module->slots[i].token;
		if (PKCS11_get_slotid_from_slot(&module->slots[i]) ==
			view->id &&
		    token != NULL && token->initialized &&
		    is_field(token->label, view->token.label,
			sizeof(view->token.label)) &&
		    is_field(token->serialnr, view->token.serialNumber,
			sizeof(view->token.serialNumber)))
			return &module->slots[i];
	}
	return NULL;
}

enum ca_code
ca_module_slot_hold(struct ca_module *module, const struct ca_slot_view *view,
    PKCS11_SLOT **ret_slot, struct ca_error *err)
{
	PKCS11_SLOT *slot;

	ERR_clear_error();
	/* Only ever into an empty list: refreshing one frees it twice. */
	if (module->slot_users == 0 &&
	    PKCS11_enumerate_slots(module->ctx, &module->slots,
		&module->slot_count) != 0) {
		module->slots = NULL;
		module->slot_count = 0;
		return ca_ckr_fail_libp11(err, module->path, "C_GetSlotList");
	}
	module->slot_users++;
	slot = find_slot(module, view);
	if (slot == NULL) {
		ca_module_slot_release(module);
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: slot %lu: libp11 sees another token there",
		    module->path, view->id);
	}
	*ret_slot = slot;
	return CA_OK;
}

void
ca_module_slot_release(struct ca_module *module)
{
	if (--module->slot_users > 0)
		return;
	PKCS11_release_all_slots(module->ctx, module->slots,
	    module->slot_count);
	module->slots = NULL;
	module->slot_count = 0;
}

void
ca_module_free(struct ca_module *module)
{
	if (module == NULL)
		return;
	if (module->second_instance)
		(void)module->p11->C_Finalize(NULL);
	if (module->ctx != NULL) {
		PKCS11_CTX_unload(module->ctx);
		PKCS11_CTX_free(module->ctx);
	}
	if (module->ui != NULL)
		UI_destroy_method(module->ui);
	if (module->handle != NULL)
		(void)dlclose(module->handle);
	free(module->file);
	free(module->path);
	free(module);
}
