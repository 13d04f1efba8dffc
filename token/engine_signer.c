/* SPDX-License-Identifier: Apache-2.0 */
/* Engines are deprecated since OpenSSL 3.0: in this file they are wanted. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "token/engine.h"

#include <assert.h>
#include <dlfcn.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "token/ckr.h"
#include "token/evp_sign.h"
#include "token/signing.h"

/* gcc 12 loses sight of the engine that the module owns. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#ifdef OPENSSL_NO_ENGINE

enum ca_code
ca_signer_engine(const struct ca_signing *signing, struct ca_signer *signer,
    struct ca_error *err)
{
	(void)signer;
	return ca_signing_refuse(signing, "this OpenSSL has no engines", err);
}

void
ca_engine_close(struct ca_engine *engine)
{
	(void)engine;
}

#else

#define ENGINE_NAME "pkcs11"

struct ca_engine {
	ENGINE *engine;
	bool started;
	bool logged_in; /* by itself */
};

/* Gives the engine TEXT; NULL is nothing to give. */
static bool
set_text(ENGINE *engine, const char *command, const char *text)
{
	return text == NULL ||
	    ENGINE_ctrl_cmd_string(engine, command, text, 0) == 1;
}

/*
 * Keeps the engine's code mapped for the life of the process: it leaves its
 * methods behind, and modules have been seen to crash where it went first.
 */
static void
keep_mapped(const ENGINE *engine)
{
	ENGINE_LOAD_KEY_PTR load = ENGINE_get_load_privkey_function(engine);
	void *address;
	Dl_info info;
	void *handle = NULL;

	memcpy(&address, &load, sizeof(address));
	if (dladdr(address, &info) != 0)
		handle = dlopen(info.dli_fname,
		    RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
	if (handle != NULL)
		(void)dlclose(handle);
}

/* Its own reference only: it never becomes OpenSSL's default for anything. */
static enum ca_code
open_engine(struct ca_module *module, struct ca_error *err)
{
	struct ca_engine *engine = module->engine;

	if (engine != NULL)
		return CA_OK;
	engine = calloc(1, sizeof(*engine));
	if (engine == NULL)
		return ca_fail_memory(err);
	module->engine = engine;
	ERR_clear_error();
	engine->engine = ENGINE_by_id(ENGINE_NAME);
	if (engine->engine != NULL &&
	    set_text(engine->engine, "MODULE_PATH", module->file) &&
	    set_text(engine->engine, "INIT_ARGS", module->init_args) &&
	    ENGINE_ctrl_cmd(engine->engine, "QUIET", 0, NULL, NULL, 0) == 1)
		engine->started = ENGINE_init(engine->engine) == 1;
	if (engine->started)
		keep_mapped(engine->engine);
	ERR_clear_error();
	if (!engine->started) {
		ca_engine_close(engine);
		module->engine = NULL;
		ca_fail(err, CA_ERR_TOKEN,
		    "%s: OpenSSL's %s engine can not be loaded", module->path,
		    ENGINE_NAME);
		ca_hint(err,
		    "install it (Debian: libengine-pkcs11-openssl), or use --signer=cryptoki");
		return err->code;
	}
	return CA_OK;
}

void
ca_engine_close(struct ca_engine *engine)
{
	struct ca_watch watch;

	if (engine == NULL)
		return;
	ca_watch_begin(&watch, "C_Finalize", 1);
	if (engine->started)
		(void)ENGINE_finish(engine->engine);
	ca_watch_end(&watch);
	ENGINE_free(engine->engine);
	ERR_clear_error();
	free(engine);
}

/*
 * Where each user of the module has an instance of its own, the engine has to
 * log in by itself; otherwise our login is also its own.
 */
static enum ca_code
give_pin(const struct ca_signing *signing, struct ca_engine *engine,
    struct ca_error *err)
{
	struct ca_token *token = signing->token;
	struct ca_secret pin = { NULL, 0 };
	enum ca_code rc;

	assert(engine != NULL);
	if (!token->module->second_instance || !token->info.login_required ||
	    token->info.pinpad || engine->logged_in)
		return CA_OK;
	rc = ca_pin_check(token, err);
	if (rc == CA_OK)
		rc = ca_pin_ask(token, signing->options->pin,
		    signing->options->pin_arg, &pin, err);
	if (rc == CA_OK && !set_text(engine->engine, "PIN", pin.data))
		rc = ca_fail_memory(err);
	ca_secret_free(&pin);
	return rc;
}

/* The engine wipes the PIN that it had when it gets another one. */
static void
take_pin_back(ENGINE *engine)
{
	(void)set_text(engine, "PIN", "");
	ERR_clear_error();
}

static enum ca_code
fail_to_load(const struct ca_signing *signing, struct ca_error *err)
{
	enum ca_code rc = ca_ckr_fail_libp11(err, signing->token->name,
	    "engine: private key");

	if (rc != CA_ERR_PIN)
		ca_hint(err,
		    "the engine finds no key at all where the token holds one that is neither RSA nor EC; --signer=cryptoki asks the token directly");
	return rc;
}

static enum ca_code
load_key(const struct ca_signing *signing, struct ca_evp *evp,
    struct ca_error *err)
{
	struct ca_engine *engine = signing->token->module->engine;
	UI_METHOD *ui = signing->token->module->ui;
	struct ca_watch watch;
	char *uri = NULL;
	enum ca_code rc;

	assert(engine != NULL);
	rc = ca_token_key_uri(signing->token, signing->key, &uri, err);
	if (rc == CA_OK)
		rc = give_pin(signing, engine, err);
	if (rc != CA_OK) {
		free(uri);
		return rc;
	}
	(void)ENGINE_ctrl_cmd(engine->engine, "SET_USER_INTERFACE", 0, ui, NULL,
	    0);
	(void)ENGINE_ctrl_cmd(engine->engine, "SET_CALLBACK_DATA", 0, &evp->ui,
	    NULL, 0);
	ERR_clear_error();
	ca_watch_begin(&watch, "C_Login", 1);
	evp->key = ENGINE_load_private_key(engine->engine, uri, ui, NULL);
	ca_watch_end(&watch);
	/*
	 * The key holds the engine, and the engine, in its list, the key: so it
	 * would never be finished. Besides, the engine's own way to sign begins
	 * a second signature where the first one failed.
	 */
	if (evp->key != NULL)
		(void)EVP_PKEY_set1_engine(evp->key, NULL);
	else
		rc = fail_to_load(signing, err);
	engine->logged_in = engine->logged_in || rc == CA_OK;
	take_pin_back(engine->engine);
	free(uri);
	return rc;
}

enum ca_code
ca_signer_engine(const struct ca_signing *signing, struct ca_signer *signer,
    struct ca_error *err)
{
	struct ca_evp *evp = NULL;
	enum ca_code rc = ca_evp_check(signing, err);

	if (rc == CA_OK)
		rc = open_engine(signing->token->module, err);
	if (rc == CA_OK)
		rc = ca_evp_new(signing, &evp, err);
	if (rc == CA_OK)
		rc = load_key(signing, evp, err);
	if (rc == CA_OK)
		rc = ca_evp_signer(signing, evp, "engine", signer, err);
	if (rc != CA_OK)
		ca_evp_free(evp);
	return rc;
}

#endif
