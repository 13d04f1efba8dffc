/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_INTAKE_INTERNAL_H
#define COLDCA_CORE_INTAKE_INTERNAL_H

#include "coldca/intake.h"

/* How the files of a host, and those of a folder, end. */
#define CA_INTAKE_CSR ".csr"
#define CA_INTAKE_MANIFEST ".manifest"

/* Names what is taken of INTAKE and its folder, by what is in it alone. */
CA_CHECKED enum ca_code ca_intake_name(struct ca_intake *intake,
    struct ca_error *err);

#endif
