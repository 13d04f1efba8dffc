#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# A module that crashes when it is taken down hides nothing: what was signed is
# whole, in the ledger and on the disk, and a run that failed has said so and is
# no success. What the crash takes is the report.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
begin softhsm
[ -e "${CRASHING:-}" ] || {
	echo 'skipped: CRASHING names no module'
	exit 77
}
export CRASHING_MODULE="$TOKEN_MODULE" CRASHING_WHERE=nowhere
TOKEN_MODULE=$CRASHING
found_ca
requests 4
sign client.u1.csr
expect 0 'a run without a crash'
agrees 1

count=1
for where in finalize unload; do
	CRASHING_WHERE=$where
	count=$((count + 1))
	sign client.u$count.csr
	was=$status
	CRASHING_WHERE=nowhere
	echo "$where: status $was"
	# What libraries do at the end of a process is not done, unless a
	# sanitizer wants to see it.
	if [ "$where" = finalize ] || grep -q __asan_init "$COLDCA"; then
		[ "$was" -ne 0 ] || fail "$where: no crash"
	else
		expect 0 "$where: after a module was finalized"
	fi
	coldca ledger verify
	expect 0 "$where: ledger verify"
	coldca ledger list --json
	mv said.out rows
	nothing_pending
	openssl verify -CAfile certs/ca.crt "outbox/client-u$count/client.u$count.crt" >verified ||
	    fail "$where: no certificate"

	# A refusal is told, and is a failure.
	printf nothing >broken.csr
	CRASHING_WHERE=$where
	sign broken.csr client.u4.csr
	was=$status
	CRASHING_WHERE=nowhere
	[ "$was" -ne 0 ] || fail "$where: a run that refused is a success"
	says 'coldca: error: broken\.csr: ' "$where"
	coldca ledger verify
	expect 0 "$where: ledger verify"
	coldca ledger list --json
	mv said.out rows
	nothing_pending
	rm -rf outbox/client-u4
done
