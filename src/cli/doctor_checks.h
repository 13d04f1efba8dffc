/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_DOCTOR_CHECKS_H
#define COLDCA_CLI_DOCTOR_CHECKS_H

#include "cli/doctor.h"

/* What the rows of the table look with: doctor_look_fn. */
#define DOCTOR_LOOK(name)                                              \
	enum doctor_verdict name(const struct doctor_machine *machine, \
	    char text[DOCTOR_TEXT_SIZE])

/* doctor_machine.c */
DOCTOR_LOOK(doctor_network);
DOCTOR_LOOK(doctor_radio);
DOCTOR_LOOK(doctor_swap);
DOCTOR_LOOK(doctor_core);
DOCTOR_LOOK(doctor_ptrace);
DOCTOR_LOOK(doctor_aslr);
DOCTOR_LOOK(doctor_entropy);
DOCTOR_LOOK(doctor_rtc);
DOCTOR_LOOK(doctor_timens);
DOCTOR_LOOK(doctor_lockdown);
DOCTOR_LOOK(doctor_secure_boot);
DOCTOR_LOOK(doctor_storage);

/* doctor_process.c */
DOCTOR_LOOK(doctor_preload);
DOCTOR_LOOK(doctor_user);
DOCTOR_LOOK(doctor_group);
DOCTOR_LOOK(doctor_sandbox);
DOCTOR_LOOK(doctor_udev);
DOCTOR_LOOK(doctor_pcscd);
DOCTOR_LOOK(doctor_module);
DOCTOR_LOOK(doctor_module_file);
DOCTOR_LOOK(doctor_module_hash);

/* doctor_ca.c */
DOCTOR_LOOK(doctor_ca_dir);
DOCTOR_LOOK(doctor_space);
DOCTOR_LOOK(doctor_disk);
DOCTOR_LOOK(doctor_clock);
DOCTOR_LOOK(doctor_backup);

/* GOOD with WORD in TEXT where nothing was said; otherwise BAD. */
enum doctor_verdict doctor_judge(char text[DOCTOR_TEXT_SIZE], const char *word);

/* UNKNOWN, for the reason WHY. */
enum doctor_verdict doctor_unknown(char text[DOCTOR_TEXT_SIZE],
    const char *why);

#endif
