/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the objects on a token are a CA's. */
#include "cli/held_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static enum ca_code
read_known(struct ca_ledger *ledger, struct cli_known_keys *known,
    struct ca_error *err)
{
	struct ca_authorities *all = &known->authorities;
	size_t count = 0;
	enum ca_code rc = ca_ledger_all_authorities(ledger, all, err);

	if (rc != CA_OK)
		return rc;
	for (int a = 0; a < CA_AUTHORITIES; a++)
		count += all->of[a].count;
	known->item = calloc(count + 1, sizeof(*known->item));
	if (known->item == NULL)
		return ca_fail_memory(err);
	for (int a = 0; a < CA_AUTHORITIES; a++)
		for (size_t i = 0; i < all->of[a].count && rc == CA_OK; i++) {
			struct cli_known_key *key =
			    &known->item[known->count++];

			key->certificate = all->of[a].item[i];
			key->authority =
			    ca_authority_name((enum ca_authority)a);
			rc = ca_ledger_passport(ledger, key->certificate,
			    &key->passport, &key->has_passport, err);
		}
	return rc;
}

enum ca_code
cli_known_keys_read(const struct cli_ca *ca, struct cli_known_keys *ret,
    struct ca_error *err)
{
	struct cli_known_keys known = { .ledger = ca->ledger != NULL };
	enum ca_code rc = CA_OK;

	if (known.ledger)
		rc = read_known(ca->ledger, &known, err);
	if (rc != CA_OK) {
		cli_known_keys_clear(&known);
		return rc;
	}
	*ret = known;
	return CA_OK;
}

void
cli_known_keys_clear(struct cli_known_keys *known)
{
	while (known->count > 0)
		ca_passport_clear(&known->item[--known->count].passport);
	free(known->item);
	ca_authorities_clear(&known->authorities);
	*known = (struct cli_known_keys){ .item = NULL };
}

/* Whose key that is, static; NULL: not in the ledger. */
static const char *
authority_of(const struct cli_known_keys *known, const struct ca_key_info *info)
{
	for (size_t i = 0; i < known->count; i++)
		if (memcmp(ca_certificate_key_info(known->item[i].certificate)
			       ->spki_sha256,
			info->spki_sha256, CA_SHA256_SIZE) == 0)
			return known->item[i].authority;
	return NULL;
}

/* A new key with LABEL and ID, borrowed until the next; NULL: see ERR. */
static struct cli_held_key *
append(struct cli_held_keys *keys, const char *label, const char *id,
    struct ca_error *err)
{
	struct cli_held_key key = { .label = NULL };
	struct cli_held_key *grown;
	enum ca_code rc;

	grown = reallocarray(keys->item, keys->count + 1, sizeof(*grown));
	if (grown == NULL) {
		(void)ca_fail_memory(err);
		return NULL;
	}
	keys->item = grown;
	rc = ca_text_format(&key.label, err, "%s", label);
	if (rc == CA_OK)
		rc = ca_text_format(&key.id, err, "%s", id);
	if (rc != CA_OK) {
		free(key.label);
		return NULL;
	}
	grown[keys->count] = key;
	return &grown[keys->count++];
}

/* What one pass needs. */
struct search {
	const struct cli_known_keys *known;
	const struct ca_token_objects *objects;
	struct cli_held_keys keys;
};

static enum ca_code
add_certificate(struct search *search, const struct ca_token_object *object,
    const char *id, struct ca_error *err)
{
	struct ca_certificate *certificate = NULL;
	struct cli_held_key *key = NULL;
	struct ca_error ignored;
	enum ca_code rc;

	/* Whatever lies on a token beside the CA's is no failure. */
	if (ca_certificate_parse(object->certificate.data,
		object->certificate.len, &certificate, &ignored) != CA_OK) {
		search->keys.unreadable++;
		return CA_OK;
	}
	rc = CA_OK;
	if (!ca_certificate_is_ca(certificate))
		goto out;
	key = append(&search->keys, object->key.label, id, err);
	if (key == NULL) {
		rc = err->code;
		goto out;
	}
	key->certificate = key->described = true;
	key->info = *ca_certificate_key_info(certificate);
	key->authority = authority_of(search->known, &key->info);
	rc = ca_text_format(&key->subject, err, "%s",
	    ca_certificate_subject_text(certificate));
out:
	ca_certificate_free(certificate);
	return rc;
}

/* Notes on each key of this ID that it has OBJECT too; false: none has it. */
static bool
pair(struct cli_held_keys *keys, const struct ca_token_object *object,
    const char *id)
{
	bool paired = false;

	for (size_t i = 0; i < keys->count && id[0] != '\0'; i++) {
		struct cli_held_key *key = &keys->item[i];

		if (strcmp(key->id, id) != 0)
			continue;
		key->public_key =
		    key->public_key || object->class == CA_OBJECT_PUBLIC_KEY;
		key->private_key =
		    key->private_key || object->class == CA_OBJECT_PRIVATE_KEY;
		paired = true;
	}
	return paired;
}

static enum ca_code
add_half(struct search *search, const struct ca_token_object *object,
    const char *id, struct ca_error *err)
{
	struct cli_held_key *key = NULL;
	struct ca_key_info info;
	struct ca_error ignored;
	const char *authority = NULL;
	bool described;

	if (pair(&search->keys, object, id))
		return CA_OK;
	described = object->key.public_key != NULL &&
	    ca_key_describe(object->key.public_key, &info, &ignored) == CA_OK;
	if (described)
		authority = authority_of(search->known, &info);
	/* A token is full of public keys that are none of ours. */
	if (object->class == CA_OBJECT_PUBLIC_KEY && authority == NULL)
		return CA_OK;
	key = append(&search->keys, object->key.label, id, err);
	if (key == NULL)
		return err->code;
	key->public_key = object->class == CA_OBJECT_PUBLIC_KEY;
	key->private_key = object->class == CA_OBJECT_PRIVATE_KEY;
	key->authority = authority;
	key->described = described;
	if (described)
		key->info = info;
	return CA_OK;
}

static enum ca_code
add_objects(struct search *search, enum ca_object_class class,
    struct ca_error *err)
{
	char id[2 * CA_KEY_ID_MAX + 1];
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < search->objects->count && rc == CA_OK; i++) {
		const struct ca_token_object *object =
		    &search->objects->item[i];

		if (object->class != class)
			continue;
		ca_hex(object->key.id, object->key.id_len, id);
		rc = class == CA_OBJECT_CERTIFICATE
		    ? add_certificate(search, object, id, err)
		    : add_half(search, object, id, err);
	}
	return rc;
}

/* What the ledger says of this token, and the token does not show. */
static enum ca_code
add_recorded(struct search *search, const struct ca_token_info *info,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < search->known->count && rc == CA_OK; i++) {
		const struct cli_known_key *known = &search->known->item[i];
		const struct ca_passport *passport = &known->passport;
		struct cli_held_key *key = NULL;
		bool there = false;

		if (!known->has_passport ||
		    strcmp(passport->token_serial, info->serial) != 0 ||
		    strcmp(passport->token_label, info->label) != 0)
			continue;
		for (size_t k = 0; k < search->keys.count; k++)
			there = there ||
			    strcmp(search->keys.item[k].id, passport->key_id) ==
				0;
		if (there)
			continue;
		key = append(&search->keys, passport->key_label,
		    passport->key_id, err);
		if (key == NULL)
			rc = err->code;
		else
			key->authority = known->authority;
	}
	return rc;
}

enum ca_code
cli_held_keys_find(const struct cli_known_keys *known,
    const struct ca_token_info *info, const struct ca_token_objects *objects,
    struct cli_held_keys *ret, struct ca_error *err)
{
	/* A private key makes a row of its own, which its public half joins. */
	static const enum ca_object_class order[] = { CA_OBJECT_CERTIFICATE,
		CA_OBJECT_PRIVATE_KEY, CA_OBJECT_PUBLIC_KEY };
	struct search search = {
		.known = known,
		.objects = objects,
		.keys = { .unreadable = objects->unreadable },
	};
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && rc == CA_OK;
	     i++)
		rc = add_objects(&search, order[i], err);
	if (rc == CA_OK)
		rc = add_recorded(&search, info, err);
	if (rc != CA_OK) {
		cli_held_keys_clear(&search.keys);
		return rc;
	}
	*ret = search.keys;
	return CA_OK;
}

bool
cli_held_key_is_ca(const struct cli_held_key *key)
{
	return key->certificate || key->authority != NULL;
}

void
cli_held_keys_clear(struct cli_held_keys *keys)
{
	while (keys->count > 0) {
		struct cli_held_key *key = &keys->item[--keys->count];

		free(key->label);
		free(key->id);
		free(key->subject);
	}
	free(keys->item);
	*keys = (struct cli_held_keys){ .item = NULL };
}
