/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that is asked of the machine: one row each, worst first. */
#include <string.h>

#include "cli/doctor_checks.h"

const struct doctor_check doctor_checks[] = {
	{ "network", DOCTOR_CRITICAL, doctor_network,
	    "who reaches the machine can try to reach the token",
	    "pull the cable; `ip link set NAME down`" },
	{ "radio", DOCTOR_CRITICAL, doctor_radio,
	    "a radio is a network that nobody sees",
	    "`rfkill block all`, or take the card out" },
	{ "swap", DOCTOR_CRITICAL, doctor_swap,
	    "a PIN in memory could come to lie on a disk",
	    "`swapoff -a`, and take it out of /etc/fstab; zram, or dm-crypt with a key of each start, may stay" },
	{ "preload", DOCTOR_CRITICAL, doctor_preload,
	    "such a library sees the PIN, and can change what is shown and signed",
	    "unset LD_PRELOAD and LD_AUDIT; empty /etc/ld.so.preload" },
	{ "entropy", DOCTOR_CRITICAL, doctor_entropy,
	    "serial numbers and nonces would be guessed",
	    "wait until the kernel's generator is seeded" },
	{ "clock", DOCTOR_CRITICAL, doctor_clock,
	    "certificates begin and end by this clock",
	    "`date --set=TIME`, then `hwclock --systohc`" },
	{ "ca-dir", DOCTOR_CRITICAL, doctor_ca_dir,
	    "who can write the policy decides what is signed",
	    "`chown` it to the user who signs; `chmod go-w`" },
	{ "space", DOCTOR_CRITICAL, doctor_space,
	    "a session that can not be recorded can not be finished",
	    "free what is needed on the CA directory's file system" },
#if COLDCA_TOKEN
	{ "module-file", DOCTOR_CRITICAL, doctor_module_file,
	    "a module is code that sees the PIN",
	    "the file and every directory above it: owned by root, `chmod go-w`" },
	{ "module-hash", DOCTOR_CRITICAL, doctor_module_hash,
	    "a module is code that sees the PIN",
	    "if it was upgraded, check the new file and pin its SHA-256" },
	{ "module-pinned", DOCTOR_WARN, doctor_module,
	    "any module that a command line names is loaded",
	    "write module.path and module.sha256 into policy.yaml" },
	{ "pcscd", DOCTOR_WARN, doctor_pcscd,
	    "it is the way to a card, and needless code where there is none",
	    "`systemctl enable --now pcscd.socket`, or disable it" },
	{ "udev-rules", DOCTOR_WARN, doctor_udev,
	    "without them any user may talk to the token",
	    "install those of this coldca, then `udevadm control --reload`" },
#endif
	{ "group", DOCTOR_WARN, doctor_group,
	    "the udev rules give the token to this group",
	    "`adduser NAME coldca`, then log in again" },
	{ "user", DOCTOR_WARN, doctor_user,
	    "root is bound by no file permission",
	    "run coldca as a user of its own" },
	{ "sandbox", DOCTOR_WARN, doctor_sandbox,
	    "a faulty module should not reach further than it must",
	    "a kernel from 5.19 on, with landlock in its `lsm=`; leave --no-sandbox out" },
	{ "backup", DOCTOR_WARN, doctor_backup,
	    "what was issued since would be forgotten with this disk",
	    "`coldca ledger backup DIR`, on another disk" },
	{ "disk", DOCTOR_WARN, doctor_disk,
	    "who finds the disk can read the ledger, and change it",
	    "LUKS below the CA directory's file system" },
	{ "rtc", DOCTOR_WARN, doctor_rtc,
	    "the clock starts from it, and no network puts it right",
	    "`hwclock --systohc`; a new battery" },
	{ "time-namespace", DOCTOR_WARN, doctor_timens,
	    "time limits are measured by a clock that was moved",
	    "run coldca outside of the container" },
	{ "core", DOCTOR_WARN, doctor_core,
	    "coldca leaves no dump, but a daemon of the token's might",
	    "`sysctl kernel.core_pattern=/dev/null`" },
	{ "ptrace", DOCTOR_WARN, doctor_ptrace,
	    "other programs of the user could be taken over, shells too",
	    "`sysctl kernel.yama.ptrace_scope=2`" },
	{ "aslr", DOCTOR_WARN, doctor_aslr,
	    "faults in code are easier to make use of",
	    "`sysctl kernel.randomize_va_space=2`" },
	{ "lockdown", DOCTOR_INFO, doctor_lockdown,
	    "who becomes root once can stay in the kernel",
	    "secure boot, or `lockdown=integrity` on the kernel's command line" },
	{ "secure-boot", DOCTOR_INFO, doctor_secure_boot,
	    "who can touch the disk can put another kernel on it",
	    "turn it on in the firmware's setup" },
	{ "usb-storage", DOCTOR_INFO, doctor_storage,
	    "a stick need only be there while files are carried", "pull it" },
	{ .name = NULL },
};

const struct doctor_check *
doctor_check_find(const char *name)
{
	for (const struct doctor_check *c = doctor_checks; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

const char *
doctor_severity_name(enum doctor_severity severity)
{
	static const char *const names[] = {
		[DOCTOR_CRITICAL] = "critical",
		[DOCTOR_WARN] = "warning",
		[DOCTOR_INFO] = "information",
	};

	return names[severity];
}

const char *
doctor_verdict_name(enum doctor_verdict verdict)
{
	static const char *const names[] = {
		[DOCTOR_GOOD] = "good",
		[DOCTOR_BAD] = "bad",
		[DOCTOR_UNKNOWN] = "not told",
	};

	return names[verdict];
}
