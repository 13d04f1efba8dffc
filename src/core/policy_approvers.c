/* SPDX-License-Identifier: Apache-2.0 */
/* Who may approve what is signed: a section of the policy. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "core/key_check.h"
#include "core/policy_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALL CA_POLICY_ANY_PROFILE

/* Names stand in signed texts and in the ledger: a few letters are enough. */
#define NAME_LETTERS                                                     \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
	"._-@"

static enum ca_code
read_name(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	char **name = field;
	const char *text;
	enum ca_code rc = ca_policy_yaml_text(reader, node, &text);

	if (rc != CA_OK)
		return rc;
	if (strlen(text) > CA_APPROVER_NAME_MAX ||
	    text[strspn(text, NAME_LETTERS)] != '\0')
		return ca_policy_yaml_fail(reader, node,
		    "a name is up to %d of the letters A-Z a-z 0-9 . _ - @",
		    CA_APPROVER_NAME_MAX);
	return ca_text_format(name, reader->err, "%s", text);
}

/* No passphrase: a public key has none, and none is asked for. */
static EVP_PKEY *
parse_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = NULL;

	if (bio != NULL)
		key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

/* In another encoding one key would have two hashes, and count as two. */
enum ca_code
ca_approver_check_key(EVP_PKEY *key, struct ca_error *err)
{
	struct ca_findings findings = { 0 };
	enum ca_code rc = CA_OK;

	ca_key_check(key, &findings);
	if (ca_findings_code(&findings) != CA_OK) {
		rc = ca_fail(err, CA_ERR_POLICY, "%s",
		    findings.count > 0 ? findings.item[0].text
				       : "key: is not a good one");
		ca_hint(err,
		    "openssl pkey -ec_conv_form uncompressed writes a point in that form");
	}
	ca_findings_clear(&findings);
	return rc;
}

static enum ca_code
read_key(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	struct ca_approver *approver = field;
	struct ca_key_info info = { 0 };
	struct ca_error reason;
	const char *text;
	enum ca_code rc = ca_policy_yaml_text(reader, node, &text);

	if (rc != CA_OK)
		return rc;
	approver->key = parse_key(text);
	if (approver->key != NULL &&
	    ca_key_describe(approver->key, &info, &reason) == CA_OK &&
	    (info.kind == CA_KEY_ED25519 || info.kind == CA_KEY_P256 ||
		info.kind == CA_KEY_P384)) {
		memcpy(approver->spki_sha256, info.spki_sha256, CA_SHA256_SIZE);
		if (ca_approver_check_key(approver->key, &reason) == CA_OK)
			return CA_OK;
		rc = ca_policy_yaml_fail(reader, node, "%s", reason.message);
		ca_hint(reader->err, "%s", reason.hint);
		return rc;
	}
	rc = ca_policy_yaml_fail(reader, node,
	    "not the PEM of a public key of kind ed25519, p256 or p384");
	ca_hint(reader->err,
	    "openssl genpkey -algorithm ed25519 -aes256 -out anna.key; openssl pkey -in anna.key -pubout");
	return rc;
}

static enum ca_code
read_profile(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *profiles = field;
	const struct ca_profile *profile;
	const char *text;
	enum ca_code rc = ca_policy_yaml_text(reader, node, &text);

	if (rc != CA_OK)
		return rc;
	profile = ca_profile_by_name(text);
	if (profile == NULL || !ca_profile_on_request(profile))
		return ca_policy_yaml_fail(reader, node,
		    "%s: not a profile that requests are signed for", text);
	*profiles |= 1U << profile->id;
	return CA_OK;
}

static enum ca_code
read_profiles(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *profiles = field;

	*profiles = 0;
	return ca_policy_yaml_each(reader, node, read_profile, profiles);
}

#define FIELD(member) offsetof(struct ca_approver, member)

static const struct ca_policy_key approver_keys[] = {
	{ "name", read_name, FIELD(name), ALL, true },
	{ "user", read_name, FIELD(user), ALL, false },
	{ "profiles", read_profiles, FIELD(profiles), ALL, false },
	{ "key", read_key, 0, ALL, true },
};

static void
approver_clear(struct ca_approver *approver)
{
	free(approver->name);
	free(approver->user);
	EVP_PKEY_free(approver->key);
}

/* Two of one name, or of one key, would count as two. */
static enum ca_code
check_new(const struct ca_policy_reader *reader, const yaml_node_t *node,
    const struct ca_approvers *approvers, const struct ca_approver *approver)
{
	for (size_t i = 0; i < approvers->count; i++) {
		const struct ca_approver *other = &approvers->item[i];

		if (strcmp(other->name, approver->name) == 0)
			return ca_policy_yaml_fail(reader, node,
			    "%s: is there twice", approver->name);
		if (memcmp(other->spki_sha256, approver->spki_sha256,
			CA_SHA256_SIZE) == 0)
			return ca_policy_yaml_fail(reader, node,
			    "%s: has the key of %s", approver->name,
			    other->name);
	}
	return CA_OK;
}

static enum ca_code
read_approver(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	static const struct ca_policy_keys keys = { approver_keys,
		COUNT(approver_keys), ALL };
	struct ca_approvers *approvers = field;
	struct ca_approver approver = { .profiles = ~0U }, *item;
	enum ca_code rc = ca_policy_yaml_bind(reader, node, &keys, &approver);

	if (rc == CA_OK)
		rc = check_new(reader, node, approvers, &approver);
	if (rc == CA_OK && approvers->count == CA_APPROVERS_MAX)
		rc = ca_policy_yaml_fail(reader, node, "more than %d",
		    CA_APPROVERS_MAX);
	if (rc != CA_OK)
		goto out;
	item = reallocarray(approvers->item, approvers->count + 1,
	    sizeof(struct ca_approver));
	if (item == NULL) {
		rc = ca_fail_memory(reader->err);
		goto out;
	}
	approvers->item = item;
	item[approvers->count++] = approver;
	return CA_OK;
out:
	approver_clear(&approver);
	return rc;
}

enum ca_code
ca_policy_read_approvers(struct ca_policy_reader *reader,
    const yaml_node_t *node, void *field)
{
	return ca_policy_yaml_each(reader, node, read_approver, field);
}

void
ca_approvers_clear(struct ca_approvers *approvers)
{
	for (size_t i = 0; i < approvers->count; i++)
		approver_clear(&approvers->item[i]);
	free(approvers->item);
	*approvers = (struct ca_approvers){ 0 };
}

const struct ca_approver *
ca_policy_approver(const struct ca_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->approvers.count; i++)
		if (strcmp(policy->approvers.item[i].name, name) == 0)
			return &policy->approvers.item[i];
	return NULL;
}

size_t
ca_policy_approvers_of(const struct ca_policy *policy,
    enum ca_profile_id profile)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->approvers.count; i++)
		count +=
		    (policy->approvers.item[i].profiles & 1U << profile) != 0;
	return count;
}
