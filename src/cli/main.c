/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/checker.h"
#include "cli/cli.h"
#include "cli/term.h"
#include "coldca/ledger.h"

/*
 * Opens what is closed of descriptors 0 to 2, the wrong way round, so that no
 * file of ours takes such a number and any use of it is an error.
 */
static void
fill_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}

/*
 * What coldca shows is UTF-8, whatever the locale says; and of what libsmartcols
 * can not read as characters it would seek the width for ever.
 */
static void
use_utf8(void)
{
	if (setlocale(LC_CTYPE, "") == NULL ||
	    strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		(void)setlocale(LC_CTYPE, "C.UTF-8");
}

/*
 * What holds for the whole run: no core dumps, nothing for other users, and no
 * openssl.cnf.
 */
static enum ca_code
harden(struct ca_error *err)
{
	const struct rlimit none = { 0, 0 };

	fill_standard_streams();
	if (getauxval(AT_SECURE) != 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "coldca: must not be setuid or setgid");
	(void)umask(077);
	use_utf8();
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return ca_fail(err, CA_ERR_INTERNAL, "SIGPIPE: %s",
		    strerror(errno));
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return ca_fail(err, CA_ERR_INTERNAL, "RLIMIT_CORE: %s",
		    strerror(errno));
	/* A file that the environment names would have code loaded by it. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "OpenSSL: can not start");
	ca_ledger_own_sqlite();
	if (!CA_CHECKER && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return ca_fail(err, CA_ERR_INTERNAL, "PR_SET_DUMPABLE: %s",
		    strerror(errno));
	return CA_OK;
}

/* Data that could not be written is a failure, whatever the command says. */
static enum ca_code
close_output(struct ca_error *err)
{
	int error = 0;

	if (fflush(stdout) != 0)
		error = errno;
	else if (ferror(stdout))
		error = EIO;
	if (fclose(stdout) != 0 && error == 0)
		error = errno;
	if (error != 0)
		return ca_fail(err, CA_ERR_FILE, "standard output: %s",
		    strerror(error));
	return CA_OK;
}

/*
 * Nothing is left to be done by then, and least of all by foreign code: a
 * module is finalized, and what its library would do at the end is only to
 * give memory back. Checkers want to see that, and count then.
 */
static void __attribute__((noreturn)) end(enum ca_code code)
{
#if defined(COLDCA_COUNTED)
	exit((int)code);
#else
	if (CA_CHECKER)
		exit((int)code);
	_exit((int)code);
#endif
}

int
main(int argc, char **argv)
{
	struct ca_error err = { 0 };
	enum ca_code rc = harden(&err), closed;

	if (rc == CA_OK)
		rc = cli_run(argc, argv, &err);
	if (rc != CA_OK)
		term_error(&err);
	closed = close_output(&err);
	if (closed != CA_OK)
		term_error(&err);
	end(rc != CA_OK ? rc : closed);
}
