/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what the machine is connected to, and where memory may go. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor_checks.h"

#define PATH_SIZE 512 /* bytes of a path below the root, with the NUL */
#define IFF_UP_FLAG 1 /* of an interface: netdevice(7) */
#define USB_STORAGE 8 /* bInterfaceClass of mass storage */
#define ENTROPY_MIN 128
#define SKEW_MAX 120 /* seconds between the two clocks */

static void
look_at_interface(const struct doctor_machine *machine, const char *name,
    void *arg)
{
	char path[PATH_SIZE];
	long long flags = 0;

	if (strcmp(name, "lo") == 0)
		return;
	(void)snprintf(path, sizeof(path), "sys/class/net/%s/flags", name);
	if (doctor_read_number(machine, path, 16, &flags) &&
	    (flags & IFF_UP_FLAG) != 0)
		doctor_say(arg, "%s is up", name);
}

enum doctor_verdict
doctor_network(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	/* What can not be told is not good: the network is what it is about. */
	if (!doctor_each(machine, "sys/class/net", look_at_interface, text))
		doctor_say(text, "the kernel does not tell: no /sys/class/net");
	return doctor_judge(text, "no interface but lo is up");
}

static void
look_at_radio(const struct doctor_machine *machine, const char *name, void *arg)
{
	char path[PATH_SIZE], type[DOCTOR_TEXT_SIZE] = "";
	long long soft = 0, hard = 0;

	(void)snprintf(path, sizeof(path), "sys/class/rfkill/%s/soft", name);
	if (!doctor_read_number(machine, path, 10, &soft))
		return;
	(void)snprintf(path, sizeof(path), "sys/class/rfkill/%s/hard", name);
	(void)doctor_read_number(machine, path, 10, &hard);
	(void)snprintf(path, sizeof(path), "sys/class/rfkill/%s/type", name);
	(void)doctor_read(machine, path, type);
	if (soft == 0 && hard == 0)
		doctor_say(arg, "%s (%.64s) is on", name, type);
}

static void
look_at_bluetooth(const struct doctor_machine *machine, const char *name,
    void *arg)
{
	(void)machine;
	doctor_say(arg, "%s is there", name);
}

enum doctor_verdict
doctor_radio(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	bool told;

	told = doctor_each(machine, "sys/class/rfkill", look_at_radio, text);
	/* A kernel without rfkill does not say whether it is on. */
	if (!told)
		told = doctor_each(machine, "sys/class/bluetooth",
		    look_at_bluetooth, text);
	return doctor_judge(text, told ? "none is on" : "the machine has none");
}

/* Whether the block device NAME ("dm-0") is encrypted by dm-crypt. */
static bool
is_crypt(const struct doctor_machine *machine, const char *name)
{
	char path[PATH_SIZE], uuid[DOCTOR_TEXT_SIZE];

	(void)snprintf(path, sizeof(path), "sys/class/block/%s/dm/uuid", name);
	return doctor_read(machine, path, uuid) &&
	    strncmp(uuid, "CRYPT-", strlen("CRYPT-")) == 0;
}

/* One line of /proc/swaps: "/dev/zram0   partition ..." */
static void
look_at_swap(const struct doctor_machine *machine, char *line, void *arg)
{
	char *name = line;
	const char *slash;

	name[strcspn(name, " \t")] = '\0';
	if (strcmp(name, "Filename") == 0)
		return;
	slash = strrchr(name, '/');
	slash = slash != NULL ? slash + 1 : name;
	/* Compressed memory is memory, and dm-crypt's key is in memory. */
	if (strncmp(slash, "zram", strlen("zram")) == 0 ||
	    is_crypt(machine, slash))
		return;
	doctor_say(arg, "%s", name);
}

enum doctor_verdict
doctor_swap(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	if (!doctor_each_line(machine, "proc/swaps", look_at_swap, text)) {
		if (faccessat(machine->root, "proc/self", F_OK, 0) != 0)
			doctor_say(text, "the kernel does not tell: no /proc");
		return doctor_judge(text, "this kernel has none");
	}
	return doctor_judge(text,
	    "nothing of memory goes to a disk in the clear");
}

enum doctor_verdict
doctor_core(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	char pattern[DOCTOR_TEXT_SIZE];

	if (!doctor_read(machine, "proc/sys/kernel/core_pattern", pattern))
		return doctor_unknown(text, "the kernel does not tell");
	if (pattern[0] == '|')
		doctor_say(text, "a program gets every dump: %.200s", pattern);
	return doctor_judge(text, "dumps go to no program");
}

enum doctor_verdict
doctor_ptrace(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	long long scope = 0;

	if (!doctor_read_number(machine, "proc/sys/kernel/yama/ptrace_scope",
		10, &scope))
		doctor_say(text, "this kernel has no Yama");
	else if (scope == 0)
		doctor_say(text, "kernel.yama.ptrace_scope is 0");
	return doctor_judge(text,
	    "a process traces its children only, or none");
}

enum doctor_verdict
doctor_aslr(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	long long space = 0;

	if (!doctor_read_number(machine, "proc/sys/kernel/randomize_va_space",
		10, &space))
		return doctor_unknown(text, "the kernel does not tell");
	if (space != 2)
		doctor_say(text, "kernel.randomize_va_space is %lld", space);
	return doctor_judge(text, "addresses are random");
}

enum doctor_verdict
doctor_entropy(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	long long bits = 0;

	if (!doctor_read_number(machine, "proc/sys/kernel/random/entropy_avail",
		10, &bits))
		return doctor_unknown(text, "the kernel does not tell");
	if (bits < ENTROPY_MIN)
		doctor_say(text, "%lld bits", bits);
	return doctor_judge(text, "the generator is seeded");
}

enum doctor_verdict
doctor_rtc(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	long long rtc = 0, skew;

	if (!doctor_read_number(machine, "sys/class/rtc/rtc0/since_epoch", 10,
		&rtc)) {
		doctor_say(text,
		    "there is none: the time is lost when the power is");
		return DOCTOR_BAD;
	}
	skew = rtc - (long long)machine->now;
	if (skew > SKEW_MAX || skew < -SKEW_MAX)
		doctor_say(text, "it is %lld seconds %s the system's clock",
		    skew > 0 ? skew : -skew, skew > 0 ? "after" : "before");
	return doctor_judge(text, "it says what the system's clock says");
}

static void
look_at_offset(const struct doctor_machine *machine, char *line, void *arg)
{
	char *rest = line + strcspn(line, " \t");

	(void)machine;
	if (strspn(rest, " \t0") != strlen(rest))
		doctor_say(arg, "clocks of a time namespace: %.100s", line);
}

enum doctor_verdict
doctor_timens(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	if (!doctor_each_line(machine, "proc/self/timens_offsets",
		look_at_offset, text))
		return doctor_judge(text, "this kernel has none");
	return doctor_judge(text, "the clocks are the machine's");
}

/* The word in brackets: "none [integrity] confidentiality". */
enum doctor_verdict
doctor_lockdown(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	char modes[DOCTOR_TEXT_SIZE];

	if (!doctor_read(machine, "sys/kernel/security/lockdown", modes))
		return doctor_unknown(text, "this kernel has none");
	if (strstr(modes, "[none]") != NULL)
		doctor_say(text, "it is off: root can change the kernel");
	return doctor_judge(text, "it is on");
}

/* UEFI's variable: 4 bytes of attributes, and 1 where it is on. */
enum doctor_verdict
doctor_secure_boot(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	static const char name[] = "sys/firmware/efi/efivars/"
				   "SecureBoot-8be4df61-93ca-11d2-aa0d-"
				   "00e098032b8c";
	char variable[DOCTOR_TEXT_SIZE] = "";
	bool on = doctor_read(machine, name, variable) && variable[4] == 1;

	if (!on && variable[0] == '\0')
		return doctor_unknown(text, "the firmware does not tell");
	if (!on)
		doctor_say(text, "it is off: any kernel starts");
	return doctor_judge(text, "it is on");
}

static void
look_at_usb(const struct doctor_machine *machine, const char *name, void *arg)
{
	char path[PATH_SIZE];
	long long class = 0;

	(void)snprintf(path, sizeof(path),
	    "sys/bus/usb/devices/%s/bInterfaceClass", name);
	if (doctor_read_number(machine, path, 16, &class) &&
	    class == USB_STORAGE)
		doctor_say(arg, "%s", name);
}

enum doctor_verdict
doctor_storage(const struct doctor_machine *machine,
    char text[DOCTOR_TEXT_SIZE])
{
	if (!doctor_each(machine, "sys/bus/usb/devices", look_at_usb, text))
		return doctor_judge(text, "the machine has no USB");
	return doctor_judge(text, "none is plugged in");
}
