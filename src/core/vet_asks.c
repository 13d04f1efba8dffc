/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <strings.h>

#include "core/vetting.h"

#define CRDB_SCHEME "crdb:"

/* Usages that harm nobody: asked for in vain, they are only mentioned. */
#define HARMLESS_USAGES                                                    \
	(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION | KU_KEY_ENCIPHERMENT | \
	    KU_KEY_AGREEMENT)

enum outcome {
	OUTCOME_FINE,   /* granted, or nothing to speak of */
	OUTCOME_NOTICE, /* not granted, and that is no harm */
	OUTCOME_EXTRA,  /* more than it may have */
};

/* What is thought of one ask. RULE and WHY matter unless it is fine. */
struct verdict {
	enum outcome outcome;
	const char *rule;
	const char *why;
};

static const struct verdict fine = { OUTCOME_FINE, NULL, NULL };

static struct verdict
judge_node_name(const char *text, const struct ca_grant *grant)
{
	struct ca_name host = { 0 };
	struct ca_error err = { 0 };
	bool granted =
	    grant->common_name != NULL && strcmp(text, grant->common_name) == 0;

	if (ca_host_parse(text, &host, &err) == CA_OK)
		granted = ca_names_has(&grant->names, &host);
	ca_name_clear(&host);
	if (granted)
		return fine;
	return (struct verdict){
		OUTCOME_EXTRA, "csr-common-name",
		"is neither the name of the profile nor a host that is ordered"
	};
}

static struct verdict
judge_user_name(const char *text, const struct ca_grant *grant)
{
	char *user = NULL;
	struct ca_error err = { 0 };
	bool granted = grant->common_name != NULL &&
	    ca_user_parse(text, &user, &err) == CA_OK &&
	    strcmp(user, grant->common_name) == 0;

	free(user);
	if (granted)
		return fine;
	return (struct verdict){ OUTCOME_EXTRA, "csr-common-name",
		"is not the user that is ordered" };
}

static struct verdict
judge_common_name(const struct ca_ask *ask, const struct ca_grant *grant)
{
	if (ask->text[0] == '\0')
		return fine;
	if (grant->profile->names == CA_NAMES_USER)
		return judge_user_name(ask->text, grant);
	return judge_node_name(ask->text, grant);
}

static struct verdict
judge_subject(const struct ca_ask *ask, const struct ca_grant *grant)
{
	if (ask->value == NID_organizationName &&
	    strcmp(ask->text, CA_ORGANIZATION) == 0)
		return fine;
	if (ask->value == NID_organizationalUnitName &&
	    grant->profile->unit != NULL &&
	    strcmp(ask->text, grant->profile->unit) == 0)
		return fine;
	if (ask->value == NID_organizationalUnitName &&
	    strcmp(ask->text, CA_TENANTS_UNIT) == 0)
		return (struct verdict){
			OUTCOME_EXTRA, "csr-tenants",
			"CockroachDB takes a certificate with it for a tenant"
		};
	return (struct verdict){ OUTCOME_NOTICE, "csr-subject",
		"not taken over, the subject is that of the profile" };
}

static struct verdict
judge_ca(const struct ca_ask *ask, const struct ca_grant *grant)
{
	(void)ask;
	(void)grant;
	return (struct verdict){ OUTCOME_EXTRA, "csr-ca",
		"no request is made a CA" };
}

static struct verdict
judge_key_usage(const struct ca_ask *ask, const struct ca_grant *grant)
{
	uint32_t granted = grant->profile->key_usage;
	uint32_t asked = (uint32_t)ask->value;

	if (ca_key_kind_enciphers(grant->key.kind))
		granted |= grant->profile->key_usage_rsa;
	if ((asked & granted) != 0)
		return fine;
	if ((asked & HARMLESS_USAGES) != 0)
		return (struct verdict){
			OUTCOME_NOTICE, "csr-key-usage",
			"not granted, the profile has no such usage for this key"
		};
	return (struct verdict){ OUTCOME_EXTRA, "csr-key-usage",
		"the profile has no such usage" };
}

static struct verdict
judge_purpose(const struct ca_ask *ask, const struct ca_grant *grant)
{
	static const struct {
		int nid;
		unsigned bit;
	} purposes[] = {
		{ NID_server_auth, CA_EKU_SERVER_AUTH },
		{ NID_client_auth, CA_EKU_CLIENT_AUTH },
	};

	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		if (purposes[i].nid == ask->value &&
		    (purposes[i].bit & grant->profile->extended) != 0)
			return fine;
	return (struct verdict){ OUTCOME_EXTRA, "csr-extended-key-usage",
		"the profile has no such purpose" };
}

static struct verdict
judge_extension(const struct ca_ask *ask, const struct ca_grant *grant)
{
	(void)ask;
	(void)grant;
	return (struct verdict){ OUTCOME_EXTRA, "csr-extension",
		"extensions are those of the profile" };
}

static struct verdict
judge_attribute(const struct ca_ask *ask, const struct ca_grant *grant)
{
	(void)ask;
	(void)grant;
	return (
	    struct verdict){ OUTCOME_NOTICE, "csr-attribute", "not looked at" };
}

static struct verdict
judge_nothing(const struct ca_ask *ask, const struct ca_grant *grant)
{
	(void)ask;
	(void)grant;
	return fine;
}

/* By enum ca_ask_kind. */
static struct verdict (*const judges[])(const struct ca_ask *ask,
    const struct ca_grant *grant) = {
	[CA_ASK_CN] = judge_common_name,
	[CA_ASK_SUBJECT] = judge_subject,
	[CA_ASK_CA] = judge_ca,
	[CA_ASK_NOT_CA] = judge_nothing,
	[CA_ASK_KEY_USAGE] = judge_key_usage,
	[CA_ASK_EKU] = judge_purpose,
	[CA_ASK_KEY_ID] = judge_nothing,
	[CA_ASK_EXTENSION] = judge_extension,
	[CA_ASK_ATTRIBUTE] = judge_attribute,
};

/* What stands in front of a name's text, by enum ca_name_kind. */
static const char *const name_words[] = {
	[CA_NAME_DNS] = "DNS:",
	[CA_NAME_IP] = "IP:",
	[CA_NAME_URI] = "URI:",
	[CA_NAME_EMAIL] = "email:",
	[CA_NAME_OTHER] = "",
};

static bool
is_host(const struct ca_name *name)
{
	return name->kind == CA_NAME_DNS || name->kind == CA_NAME_IP;
}

/* Whether NAME, as the request spells it, is a host that is granted. */
static bool
is_granted(const struct ca_name *name, const struct ca_grant *grant)
{
	struct ca_name host = { 0 };
	struct ca_error err = { 0 };
	bool granted;

	if (name->kind == CA_NAME_URI)
		return ca_names_has(&grant->names, name);
	granted = ca_host_parse(name->text, &host, &err) == CA_OK &&
	    host.kind == name->kind && ca_names_has(&grant->names, &host);

	ca_name_clear(&host);
	return granted;
}

static struct verdict
judge_name(const struct ca_name *name, const struct ca_grant *grant)
{
	if (is_granted(name, grant))
		return fine;
	if (name->kind == CA_NAME_DNS && ca_principal_reserved(name->text))
		return (struct verdict){
			OUTCOME_EXTRA, "csr-reserved-name",
			"CockroachDB takes a DNS name for a user, and this one is reserved"
		};
	if (name->kind == CA_NAME_URI &&
	    strncasecmp(name->text, CRDB_SCHEME, strlen(CRDB_SCHEME)) == 0)
		return (struct verdict){
			OUTCOME_EXTRA, "csr-extra-name",
			"CockroachDB takes a crdb URI for the one user of a certificate"
		};
	if (!ca_profile_takes_hosts(grant->profile))
		return (struct verdict){ OUTCOME_EXTRA, "csr-extra-name",
			"the profile has no alternative names" };
	return (struct verdict){ OUTCOME_EXTRA, "csr-extra-name",
		is_host(name) ? "is not among the hosts that are ordered"
			      : "only DNS names and IP addresses are granted" };
}

static void
report(const struct ca_vetting *vetting, const struct verdict *verdict,
    const char *word, const char *what)
{
	bool drop = vetting->order->drop_extra;

	switch (verdict->outcome) {
	case OUTCOME_FINE:
		break;
	case OUTCOME_NOTICE:
		ca_findings_add(vetting->findings, verdict->rule, CA_OK,
		    "%s%s: %s", word, what, verdict->why);
		break;
	case OUTCOME_EXTRA:
		ca_findings_add(vetting->findings, verdict->rule,
		    drop ? CA_OK : CA_ERR_POLICY, "%s%s%s: %s",
		    drop ? "dropped: " : "", word, what, verdict->why);
		break;
	}
}

static void
judge_names(const struct ca_vetting *vetting, const struct ca_names *names)
{
	bool taken = vetting->order->names_from_request &&
	    ca_profile_takes_hosts(vetting->grant.profile);

	for (size_t i = 0; i < names->count; i++) {
		const struct ca_name *name = &names->item[i];
		struct verdict verdict;

		if (taken && is_host(name))
			continue;
		verdict = judge_name(name, &vetting->grant);
		report(vetting, &verdict, name_words[name->kind], name->text);
	}
}

void
ca_vetting_judge_asks(const struct ca_vetting *vetting)
{
	bool taken = vetting->order->names_from_request &&
	    (vetting->grant.profile->names == CA_NAMES_USER ||
		vetting->grant.profile->names == CA_NAMES_TENANT);
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(vetting->csr, &count);

	judge_names(vetting, ca_csr_names(vetting->csr));
	for (size_t i = 0; i < count; i++) {
		struct verdict verdict;

		if (taken && asks[i].kind == CA_ASK_CN)
			continue;
		verdict = judges[asks[i].kind](&asks[i], &vetting->grant);
		report(vetting, &verdict, "", asks[i].what);
	}
}
