/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys that have a prime in common with another one that is known. */
#include "cli/shared_primes.h"

#include "coldca/moduli.h"

/* One that is judged. */
struct judged {
	struct ca_findings *findings;
	struct cli_item *item; /* NULL: not of a batch */
	const char *hint;
	bool told;
};

/* Reads the ledger's at the first use. */
static enum ca_code
open_moduli(struct cli_ca *ca, struct ca_error *err)
{
	if (ca->moduli != NULL)
		return CA_OK;
	ca->moduli = ca_moduli_new();
	if (ca->moduli == NULL)
		return ca_fail_memory(err);
	if (ca->ledger == NULL)
		return CA_OK;
	return ca_ledger_read_moduli(ca->ledger, ca->moduli, err);
}

static void
add_finding(struct ca_findings *findings, const char *whose)
{
	ca_findings_add(findings, "key-rsa-shared-prime", CA_ERR_POLICY,
	    "key: its RSA modulus has a prime in common with that of %s: whoever sees both has both private keys",
	    whose);
}

static enum ca_code
refuse(struct cli_item *item, const char *hint, struct ca_error *err)
{
	struct ca_error reason;

	(void)ca_fail(&reason, CA_ERR_POLICY, "%s: refused", item->path);
	ca_hint(&reason, "%s", hint);
	return cli_item_refuse(item, NULL, &reason, err);
}

/* One is told of the judged key; each of a batch is refused. */
static enum ca_code
take(const char *whose, void *owner, void *context, struct ca_error *err)
{
	struct judged *judged = context;
	struct cli_item *other = owner;

	if (!judged->told)
		add_finding(judged->findings, whose);
	judged->told = true;
	if (other == NULL || judged->item == NULL || other->code != CA_OK)
		return CA_OK;
	add_finding(&other->findings, judged->item->path);
	return refuse(other, judged->hint, err);
}

static enum ca_code
judge(struct cli_ca *ca, const struct ca_grant *grant, struct judged *judged,
    struct ca_error *err)
{
	enum ca_code rc;

	if (grant->key.kind != CA_KEY_RSA)
		return CA_OK;
	rc = open_moduli(ca, err);
	if (rc == CA_OK)
		rc = ca_moduli_find(ca->moduli, grant->spki.data,
		    grant->spki.len, take, judged, err);
	return rc;
}

enum ca_code
cli_shared_primes_judge(struct cli_ca *ca, const struct ca_grant *grant,
    struct ca_findings *findings, struct ca_error *err)
{
	struct judged judged = { .findings = findings };

	return judge(ca, grant, &judged, err);
}

/* A pass over a batch. */
struct pass {
	struct cli_ca *ca;
	const char *hint;
};

static enum ca_code
judge_item(void *arg, struct cli_item *item, struct ca_error *err)
{
	const struct pass *pass = arg;
	struct judged judged = { .findings = &item->findings,
		.item = item,
		.hint = pass->hint };
	enum ca_code rc = judge(pass->ca, item->grant, &judged, err);

	if (rc == CA_OK && item->grant->key.kind == CA_KEY_RSA)
		rc = ca_moduli_add(pass->ca->moduli, item->grant->spki.data,
		    item->grant->spki.len, item->path, item, err);
	if (rc == CA_OK && judged.told)
		rc = refuse(item, pass->hint, err);
	return rc;
}

enum ca_code
cli_shared_primes_judge_batch(struct cli_ca *ca, struct cli_batch *batch,
    const char *hint, struct ca_error *err)
{
	struct pass pass = { ca, hint };

	return cli_batch_each(batch, judge_item, &pass, err);
}
