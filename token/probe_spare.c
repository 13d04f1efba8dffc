/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "token/ckr.h"

#define SERIAL_SIZE 8 /* random bytes of the label */

/* The quickest RSA key that says as much of the token as a larger one. */
#define SPARE_BITS 2048

static enum ca_code
choose_label(struct ca_probe_spare *spare, struct ca_error *err)
{
	uint8_t serial[SERIAL_SIZE];
	char hex[2 * SERIAL_SIZE + 1];

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "no random bytes");
	ca_hex(serial, sizeof(serial), hex);
	(void)snprintf(spare->label, sizeof(spare->label), "coldca-probe-%s",
	    hex);
	return CA_OK;
}

/* A token that wants larger keys than SPARE_BITS gets one like the CA's. */
static enum ca_code
generate(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_spare *spare = &run->spare;
	unsigned bits = (unsigned)EVP_PKEY_get_bits(run->key->public_key);
	enum ca_code rc;

	rc = ca_token_generate(&run->token, spare->label, run->key->kind,
	    SPARE_BITS, &spare->key, err);
	if (rc == CA_ERR_TOKEN && run->key->kind == CA_KEY_RSA &&
	    bits != SPARE_BITS)
		rc = ca_token_generate(&run->token, spare->label,
		    run->key->kind, bits, &spare->key, err);
	return rc;
}

/* Whether both keys were made alike as to what may be changed. */
static enum ca_code
judge_stands(struct ca_probe_run *run, struct ca_error *err)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_MODIFIABLE,
		CKA_COPYABLE };
	enum ca_flag of_key = CA_FLAG_UNKNOWN, of_spare = CA_FLAG_UNKNOWN;
	enum ca_code rc = CA_OK;
	size_t i;

	run->spare.stands = true;
	for (i = 0; i < sizeof(types) / sizeof(types[0]) && rc == CA_OK; i++) {
		rc = ca_attribute_flag(&run->token, run->key->handle, types[i],
		    &of_key, err);
		if (rc == CA_OK)
			rc = ca_attribute_flag(&run->token,
			    run->spare.key.handle, types[i], &of_spare, err);
		if (of_key != of_spare)
			run->spare.stands = false;
	}
	return rc;
}

enum ca_code
ca_probe_spare_make(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_error why;
	enum ca_code rc = choose_label(&run->spare, err);

	if (rc != CA_OK)
		return rc;
	rc = generate(run, &why);
	if (rc == CA_OK)
		return judge_stands(run, err);
	if (rc != CA_ERR_TOKEN || ca_probe_is_lost(why.ckr)) {
		*err = why;
		return rc;
	}
	/* There may be half of one. */
	rc = ca_probe_spare_destroy(run, err);
	if (rc != CA_OK)
		return rc;
	return ca_text_format(&run->spare.why_not, err,
	    "not tried: the token makes no throw-away key (%s)", why.message);
}

/*
 * Destroys every object that has the label: copies have it too. What can not
 * be destroyed is worth a word only where it outlives the session.
 */
static CK_RV
destroy_all(struct ca_token *token, const struct ca_objects *found)
{
	CK_RV rv, worst = CKR_OK;
	enum ca_flag stays;
	struct ca_error ignored;
	size_t i;

	for (i = 0; i < found->count; i++) {
		if (ca_attribute_flag(token, found->item[i], CKA_TOKEN, &stays,
			&ignored) != CA_OK)
			stays = CA_FLAG_UNKNOWN;
		rv =
		    token->p11->C_DestroyObject(token->session, found->item[i]);
		/* Some tokens take the one half away with the other. */
		if (rv != CKR_OK && rv != CKR_OBJECT_HANDLE_INVALID &&
		    stays != CA_FLAG_FALSE)
			worst = rv;
	}
	return worst;
}

static enum ca_code
destroy_by(struct ca_token *token, const char *label, struct ca_error *err)
{
	CK_ATTRIBUTE template = ca_attribute(CKA_LABEL, label, strlen(label));
	struct ca_objects found = { NULL, 0 };
	enum ca_code rc = ca_objects_find(token, &template, 1, &found, err);
	CK_RV rv;

	if (rc != CA_OK)
		return rc;
	rv = destroy_all(token, &found);
	free(found.item);
	return rv == CKR_OK
	    ? CA_OK
	    : ca_ckr_fail(err, token->name, "C_DestroyObject", rv);
}

enum ca_code
ca_probe_spare_destroy(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_spare *spare = &run->spare;
	enum ca_code rc;

	if (spare->label[0] == '\0')
		return CA_OK;
	rc = destroy_by(&run->token, spare->label, err);
	/* Should the probe's own session be the trouble. */
	if (rc != CA_OK)
		rc = destroy_by(run->caller, spare->label, err);
	if (rc != CA_OK)
		ca_hint(err,
		    "the key %s was made only to be tried, and may still be there: remove it with the token's own tool",
		    spare->label);
	return rc;
}

bool
ca_probe_has_spare(const struct ca_probe_run *run)
{
	return run->spare.key.public_key != NULL;
}
