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

#include "token/calls.h"
#include "token/ckr.h"
#include "token/context_pin.h"
#include "token/engine.h"
#include "token/watchdog.h"

static enum ca_code
get_functions(struct ca_module *module, struct ca_error *err)
{
	CK_C_GetFunctionList get = NULL;
	CK_FUNCTION_LIST *p11 = NULL;
	struct ca_watch watch;
	CK_RV rv;

	/* dlsym(3): a function is found by way of a pointer to an object. */
	*(void **)(&get) = dlsym(module->handle, "C_GetFunctionList");
	if (get == NULL)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: not a PKCS#11 module: it has no C_GetFunctionList",
		    module->path);
	ca_watch_begin(&watch, "C_GetFunctionList", 1);
	rv = get(&p11);
	ca_watch_end(&watch);
	if (rv == CKR_OK && p11 == NULL)
		rv = CKR_GENERAL_ERROR;
	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetFunctionList", rv);
	module->p11 = ca_calls_watch(p11);
	return CA_OK;
}

/*
 * Our own handle comes first: libp11 would print the reason of a failure to
 * stderr, and some modules do not survive being unmapped and loaded again.
 */
static enum ca_code
open_file(struct ca_module *module, struct ca_error *err)
{
	struct ca_watch watch;

	module->file = realpath(module->path, NULL);
	if (module->file == NULL)
		return ca_fail(err, CA_ERR_TOKEN, "%s: %s", module->path,
		    strerror(errno));
	ca_watch_begin(&watch, "dlopen", 1);
	module->handle =
	    dlopen(module->file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	ca_watch_end(&watch);
	if (module->handle == NULL)
		return ca_fail(err, CA_ERR_TOKEN, "%s: can not be loaded: %s",
		    module->path, dlerror());
	return get_functions(module, err);
}

static enum ca_code
load_libp11(const struct ca_module *module, PKCS11_CTX *ctx,
    struct ca_error *err)
{
	struct ca_watch watch;
	int fault;

	ERR_clear_error();
	ca_watch_begin(&watch, "C_Initialize", 1);
	fault = PKCS11_CTX_load(ctx, module->file);
	ca_watch_end(&watch);
	return fault == 0 ? CA_OK
			  : ca_ckr_fail_libp11(err, module->path,
				"PKCS11_CTX_load (C_Initialize or C_GetInfo)");
}

static enum ca_code
open_libp11(struct ca_module *module, struct ca_error *err)
{
	PKCS11_CTX *ctx = PKCS11_CTX_new();
	enum ca_code rc;

	if (ctx == NULL)
		return ca_fail_memory(err);
	if (module->init_args != NULL)
		PKCS11_CTX_init_args(ctx, module->init_args);
	rc = load_libp11(module, ctx, err);
	/*
	 * Without a code it was C_GetFunctionList, of which libp11 keeps it to
	 * itself. It has done nothing so far: it may ask again, after us.
	 */
	if (rc == CA_ERR_TOKEN && err->ckr == CKR_OK) {
		rc = get_functions(module, err);
		if (rc == CA_OK)
			rc = load_libp11(module, ctx, err);
	}
	if (rc != CA_OK) {
		/* No PKCS11_CTX_unload(): it crashes where the load failed. */
		PKCS11_CTX_free(ctx);
		return rc;
	}
	module->ctx = ctx;
	module->ui = ca_context_ui_method();
	if (module->ui == NULL ||
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
	CK_C_INITIALIZE_ARGS args = {
		.flags = CKF_OS_LOCKING_OK,
		.pReserved = module->init_args,
	};
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
ca_module_load(const struct ca_module_options *options,
    struct ca_module **ret_module, struct ca_error *err)
{
	struct ca_module *module = calloc(1, sizeof(*module));
	enum ca_code rc;

	if (module == NULL)
		return ca_fail_memory(err);
	module->path = strdup(options->path);
	module->hashed = options->sha256 != NULL;
	if (module->hashed)
		memcpy(module->sha256, options->sha256, sizeof(module->sha256));
	if (options->init_args != NULL)
		module->init_args = strdup(options->init_args);
	if (module->path == NULL ||
	    (options->init_args != NULL && module->init_args == NULL))
		rc = ca_fail_memory(err);
	else
		rc = ca_watchdog_start(options->timeout, err);
	if (rc == CA_OK)
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

/* No token: texts of blanks, as PKCS#11 pads them. */
static void
blank(CK_TOKEN_INFO *token)
{
	*token = (CK_TOKEN_INFO){ .flags = 0 };
	memset(token->label, ' ', sizeof(token->label));
	memset(token->manufacturerID, ' ', sizeof(token->manufacturerID));
	memset(token->model, ' ', sizeof(token->model));
	memset(token->serialNumber, ' ', sizeof(token->serialNumber));
}

/* A slot whose token can not be read is as good as empty. */
static enum ca_code
read_view(const struct ca_module *module, CK_SLOT_ID id,
    struct ca_slot_view *view, struct ca_error *err)
{
	CK_RV rv;

	view->id = id;
	rv = module->p11->C_GetSlotInfo(id, &view->slot);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetSlotInfo", rv);
	rv = module->p11->C_GetTokenInfo(id, &view->token);
	if (rv != CKR_OK && rv != CKR_TOKEN_NOT_PRESENT &&
	    rv != CKR_TOKEN_NOT_RECOGNIZED)
		return ca_ckr_fail(err, module->path, "C_GetTokenInfo", rv);
	view->present = rv == CKR_OK;
	if (!view->present)
		blank(&view->token);
	return CA_OK;
}

static bool
too_many(CK_RV rv, CK_ULONG count)
{
	return rv == CKR_BUFFER_TOO_SMALL ||
	    (rv == CKR_OK && count > CA_TOKENS_MAX);
}

/* The views of the slots in IDS; of those without a token where EMPTY. */
static enum ca_code
read_views(const struct ca_module *module, const CK_SLOT_ID *ids, size_t count,
    bool empty, struct ca_slot_view **ret_views, size_t *ret_count,
    struct ca_error *err)
{
	struct ca_slot_view *views = calloc(CA_TOKENS_MAX, sizeof(*views));
	CK_INFO info = { .flags = 0 };
	size_t i, kept = 0;
	enum ca_code rc = CA_OK;
	CK_RV rv;

	if (views == NULL)
		return ca_fail_memory(err);
	rv = module->p11->C_GetInfo(&info);
	if (rv != CKR_OK)
		rc = ca_ckr_fail(err, module->path, "C_GetInfo", rv);
	for (i = 0; i < count && rc == CA_OK; i++) {
		views[kept] = (struct ca_slot_view){ .module = info };
		rc = read_view(module, ids[i], &views[kept], err);
		if (rc == CA_OK && (views[kept].present || empty))
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

enum ca_code
ca_module_views(const struct ca_module *module, struct ca_slot_view **ret_views,
    size_t *ret_count, struct ca_error *err)
{
	CK_SLOT_ID ids[CA_TOKENS_MAX];
	CK_ULONG count = CA_TOKENS_MAX;
	CK_RV rv = module->p11->C_GetSlotList(CK_TRUE, ids, &count);

	if (too_many(rv, count))
		return ca_fail(err, CA_ERR_TOKEN, "%s: more than %d tokens",
		    module->path, CA_TOKENS_MAX);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetSlotList", rv);
	return read_views(module, ids, count, false, ret_views, ret_count, err);
}

enum ca_code
ca_module_all_views(const struct ca_module *module,
    struct ca_slot_view **ret_views, size_t *ret_count, struct ca_error *err)
{
	CK_SLOT_ID ids[CA_TOKENS_MAX];
	CK_ULONG count = CA_TOKENS_MAX;
	CK_RV rv = module->p11->C_GetSlotList(CK_FALSE, ids, &count);

	if (too_many(rv, count))
		return ca_module_views(module, ret_views, ret_count, err);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetSlotList", rv);
	return read_views(module, ids, count, true, ret_views, ret_count, err);
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

/* libp11 does not say why it has no such token: the module may. */
static enum ca_code
fail_slot(const struct ca_module *module, const struct ca_slot_view *view,
    struct ca_error *err)
{
	CK_TOKEN_INFO now;
	CK_RV rv = module->p11->C_GetTokenInfo(view->id, &now);

	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetTokenInfo", rv);
	return ca_fail(err, CA_ERR_TOKEN,
	    "%s: slot %lu: libp11 sees another token there", module->path,
	    view->id);
}

enum ca_code
ca_module_slot_hold(struct ca_module *module, const struct ca_slot_view *view,
    PKCS11_SLOT **ret_slot, struct ca_error *err)
{
	PKCS11_SLOT *slot;
	struct ca_watch watch;
	int fault = 0;

	ERR_clear_error();
	ca_watch_begin(&watch, "C_GetSlotList", 1);
	/* Only ever into an empty list: refreshing one frees it twice. */
	if (module->slot_users == 0)
		fault = PKCS11_enumerate_slots(module->ctx, &module->slots,
		    &module->slot_count);
	ca_watch_end(&watch);
	if (fault != 0) {
		module->slots = NULL;
		module->slot_count = 0;
		return ca_ckr_fail_libp11(err, module->path,
		    "PKCS11_enumerate_slots (C_GetSlotList, C_GetSlotInfo or C_GetTokenInfo)");
	}
	module->slot_users++;
	slot = find_slot(module, view);
	if (slot == NULL) {
		ca_module_slot_release(module);
		return fail_slot(module, view, err);
	}
	*ret_slot = slot;
	return CA_OK;
}

void
ca_module_slot_release(struct ca_module *module)
{
	struct ca_watch watch;

	if (--module->slot_users > 0)
		return;
	ca_watch_begin(&watch, "C_CloseAllSessions", 1);
	PKCS11_release_all_slots(module->ctx, module->slots,
	    module->slot_count);
	ca_watch_end(&watch);
	module->slots = NULL;
	module->slot_count = 0;
}

void
ca_module_free(struct ca_module *module)
{
	struct ca_watch watch;

	if (module == NULL)
		return;
	/* First, while the module still works: it closes sessions of its own. */
	ca_engine_close(module->engine);
	if (module->second_instance)
		(void)module->p11->C_Finalize(NULL);
	if (module->ctx != NULL) {
		ca_watch_begin(&watch, "C_Finalize", 1);
		PKCS11_CTX_unload(module->ctx);
		ca_watch_end(&watch);
		PKCS11_CTX_free(module->ctx);
	}
	if (module->ui != NULL)
		UI_destroy_method(module->ui);
	if (module->handle != NULL)
		(void)dlclose(module->handle);
	ca_watchdog_stop();
	free(module->init_args);
	free(module->file);
	free(module->path);
	free(module);
}
