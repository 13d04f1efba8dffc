#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: make.sh FILE
#
# Writes to FILE a small ledger in the format of today: a CA, a node's and
# clients' certificates, one of them revoked, a CRL, a refused request, and one
# certificate that was never finished. format-N.db are what this made when N was the format;
# they are never made again, since a program must go on reading old ones.

out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
. "$(dirname "$0")/../../e2e/lib.sh"
make_token ca
make_ca

for user in maxroach other; do
	ok coldca request client "$user" "--certs-dir=$user"
	ok with_pin coldca sign client "$user/client.$user.csr" \
	    "--user=$user" --yes
done
ok coldca request node localhost 127.0.0.1 --certs-dir=node
ok with_pin coldca sign node node/node.csr --host=localhost \
    --host=127.0.0.1 --yes
refused 4 'policy' with_pin coldca sign client other/client.other.csr \
    --user=other --lifetime=4000d --yes
ok coldca revoke --user=other --reason=superseded --yes
ok with_pin coldca create-crl
ok coldca ledger verify
[ "$failures" -eq 0 ] && cp "$HOME/.coldca/ledger.db" "$out"
finish
