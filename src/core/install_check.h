/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_INSTALL_CHECK_H
#define COLDCA_CORE_INSTALL_CHECK_H

#include "core/install_internal.h"

/* What a file is held against. */
struct ca_cert_checking {
	int fd;           /* of the directory */
	const char *path; /* what messages call it */
	const struct ca_cert_sets *sets;
	int64_t now;
	unsigned days;
};

/* Looks at one file. *RET is new; ca_cert_check_clear() it. */
CA_CHECKED enum ca_code ca_cert_check_row(const struct ca_cert_checking *c,
    const struct ca_certs_row *row, struct ca_cert_check *ret,
    struct ca_error *err);

/* ca_install_check() of the directory FD, which messages call PATH. */
CA_CHECKED enum ca_code ca_cert_check_at(int fd, const char *path, int64_t now,
    unsigned days, struct ca_cert_checks *ret, struct ca_error *err);

void ca_cert_check_clear(struct ca_cert_check *check);

#endif
