#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The program that a host gets: built without PKCS#11, it makes requests,
# installs and lists, and can not sign.

. "$(dirname "$0")/lib.sh"
need cmake openssl jq
make_token ca
make_ca

ok cmake -S "$COLDCA_SOURCE" -B "$COLDCA_HOST_BUILD" -G Ninja \
    -DCOLDCA_TOKEN=OFF
ok cmake --build "$COLDCA_HOST_BUILD" --target coldca
host=$COLDCA_HOST_BUILD/src/cli/coldca
[ -x "$host" ] || finish

ok ldd "$host"
lacks 'it is linked to PKCS#11' grep -E 'libp11|p11-kit' out
ok nm "$host"
lacks 'it holds PKCS#11 code' grep -E ' (U|T|t) (PKCS11_|p11_kit_|C_GetFunctionList|ca_token_)' out

ok "$host" request node node1.example.com --certs-dir=n1
ok "$host" request client maxroach --certs-dir=c1
ok with_pin coldca sign node n1/node.csr --host node1.example.com --yes
ok with_pin coldca sign client c1/client.maxroach.csr --user maxroach --yes
ok "$host" install outbox/node-node1.example.com --certs-dir=n1
ok "$host" install outbox/client-maxroach --certs-dir=c1
ok "$host" list --certs-dir=n1
says 'node\.crt.*node\.key'
ok "$host" inspect n1/node.csr
ok "$host" report --output=report.html --verify
ok "$host" minutes --output=minutes.md
ok "$host" help
lacks 'it offers to sign' grep -E '^ *(sign|create-ca|token)' out
refused 2 'sign' "$host" sign node n1/node.csr --host node1.example.com --yes
refused 2 'create-ca' "$host" create-ca --ca-key=pkcs11:token=ca
finish
