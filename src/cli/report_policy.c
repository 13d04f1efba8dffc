/* SPDX-License-Identifier: Apache-2.0 */
/* The policy that is in force, as far as a page has room for it. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cli/report.h"

#define LIST_SHOWN 8 /* items of a list: the rest is in policy.yaml */

/* Parts of one list, whatever kinds they are of. */
struct list {
	struct cli_page *page;
	size_t count;
};

static void
put_item(struct list *list, const char *text)
{
	if (list->count++ < LIST_SHOWN)
		cli_page_put(list->page, "%s%s", list->count > 1 ? ", " : "",
		    text);
}

static void
put_list_end(const struct list *list)
{
	if (list->count == 0)
		cli_page_raw(list->page, "none");
	if (list->count > LIST_SHOWN)
		cli_page_put(list->page, ", and %zu more",
		    list->count - LIST_SHOWN);
}

static void
put_names(struct cli_page *page, const struct ca_profile_policy *profile)
{
	struct list list = { .page = page };

	for (size_t i = 0; i < profile->dns.count; i++)
		put_item(&list, profile->dns.item[i]);
	for (size_t i = 0; i < profile->ip.count; i++) {
		char text[CA_IP_RANGE_TEXT_SIZE];

		ca_ip_range_format(&profile->ip.item[i], text);
		put_item(&list, text);
	}
	for (size_t i = 0; i < profile->users.count; i++)
		put_item(&list, profile->users.item[i]);
	put_list_end(&list);
}

static void
put_keys(struct cli_page *page, unsigned keys)
{
	struct list list = { .page = page };

	for (unsigned i = 0; i < CA_KEY_KINDS; i++)
		if ((keys & 1U << i) != 0)
			put_item(&list, ca_key_kind_name(i));
	put_list_end(&list);
}

static void
put_profile(struct cli_page *page, const struct ca_profile_policy *profile,
    const char *name)
{
	char usual[CA_DURATION_TEXT_SIZE], most[CA_DURATION_TEXT_SIZE];

	ca_duration_format(profile->lifetime, usual);
	ca_duration_format(profile->max_lifetime, most);
	cli_page_put(page,
	    "<tr><td>%s</td><td data-label=\"lifetime\">%s</td>"
	    "<td data-label=\"at most\">%s</td><td data-label=\"keys\">",
	    name, usual, most);
	put_keys(page, profile->keys);
	cli_page_put(page,
	    "</td><td class=\"number\" data-label=\"approvals\">%zu</td>"
	    "<td data-label=\"names\">",
	    (size_t)profile->approvals);
	put_names(page, profile);
	cli_page_raw(page, "</td></tr>\n");
}

/* Whether what is in the directory is what the ledger has. */
static void
put_hash(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;
	char hex[2 * CA_SHA256_SIZE + 1];

	ca_hex(report->policy, CA_SHA256_SIZE, hex);
	cli_page_put(page,
	    "<dt>policy.yaml SHA-256</dt><dd class=\"hex\">%s</dd>\n", hex);
	cli_page_raw(page, "<dt>in the ledger</dt>");
	if (!facts->has_policy) {
		cli_page_raw(page,
		    "<dd>nothing was signed under a policy yet</dd>\n");
		return;
	}
	if (memcmp(facts->policy_sha256, report->policy, CA_SHA256_SIZE) == 0) {
		cli_page_raw(page, "<dd class=\"good\">the same</dd>\n");
		return;
	}
	ca_hex(facts->policy_sha256, CA_SHA256_SIZE, hex);
	cli_page_put(page,
	    "<dd class=\"warn\">another one was signed under last: "
	    "<span class=\"hex\">%s</span> (<code>coldca policy "
	    "check</code> says what is different)</dd>\n",
	    hex);
}

void
cli_report_policy(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_policy *policy = report->cli->ca.policy;
	char crl[CA_DURATION_TEXT_SIZE], ocsp[CA_DURATION_TEXT_SIZE];
	char module[2 * CA_SHA256_SIZE + 1];

	ca_duration_format(policy->crl_lifetime, crl);
	ca_duration_format(policy->ocsp_lifetime, ocsp);
	cli_page_put(page,
	    "<section>\n<h2>Policy</h2>\n<dl class=\"fields\">\n"
	    "<dt>mode</dt><dd class=\"%s\">%s</dd>\n",
	    policy->mode == CA_MODE_TEST ? "bad" : "",
	    ca_mode_name(policy->mode));
	put_hash(page, report);
	if (policy->module_path != NULL) {
		ca_hex(policy->module_sha256, CA_SHA256_SIZE, module);
		cli_page_put(page,
		    "<dt>module</dt><dd>%s</dd>\n<dt>module SHA-256</dt>"
		    "<dd class=\"hex\">%s</dd>\n",
		    policy->module_path, module);
	}
	cli_page_put(page,
	    "<dt>a CRL is for</dt><dd>%s</dd>\n<dt>an OCSP response</dt>"
	    "<dd>%s</dd>\n</dl>\n"
	    "<table class=\"stack\">\n<caption>What may be signed</caption>\n"
	    "<thead><tr><th>profile</th><th>lifetime</th><th>at most</th>"
	    "<th>keys</th><th class=\"number\">approvals</th>"
	    "<th>names permitted</th></tr></thead>\n<tbody>\n",
	    crl, ocsp);
	for (unsigned i = 0; i < CA_PROFILES; i++) {
		const struct ca_profile *profile = ca_profile_get(i);

		if (ca_profile_on_request(profile))
			put_profile(page, &policy->profile[i], profile->name);
	}
	cli_page_raw(page,
	    "</tbody>\n</table>\n<p class=\"dim\"><code>coldca policy "
	    "check</code> shows all of it.</p>\n</section>\n");
}
