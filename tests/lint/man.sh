#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: man.sh SOURCE_DIR
#
# The manual pages are clean mdoc, coldca-policy(5) knows every key that the
# reader of policies and orders knows, and coldca-ledger(5) every table. Pages of
# commands are judged by tests/man.

. "$(dirname "$0")/lib.sh"
need mandoc

mandoc -T lint -W warning man/*.[1-8]
missing=$(sed -nE 's/^	\{ "([a-z0-9_-]+)", (ca_policy_)?read_.*/\1/p' \
    src/core/policy_*.c | while IFS= read -r key; do
	grep -qE "^\.(It )?Ic ([a-z_-]+ , )*$key( |\$)" man/coldca-policy.5 ||
	    echo "man/coldca-policy.5: no word of the key $key"
done)
missing=$missing$(sed -n 's/^CREATE TABLE \([a-z_]*\).*/\1/p' src/core/*.sql |
    while IFS= read -r table; do
	grep -qx "\.It Ic $table" man/coldca-ledger.5 ||
	    echo "man/coldca-ledger.5: no word of the table $table"
done)
[ -z "$missing" ] || {
	echo "$missing"
	exit 1
}
