/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PUBLISH_H
#define COLDCA_CLI_PUBLISH_H

#include "cli/sign.h"
#include "coldca/crl.h"

/* One run of a command that says with the CA's key what is revoked. */
struct cli_publishing {
	struct cli_signing signing; /* of which it uses the key */
	const uint8_t *serial; /* of one of its certificates; NULL: the current
				  one is meant */
	size_t trusted;        /* of its authorities; the others are retired */
	int64_t next_update;   /* seconds since 1970-01-01 UTC */
	char *crl_file;        /* "ca.crl": PEM, of all keys of the CA */
	char *crl_der_file;    /* "ca.crl.der": of the key that signed last */
};

/*
 * Reads which CAs there are, of the authority that --ca names, or that has the
 * certificate of `serial`, or of the cluster.
 */
CA_CHECKED enum ca_code
cli_publishing_read_authorities(struct cli_publishing *publishing,
    struct ca_error *err);

/*
 * Reads --ca, --out, --overwrite and --lifetime, whose default is LIFETIME
 * seconds, and which CAs there are.
 */
CA_CHECKED enum ca_code cli_publishing_read(struct cli_publishing *publishing,
    int64_t lifetime, struct ca_error *err);

/* CA_ERR_FILE: NAME is there already in the directory that --out names. */
CA_CHECKED enum ca_code
cli_publishing_check_free(const struct cli_publishing *publishing,
    const char *name, struct ca_error *err);

/* The same for the files of a CRL. */
CA_CHECKED enum ca_code
cli_publishing_check_crl(const struct cli_publishing *publishing,
    struct ca_error *err);

/* Opens the token and takes the CA's key, as `sign` does. */
CA_CHECKED enum ca_code
cli_publishing_take_key(struct cli_publishing *publishing,
    struct ca_error *err);

/* Whether CERTIFICATE is that of SERIAL, CA_SERIAL_SIZE octets. */
bool cli_publishing_is(const struct ca_certificate *certificate,
    const uint8_t *serial);

/* Logs out. */
void cli_publishing_close_token(struct cli_publishing *publishing);

/* Issues the next CRL and writes its files. *RET_CRL is new. */
CA_CHECKED enum ca_code cli_publishing_crl(struct cli_publishing *publishing,
    struct ca_crl **ret_crl, struct ca_error *err);

void cli_publishing_clear(struct cli_publishing *publishing);

#endif
