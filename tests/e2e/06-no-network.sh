#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The signer's whole part of the work where there is no network at all.

. "$(dirname "$0")/lib.sh"
need unshare ip openssl jq
make_token ca

if [ "$(id -u)" -eq 0 ]; then
	offline='unshare -n'
else
	offline='unshare -rn'
fi
# shellcheck disable=SC2086 # a command and its options
ran $offline ip -o route
if [ "$status" -ne 0 ]; then
	echo 'skipped: this machine gives no network namespaces'
	exit 77
fi
is 'routes without a network' '' "$(cat out)"

ok coldca request node node1.example.com --certs-dir=n1
ok coldca request client maxroach --certs-dir=c1
cat >signer.sh <<'SIGNER'
set -eu
"$COLDCA" token list "--module=$1"
"$COLDCA" init --mode=test "--module=$1"
"$COLDCA" create-ca --certs-dir=certs \
    '--ca-key=pkcs11:token=ca;object=cluster-ca' --pin-fd=3 3<pin
"$COLDCA" inspect n1/node.csr --host=node1.example.com
"$COLDCA" sign node n1/node.csr --host=node1.example.com --yes --pin-fd=3 3<pin
"$COLDCA" sign client c1/client.maxroach.csr --user=maxroach --yes \
    --pin-fd=3 3<pin
"$COLDCA" ledger verify
SIGNER
# shellcheck disable=SC2086
ok $offline sh signer.sh "$module"
ok openssl verify -x509_strict -CAfile certs/ca.crt \
    outbox/node-node1.example.com/node.crt \
    outbox/client-maxroach/client.maxroach.crt
finish
