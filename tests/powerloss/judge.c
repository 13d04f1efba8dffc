/* SPDX-License-Identifier: Apache-2.0 */
#include "powerloss/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "coldca/certificate.h"

/* One disk that is being judged. */
struct trial {
	const struct pl_judge *judge;
	const struct pl_disk *disk;
	struct pl_register reg;
	char *problem;
	size_t size;
};

static bool
fails(const struct trial *trial, const char *what, const char *rule)
{
	(void)snprintf(trial->problem, trial->size, "%s: %s", what, rule);
	return false;
}

static bool
is_ledger(const char *name)
{
	return strncmp(name, "ledger.db", 9) == 0;
}

static bool
ends_with(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	return len >= end && strcmp(name + len - end, ending) == 0;
}

/* One directory whose entries come and go one by one, in three states. */
struct container {
	const char *path; /* below the root */
	size_t now;
	size_t before;
	size_t after;
};

static struct container
container_of(const struct trial *trial, const char *path)
{
	const struct pl_judge *judge = trial->judge;

	return (struct container){ path, pl_disk_path(trial->disk, path),
		pl_disk_path(judge->initial, path),
		pl_disk_path(judge->final, path) };
}

static bool
is_as(const struct trial *trial, const struct container *here, const char *name,
    const struct pl_disk *disk, size_t dir)
{
	return pl_disk_same(trial->judge->history, trial->disk,
	    pl_disk_find(trial->disk, here->now, name), disk,
	    pl_disk_find(disk, dir, name));
}

static bool
is_old(const struct trial *trial, const struct container *here,
    const char *name)
{
	return is_as(trial, here, name, trial->judge->initial, here->before);
}

static bool
is_new(const struct trial *trial, const struct container *here,
    const char *name)
{
	return is_as(trial, here, name, trial->judge->final, here->after);
}

/* A certificate is beside the key that it was made with. */
static bool
check_pair(const struct trial *trial, const struct container *here,
    const char *key)
{
	size_t stem = strlen(key) - strlen(".key");
	char name[256];

	(void)snprintf(name, sizeof(name), "%.*s.crt", (int)stem, key);
	return pl_disk_find(trial->disk, here->now, name) == PL_NONE ||
	    (is_old(trial, here, key) && is_old(trial, here, name)) ||
	    (is_new(trial, here, key) && is_new(trial, here, name)) ||
	    fails(trial, key, "has a certificate that is not its own");
}

/* Whether it is in a set that the next run puts in place. */
static bool
is_in_set(const struct trial *trial, const struct container *here,
    const char *name)
{
	char hidden[300];

	(void)snprintf(hidden, sizeof(hidden), ".coldca-replace-%s", name);
	return pl_disk_find(trial->disk, here->now, hidden) != PL_NONE;
}

/* What was there before is there, if it was to stay. */
static bool
check_kept(const struct trial *trial, const struct container *here)
{
	const struct pl_judge *judge = trial->judge;

	if (here->before == PL_NONE || here->after == PL_NONE)
		return true;
	for (size_t i = 0; i < judge->initial->node[here->before].entries;
	     i++) {
		const char *name =
		    judge->initial->node[here->before].entry[i].name;

		if (pl_disk_find(judge->final, here->after, name) != PL_NONE &&
		    pl_disk_find(trial->disk, here->now, name) == PL_NONE &&
		    !is_in_set(trial, here, name))
			return fails(trial, name, "is lost");
	}
	return true;
}

static bool check_container(const struct trial *trial, const char *path);

static bool
check_entry(const struct trial *trial, const struct container *here,
    const struct pl_entry *entry)
{
	const struct pl_judge *judge = trial->judge;
	bool is_dir = judge->history->object[entry->object].is_dir;
	bool top = here->path[0] == '\0';
	char path[512];

	(void)snprintf(path, sizeof(path), "%s%s%s", here->path, top ? "" : "/",
	    entry->name);
	if (pl_is_hidden(entry->name) || is_ledger(entry->name) ||
	    (top && entry->name[0] == '.'))
		return true;
	if (is_dir &&
	    ((top &&
		 (judge->whole == NULL || strcmp(path, judge->whole) != 0)) ||
		(judge->filled != NULL && strcmp(path, judge->filled) == 0)))
		return check_container(trial, path);
	if (!is_old(trial, here, entry->name) &&
	    !is_new(trial, here, entry->name))
		return fails(trial, path, "is not complete");
	return !ends_with(entry->name, ".key") ||
	    check_pair(trial, here, entry->name);
}

/* What is visible in it is as it was before, or as it was to become. */
static bool
check_container(const struct trial *trial, const char *path)
{
	const struct container here = container_of(trial, path);
	const struct pl_node *node = &trial->disk->node[here.now];

	for (size_t i = 0; i < node->entries; i++)
		if (!check_entry(trial, &here, &node->entry[i]))
			return false;
	return check_kept(trial, &here);
}

static bool
has(const struct ca_bytes *list, size_t count, const struct ca_bytes *one)
{
	for (size_t i = 0; i < count; i++)
		if (ca_bytes_equal(&list[i], one))
			return true;
	return false;
}

/* What can be read as certificates the ledger has issued. */
static bool
check_certificates(const struct trial *trial, const char *name,
    const struct pl_node *node)
{
	struct ca_certificates list = { 0 };
	struct ca_error err;
	bool good = true;

	if (ca_certificates_parse(name, node->data, node->len, &list, &err) !=
	    CA_OK)
		return true;
	for (size_t i = 0; i < list.count && good; i++)
		if (!has(trial->reg.certificate, trial->reg.issued,
			ca_certificate_der(list.item[i])))
			good = fails(trial, name, "is not in the ledger");
	ca_certificates_clear(&list);
	return good;
}

/* Under whatever name. */
static bool
check_known(const struct trial *trial, size_t dir)
{
	const struct pl_node *node = &trial->disk->node[dir];

	for (size_t i = 0; i < node->entries; i++) {
		const char *name = node->entry[i].name;
		size_t object = node->entry[i].object;
		struct pl_node *below = &trial->disk->node[object];
		struct ca_bytes der = { .data = below->data,
			.len = below->len };

		if (trial->judge->history->object[object].is_dir) {
			if (!check_known(trial, object))
				return false;
		} else if (ends_with(name, ".crt") &&
		    !check_certificates(trial, name, below)) {
			return false;
		} else if (ends_with(name, ".crl.der") &&
		    !has(trial->reg.crl, trial->reg.crls, &der)) {
			return fails(trial, name, "is not in the ledger");
		}
	}
	return true;
}

/* It goes on from what it was, to what it became, and not elsewhere. */
static bool
check_history(const struct trial *trial)
{
	const struct pl_register *last = &trial->judge->last;
	const struct pl_register *reg = &trial->reg;

	if (reg->entries < trial->judge->first.entries)
		return fails(trial, "ledger.db", "has lost old entries");
	if (reg->entries > last->entries ||
	    memcmp(reg->hash, last->hash, reg->entries * PL_SHA256) != 0)
		return fails(trial, "ledger.db", "is of another history");
	if (reg->entries < trial->judge->promise.entry)
		return fails(trial, "ledger.db",
		    "lacks entries of the head that was shown");
	return true;
}

static bool
check_reserved(const struct trial *trial)
{
	const struct pl_promise *promise = &trial->judge->promise;

	for (size_t i = 0; i < promise->signatures; i++) {
		bool found = false;

		for (size_t k = 0; k < trial->reg.reserved && !found; k++)
			found = memcmp(trial->reg.tbs[k],
				    promise->signed_data[i], PL_SHA256) == 0;
		if (!found)
			return fails(trial, "ledger.db",
			    "does not know a certificate that was signed");
	}
	return true;
}

static bool
check_promised(const struct trial *trial)
{
	const struct pl_judge *judge = trial->judge;

	for (size_t i = 0; i < judge->promise.paths; i++) {
		const char *path = judge->promise.path[i];

		if (!pl_disk_same(judge->history, trial->disk,
			pl_disk_path(trial->disk, path), judge->final,
			pl_disk_path(judge->final, path)))
			return fails(trial, path, "was promised and is lost");
	}
	return true;
}

bool
pl_judge_disk(const struct pl_judge *judge, const struct pl_disk *disk,
    const char *path, char *problem, size_t size)
{
	struct trial trial = { .judge = judge,
		.disk = disk,
		.problem = problem,
		.size = size };
	char ledger[512];
	bool good = true;
	struct stat st;

	(void)snprintf(ledger, sizeof(ledger), "%s/ledger.db", path);
	if (stat(ledger, &st) < 0) {
		if (judge->promise.ledger || judge->first.entries > 0)
			return fails(&trial, "ledger.db", "is lost");
	} else if (!pl_register_read(ledger, &trial.reg, problem, size)) {
		return false;
	} else {
		good = check_history(&trial) && check_reserved(&trial);
	}
	good = good && check_container(&trial, "") && check_promised(&trial) &&
	    check_known(&trial, 0);
	pl_register_clear(&trial.reg);
	return good;
}
