/* SPDX-License-Identifier: Apache-2.0 */
/* Each check of `doctor` over trees that look like /sys and /proc. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/sandbox.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define FILES_MAX 8
#define NOW INT64_C(1800000000)
#define SECURE_BOOT                 \
	"sys/firmware/efi/efivars/" \
	"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define DISK makedev(254, 1)

/* A machine on which a check is tried: what is in it beside nothing. */
struct row {
	const char *check;
	enum doctor_verdict verdict;
	const char *saw; /* a part of what is said */
	/* Pairs of a path and a content; a path that ends in / is a directory. */
	const char *file[2 * FILES_MAX];
};

static const struct row rows[] = {
	{ "network", DOCTOR_BAD, "does not tell", { NULL } },
	{ "network", DOCTOR_GOOD, "no interface",
	    { "sys/class/net/lo/flags", "0x9\n", "sys/class/net/eth0/flags",
		"0x1002\n" } },
	{ "network", DOCTOR_BAD, "eth0 is up",
	    { "sys/class/net/lo/flags", "0x9\n", "sys/class/net/eth0/flags",
		"0x1003\n" } },
	{ "radio", DOCTOR_GOOD, "has none", { NULL } },
	{ "radio", DOCTOR_GOOD, "none is on",
	    { "sys/class/rfkill/rfkill0/soft", "1\n",
		"sys/class/rfkill/rfkill0/hard", "0\n",
		"sys/class/rfkill/rfkill1/soft", "0\n",
		"sys/class/rfkill/rfkill1/hard", "1\n" } },
	{ "radio", DOCTOR_BAD, "rfkill0 (wlan) is on",
	    { "sys/class/rfkill/rfkill0/soft", "0\n",
		"sys/class/rfkill/rfkill0/hard", "0\n",
		"sys/class/rfkill/rfkill0/type", "wlan\n" } },
	{ "radio", DOCTOR_BAD, "hci0 is there",
	    { "sys/class/bluetooth/hci0/", "" } },
	{ "swap", DOCTOR_BAD, "no /proc", { NULL } },
	{ "swap", DOCTOR_GOOD, "has none", { "proc/self/stat", "" } },
	{ "swap", DOCTOR_GOOD, "nothing of memory",
	    { "proc/swaps", "Filename Type Size Used Priority\n" } },
	{ "swap", DOCTOR_GOOD, "nothing of memory",
	    { "proc/swaps", "Filename Type\n/dev/zram0 partition 1\n" } },
	{ "swap", DOCTOR_GOOD, "nothing of memory",
	    { "proc/swaps", "Filename Type\n/dev/dm-1 partition 1\n",
		"sys/class/block/dm-1/dm/uuid", "CRYPT-PLAIN-swap\n" } },
	{ "swap", DOCTOR_BAD, "/dev/dm-1",
	    { "proc/swaps", "Filename Type\n/dev/dm-1 partition 1\n",
		"sys/class/block/dm-1/dm/uuid", "LVM-abc\n" } },
	{ "swap", DOCTOR_BAD, "/dev/sda2, /swapfile",
	    { "proc/swaps",
		"Filename Type\n/dev/sda2 partition 1\n/swapfile file 2\n" } },
	{ "core", DOCTOR_GOOD, "no program",
	    { "proc/sys/kernel/core_pattern", "core\n" } },
	{ "core", DOCTOR_BAD, "|/lib/systemd",
	    { "proc/sys/kernel/core_pattern", "|/lib/systemd/x %P\n" } },
	{ "ptrace", DOCTOR_BAD, "no Yama", { NULL } },
	{ "ptrace", DOCTOR_BAD, "is 0",
	    { "proc/sys/kernel/yama/ptrace_scope", "0\n" } },
	{ "ptrace", DOCTOR_GOOD, "children",
	    { "proc/sys/kernel/yama/ptrace_scope", "1\n" } },
	{ "aslr", DOCTOR_GOOD, "random",
	    { "proc/sys/kernel/randomize_va_space", "2\n" } },
	{ "aslr", DOCTOR_BAD, "is 1",
	    { "proc/sys/kernel/randomize_va_space", "1\n" } },
	{ "entropy", DOCTOR_GOOD, "seeded",
	    { "proc/sys/kernel/random/entropy_avail", "256\n" } },
	{ "entropy", DOCTOR_BAD, "12 bits",
	    { "proc/sys/kernel/random/entropy_avail", "12\n" } },
	{ "rtc", DOCTOR_BAD, "there is none", { NULL } },
	{ "rtc", DOCTOR_GOOD, "system's clock",
	    { "sys/class/rtc/rtc0/since_epoch", "1800000119\n" } },
	{ "rtc", DOCTOR_BAD, "121 seconds before",
	    { "sys/class/rtc/rtc0/since_epoch", "1799999879\n" } },
	{ "time-namespace", DOCTOR_GOOD, "the machine's",
	    { "proc/self/timens_offsets",
		"monotonic           0         0\nboottime 0 0\n" } },
	{ "time-namespace", DOCTOR_BAD, "boottime",
	    { "proc/self/timens_offsets", "monotonic 0 0\nboottime 7 0\n" } },
	{ "lockdown", DOCTOR_BAD, "is off",
	    { "sys/kernel/security/lockdown",
		"[none] integrity confidentiality\n" } },
	{ "lockdown", DOCTOR_GOOD, "is on",
	    { "sys/kernel/security/lockdown",
		"none [integrity] confidentiality\n" } },
	{ "secure-boot", DOCTOR_UNKNOWN, "does not tell", { NULL } },
	{ "secure-boot", DOCTOR_BAD, "is off", { SECURE_BOOT, "\6" } },
	{ "secure-boot", DOCTOR_GOOD, "is on", { SECURE_BOOT, "\6@@@\1" } },
	{ "secure-boot", DOCTOR_BAD, "is off", { SECURE_BOOT, "\6@@@@" } },
	{ "usb-storage", DOCTOR_GOOD, "plugged",
	    { "sys/bus/usb/devices/1-1:1.0/bInterfaceClass", "0b\n" } },
	{ "usb-storage", DOCTOR_BAD, "1-2:1.0",
	    { "sys/bus/usb/devices/1-2:1.0/bInterfaceClass", "08\n" } },
	{ "preload", DOCTOR_GOOD, "no library", { "etc/ld.so.preload", "" } },
	{ "preload", DOCTOR_BAD, "/lib/x.so",
	    { "etc/ld.so.preload", "/lib/x.so\n" } },
	{ "group", DOCTOR_BAD, "there is no group",
	    { "etc/group", "root:x:0:\nnotcoldca:x:7:\n" } },
	{ "group", DOCTOR_BAD, "not in the group",
	    { "etc/group", "root:x:0:\ncoldca:x:8:\n" } },
	{ "group", DOCTOR_GOOD, "in the group",
	    { "etc/group", "root:x:0:\ncoldca:x:7:\n" } },
	{ "disk", DOCTOR_BAD, "does not encrypt",
	    { "sys/dev/block/254:1/size", "1\n" } },
	{ "disk", DOCTOR_GOOD, "dm-crypt",
	    { "sys/dev/block/254:1/dm/uuid", "CRYPT-LUKS2-1-x\n" } },
	{ "disk", DOCTOR_GOOD, "dm-crypt",
	    { "sys/dev/block/254:1/dm/uuid", "LVM-1\n",
		"sys/dev/block/254:1/slaves/dm-0/dm/uuid",
		"CRYPT-LUKS2-1-x\n" } },
	{ "disk", DOCTOR_BAD, "does not encrypt",
	    { "sys/dev/block/254:1/dm/uuid", "LVM-1\n",
		"sys/dev/block/254:1/slaves/dm-0/dm/uuid", "CRYPT-LUKS2-1-x\n",
		"sys/dev/block/254:1/slaves/sda1/size", "1\n" } },
};

/* Makes the directories of the path NAME below DIR, and the file. */
static void
make_file(const char *dir, const char *name, const char *content)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (char *at = path + strlen(dir) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		(void)mkdir(path, 0700);
		*at = '/';
	}
	if (name[strlen(name) - 1] != '/')
		tmpdir_write(path, content);
}

/* A machine with nothing in it, at DIR. */
static struct doctor_machine
machine_at(const char *dir, struct cli *cli)
{
	struct doctor_machine machine = {
		.root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.cli = cli,
		.now = NOW,
		.built = NOW - 1,
		.user = 1000,
		.groups = { 100, 7 },
		.group_count = 2,
		.landlock = 2,
		.has_dir = true,
	};

	assert_true(machine.root >= 0);
	machine.dir.st_dev = DISK;
	machine.dir.st_mode = S_IFDIR | 0700;
	machine.dir.st_uid = 1000;
	machine.space.f_frsize = 4096;
	machine.space.f_bavail = 1000000;
	machine.space.f_files = 1000000;
	machine.space.f_favail = 1000000;
	return machine;
}

/* What CHECK says of MACHINE. */
static void
assert_says(const struct doctor_machine *machine, const char *check,
    enum doctor_verdict verdict, const char *saw)
{
	const struct doctor_check *row = doctor_check_find(check);
	char text[DOCTOR_TEXT_SIZE] = "";

	assert_non_null(row);
	if (row->look(machine, text) != verdict || strstr(text, saw) == NULL)
		fail_msg("%s: `%s` where `%s` was wanted", check, text, saw);
}

/* What CHECK says of MACHINE has nothing of NOT. */
static void
assert_lacks(const struct doctor_machine *machine, const char *check,
    const char * not )
{
	char text[DOCTOR_TEXT_SIZE] = "";

	(void)doctor_check_find(check)->look(machine, text);
	if (strstr(text, not ) != NULL)
		fail_msg("%s: `%s` has `%s`", check, text, not );
}

static void
sees_what_the_kernel_shows(void **state)
{
	const char *dir = *state;
	struct cli cli = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct doctor_machine machine;
		char root[256];

		(void)snprintf(root, sizeof(root), "%s/%zu", dir, i);
		assert_int_equal(mkdir(root, 0700), 0);
		for (size_t j = 0; rows[i].file[j] != NULL; j += 2)
			make_file(root, rows[i].file[j], rows[i].file[j + 1]);
		machine = machine_at(root, &cli);
		assert_says(&machine, rows[i].check, rows[i].verdict,
		    rows[i].saw);
		assert_int_equal(close(machine.root), 0);
	}
}

static void
sees_who_runs_it(void **state)
{
	struct cli cli = { 0 };
	struct doctor_machine machine = machine_at(*state, &cli);

	assert_says(&machine, "user", DOCTOR_GOOD, "ordinary");
	assert_says(&machine, "sandbox", DOCTOR_GOOD, "bounded");
	machine.user = 0;
	machine.landlock = 0;
	machine.preload = "/lib/y.so";
	machine.audit = "/lib/z.so";
	assert_says(&machine, "user", DOCTOR_BAD, "as root");
	assert_says(&machine, "group", DOCTOR_UNKNOWN, "root");
	assert_says(&machine, "sandbox", DOCTOR_BAD, "no Landlock");
	assert_says(&machine, "preload", DOCTOR_BAD, "LD_PRELOAD is /lib/y.so");
	assert_says(&machine, "preload", DOCTOR_BAD, "LD_AUDIT is /lib/z.so");
	assert_int_equal(close(machine.root), 0);
}

static void
sees_a_full_disk(void **state)
{
	struct cli cli = { 0 };
	struct doctor_machine machine = machine_at(*state, &cli);

	assert_says(&machine, "space", DOCTOR_GOOD, "enough");
	machine.space.f_bavail = 16383; /* of 4 KiB: one below 64 MiB */
	assert_says(&machine, "space", DOCTOR_BAD, "63 MiB are free");
	machine.space.f_bavail = 16384;
	assert_says(&machine, "space", DOCTOR_GOOD, "enough");
	machine.space.f_favail = 999;
	assert_says(&machine, "space", DOCTOR_BAD, "999 inodes");
	machine.space.f_files = 0;
	assert_says(&machine, "space", DOCTOR_GOOD, "enough");
	machine.has_dir = false;
	assert_says(&machine, "space", DOCTOR_UNKNOWN, "no CA directory");
	assert_int_equal(close(machine.root), 0);
}

static void
sees_a_clock_before_its_time(void **state)
{
	struct cli cli = { 0 };
	struct doctor_machine machine = machine_at(*state, &cli);

	assert_says(&machine, "clock", DOCTOR_GOOD, "2027-01-15T08:00:00Z");
	machine.built = NOW + 1;
	assert_says(&machine, "clock", DOCTOR_BAD, "this coldca was made at");
	assert_int_equal(close(machine.root), 0);
}

static void
sees_who_can_change_the_ca_directory(void **state)
{
	char *dir = *state, below[512];
	struct cli cli = { .ca = { .path = dir } };
	struct doctor_machine machine = machine_at(dir, &cli);
	const char *policy = tmpdir_path(dir, "policy.yaml");

	machine.user = geteuid();
	machine.dir.st_uid = geteuid();
	tmpdir_write(policy, "");
	assert_says(&machine, "ca-dir", DOCTOR_BAD, "ledger.db: No such file");
	tmpdir_write(tmpdir_path(dir, "ledger.db"), "");
	assert_int_equal(chmod(policy, 0600), 0);
	assert_int_equal(chmod(tmpdir_path(dir, "ledger.db"), 0600), 0);
	assert_says(&machine, "ca-dir", DOCTOR_GOOD, "only its owner");
	assert_int_equal(chmod(policy, 0620), 0);
	assert_says(&machine, "ca-dir", DOCTOR_BAD,
	    "policy.yaml can be written by others");
	assert_int_equal(chmod(policy, 0600), 0);
	machine.dir.st_mode = S_IFDIR | 0777;
	assert_says(&machine, "ca-dir", DOCTOR_BAD, "can be written by others");
	machine.dir.st_mode = S_IFDIR | 0700;
	assert_int_equal(link(policy, tmpdir_path(dir, "second")), 0);
	assert_says(&machine, "ca-dir", DOCTOR_BAD,
	    "policy.yaml has another name");
	assert_int_equal(unlink(policy), 0);
	assert_int_equal(symlink("second", policy), 0);
	assert_says(&machine, "ca-dir", DOCTOR_BAD, "policy.yaml is a link");
	(void)snprintf(below, sizeof(below), "%s/open/ca", dir);
	cli.ca.path = below;
	make_file(dir, "open/ca/policy.yaml", "");
	assert_int_equal(chmod(tmpdir_path(dir, "open"), 01777), 0);
	assert_lacks(&machine, "ca-dir", "above it");
	assert_int_equal(chmod(tmpdir_path(dir, "open"), 0777), 0);
	assert_says(&machine, "ca-dir", DOCTOR_BAD,
	    "open, above it, can be written by others");
	cli.ca.path = dir;
	machine.user++;
	assert_says(&machine, "ca-dir", DOCTOR_BAD, "is user ");
	assert_int_equal(close(machine.root), 0);
}

#if COLDCA_TOKEN
static void
sees_a_module_that_others_can_change(void **state)
{
	char *dir = *state;
	char module[512], by_link[512];
	struct ca_policy policy = { .module_path = module };
	struct cli cli = { .ca = { .policy = &policy } };
	struct doctor_machine machine = machine_at(dir, &cli);

	/* Below a directory of ours: /tmp is everybody's to write. */
	(void)snprintf(module, sizeof(module), "%s/opensc-x.so", dir);
	machine.user = geteuid();
	assert_says(&machine, "module-file", DOCTOR_BAD, "No such file");
	assert_says(&machine, "module-hash", DOCTOR_BAD, "No such file");
	tmpdir_write(module, "code");
	assert_int_equal(chmod(module, 0602), 0);
	assert_says(&machine, "module-file", DOCTOR_BAD,
	    "opensc-x.so can be written by others");
	assert_says(&machine, "module-hash", DOCTOR_BAD, "its SHA-256 is not");
	assert_says(&machine, "module-pinned", DOCTOR_GOOD, module);
	assert_says(&machine, "pcscd", DOCTOR_BAD, "the module needs it");
	make_file(dir, "links/x", "");
	assert_int_equal(chmod(module, 0600), 0);
	assert_int_equal(chmod(tmpdir_path(dir, "links"), 0777), 0);
	assert_lacks(&machine, "module-file", "links");
	assert_int_equal(symlink(module, tmpdir_path(dir, "links/opensc-y.so")),
	    0);
	(void)snprintf(by_link, sizeof(by_link), "%s/links/opensc-y.so", dir);
	policy.module_path = by_link;
	assert_says(&machine, "module-file", DOCTOR_BAD,
	    "links can be written by others");
	policy.module_path = module;
	make_file(dir, "run/pcscd/pcscd.comm", "");
	assert_says(&machine, "pcscd", DOCTOR_GOOD, "it runs");
	(void)snprintf(module, sizeof(module), "/usr/lib/libsofthsm2.so");
	assert_says(&machine, "pcscd", DOCTOR_BAD, "does not need it");
	policy.module_path = NULL;
	assert_says(&machine, "module-pinned", DOCTOR_BAD, "pins none");
	assert_says(&machine, "module-file", DOCTOR_UNKNOWN, "no module");
	assert_int_equal(close(machine.root), 0);
}

/* Whether LIST has PATH. */
static bool
has_path(const struct cli_writables *list, const char *path)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i].path, path) == 0)
			return true;
	return false;
}

static void
knows_where_modules_write(void **state)
{
	char *dir = *state, conf[256], args[256], path[] = "/var/lib/v";
	char *paths[] = { path };
	struct ca_policy policy = { .module_init_args = args,
		.token_paths = { paths, 1 } };
	struct cli cli = { .ca = { .policy = &policy } };
	struct cli_writables list = { 0 };
	struct ca_error err = { 0 };

	(void)snprintf(conf, sizeof(conf), "%s/softhsm2.conf", dir);
	tmpdir_write(conf,
	    "log.level = INFO\ndirectories.tokendir = /t/o k \n");
	(void)snprintf(args, sizeof(args), "configdir='sql:/n s' flags=");
	assert_int_equal(setenv("SOFTHSM2_CONF", conf, 1), 0);
	assert_int_equal(setenv("TPM2_PKCS11_STORE", "/tpm", 1), 0);
	assert_ok(cli_sandbox_module(&cli, "/usr/lib/libsofthsm2.so", &list,
		      &err),
	    &err);
	assert_true(has_path(&list, "/t/o k"));
	assert_true(has_path(&list, "/var/lib/v"));
	assert_int_equal(list.count, 2);
	cli_writables_clear(&list);
	assert_ok(cli_sandbox_module(&cli, "libsoftokn3.so", &list, &err),
	    &err);
	assert_true(has_path(&list, "/n s"));
	assert_int_equal(list.count, 2);
	cli_writables_clear(&list);
	assert_ok(cli_sandbox_module(&cli, "p11-kit-client.so", &list, &err),
	    &err);
	assert_int_equal(list.count, 1);
	cli_writables_clear(&list);
	/* Of a module that is not known: all places that are. */
	assert_ok(cli_sandbox_module(&cli, "vendor.so", &list, &err), &err);
	assert_true(has_path(&list, "/t/o k"));
	assert_true(has_path(&list, "/n s"));
	assert_true(has_path(&list, "/tpm"));
	assert_true(has_path(&list, "/var/lib/opencryptoki"));
	cli_writables_clear(&list);
}
#endif

static void
has_a_way_out_in_every_row(void **state)
{
	(void)state;
	for (const struct doctor_check *c = doctor_checks; c->name; c++) {
		assert_true(c->why[0] != '\0' && c->mend[0] != '\0');
		assert_ptr_equal(doctor_check_find(c->name), c);
	}
	assert_null(doctor_check_find("nothing"));
}

int
main(void)
{
#define IN_DIR(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)
	const struct CMUnitTest tests[] = {
		IN_DIR(sees_what_the_kernel_shows),
		IN_DIR(sees_who_runs_it),
		IN_DIR(sees_a_full_disk),
		IN_DIR(sees_a_clock_before_its_time),
		IN_DIR(sees_who_can_change_the_ca_directory),
#if COLDCA_TOKEN
		IN_DIR(sees_a_module_that_others_can_change),
		IN_DIR(knows_where_modules_write),
#endif
		cmocka_unit_test(has_a_way_out_in_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
