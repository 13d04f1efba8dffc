/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/signer.h"

#include <openssl/evp.h>
#include <stdlib.h>

void
ca_signer_free(struct ca_signer *signer)
{
	if (signer == NULL)
		return;
	if (signer->release != NULL)
		signer->release(signer);
	EVP_PKEY_free(signer->public_key);
	free(signer);
}
