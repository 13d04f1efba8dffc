#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: man.sh SOURCE_DIR
#
# The manual pages are clean mdoc, and coldca-policy(5) knows every key that the
# reader of policies and orders knows.

. "$(dirname "$0")/lib.sh"
need mandoc

mandoc -T lint -W warning man/*.[1-8]
missing=$(sed -nE 's/^	\{ "([a-z0-9_-]+)", (ca_policy_)?read_.*/\1/p' \
    src/core/policy_*.c | while IFS= read -r key; do
	grep -qE "^\.(It )?Ic ([a-z_-]+ , )*$key( |\$)" man/coldca-policy.5 ||
	    echo "man/coldca-policy.5: no word of the key $key"
done)
[ -z "$missing" ] || {
	echo "$missing"
	exit 1
}
