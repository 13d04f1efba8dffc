#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# The PIN is in no command line, no environment, no log and no file that coldca
# writes: looked for while it waits for the PIN, while the token is at work with
# it, and afterwards.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
command -v strace >/dev/null || {
	echo 'skipped: no strace here'
	exit 77
}
begin fault
secret=$(od -An -N 16 -tx1 /dev/urandom | tr -d ' \n')
pin_file new "$secret"
init
coldca token change-pin "--token=pkcs11:token=$TOKEN_LABEL" --pin-fd=3 \
    --new-pin-fd=4 4<new
expect 0 'token change-pin'
rm new
pin_file pin "$secret"
create_ca
expect 0 create-ca
requests 2
mkdir before && cp said before/create-ca
[ -z "${STORY_PLANT:-}" ] || echo "x${secret}x" >before/planted

# no_pin_of PID: nor of any other process. The environment of a program that
# may not be dumped is for root alone.
no_pin_of() {
	tr '\0' '\n' <"/proc/$1/cmdline" >shown
	grep -q '^sign$' shown || fail '/proc/PID/cmdline: not that of sign'
	if { tr "\0" "\n" <"/proc/$1/environ" >environ; } 2>unreadable; then
		grep -q '^COLDCA_DIR=' environ ||
		    fail '/proc/PID/environ: not that of sign'
	fi
	rm -f environ
	# From a file, or it would be in the command line of grep.
	! grep -alsF -f pin /proc/[0-9]*/cmdline /proc/[0-9]*/environ >shown ||
	    fail "the PIN is in $(cat shown)"
}

# signing [OPTION]... REQUEST: in the background, the PIN from a pipe; its
# process in $batch
signing() {
	"$COLDCA" sign client --names-from-request --yes --out=outbox \
	    --pin-fd=5 "$@" 5<>fifo >said 2>&1 &
	batch=$!
}

# until_called FUNCTION
until_called() {
	tries=0
	until [ -e calls ] && grep -q " $1 " calls; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || fail "$1 is never called"
		sleep 0.05
	done
}

mkfifo fifo
rm -f calls
plan 'hang C_Sign 1'
signing --token-timeout=0 client.u1.csr
until_called C_OpenSession
sleep 0.3
! grep -q ' C_Login ' calls || fail 'it does not wait for its PIN'
no_pin_of "$batch"
printf '%s\n' "$secret" >fifo
until_called 'C_Sign hangs'
no_pin_of "$batch"
kill -s KILL "$batch"
wait "$batch" || :
mv said before/killed

# All that it gives to programs it starts, and all that it writes anywhere: the
# trace has no calls that read.
plan
rm -rf outbox
status=0
strace -f -qq -v -s 65536 -o trace -e signal=none \
    -e trace=execve,write,pwrite64,writev,pwritev,sendto,sendmsg \
    "$COLDCA" sign client --names-from-request --yes --out=outbox --pin-fd=3 \
    client.u1.csr client.u2.csr 3<pin >said 2>&1 || status=$?
expect 0 sign
agrees 2
nothing_pending # of the run that was killed
cp said before/sign
grep -q ' execve(.*"COLDCA_DIR=' trace || fail 'the trace has no environment'
# Of a program that may not be dumped only root's strace sees what it writes.
[ "$(id -u)" -ne 0 ] || grep -q ' pwrite64(.*SQLite format' trace ||
    fail 'the trace has no ledger'
coldca ledger list --json
rm pin
grep -raqF "$COLDCA_FAULT" ca || fail 'the search finds nothing'
! grep -ralF "$secret" . >found || fail "the PIN is in $(cat found)"
