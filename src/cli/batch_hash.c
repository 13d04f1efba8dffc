/* SPDX-License-Identifier: Apache-2.0 */
/* One hash over all that a batch is to sign, for one question about all of it. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/text.h"
#include "cli/batch.h"
#include "cli/show.h"

enum ca_code
cli_batch_hash(struct cli_batch *batch, struct ca_error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done =
	    ctx != NULL && EVP_DigestInit_ex(ctx, ca_sha256(), NULL) == 1;

	for (size_t i = 0; done && i < batch->count; i++)
		if (batch->item[i].code == CA_OK)
			done = EVP_DigestUpdate(ctx, batch->item[i].tbs_sha256,
				   CA_SHA256_SIZE) == 1;
	done = done && EVP_DigestFinal_ex(ctx, batch->sha256, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	batch->hashed = done ? cli_batch_accepted(batch) : 0;
	return done ? CA_OK : ca_fail_memory(err);
}

void
cli_batch_show_hash(const struct cli_batch *batch, FILE *out)
{
	char digest[2 * CA_SHA256_SIZE + 1];

	ca_hex(batch->sha256, CA_SHA256_SIZE, digest);
	cli_show_field(out, "to sign", "%zu certificate%s", batch->hashed,
	    batch->hashed == 1 ? "" : "s");
	cli_show_field(out, "SHA-256", "%s", digest);
	cli_show_words(out, batch->sha256, CA_SHA256_SIZE);
}

json_t *
cli_batch_hash_json(const struct cli_batch *batch)
{
	char digest[2 * CA_SHA256_SIZE + 1];
	struct ca_error ignored;
	char *words = NULL;
	json_t *value = NULL;

	if (batch->hashed == 0)
		return json_null();
	ca_hex(batch->sha256, CA_SHA256_SIZE, digest);
	if (cli_words_text(batch->sha256, CA_SHA256_SIZE, &words, &ignored) ==
	    CA_OK)
		value = json_pack("{s:I,s:s,s:s}", "count",
		    (json_int_t)batch->hashed, "sha256", digest, "words",
		    words);
	free(words);
	return value;
}
