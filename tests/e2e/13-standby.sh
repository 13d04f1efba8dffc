#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A CA with a second key on a second token: the first token is lost, and the
# cluster goes on.

. "$(dirname "$0")/lib.sh"
need openssl jq softhsm2-util pkcs11-tool
make_token ca
softhsm2-util --init-token --free --label spare --pin 12345678 \
    --so-pin 87654321 >out
uri='pkcs11:token=spare;object=standby-ca'

# There is nothing yet to stand by for.
ok coldca init --mode=test "--module=$module"
refused 4 'no CA yet' with_pin coldca create-ca --standby "--ca-key=$uri" --certs-dir=certs
lacks 'a refused create-ca left a directory' [ -e certs ]

ok with_pin coldca create-ca '--ca-key=pkcs11:token=ca;object=cluster-ca' --certs-dir=certs
cp certs/ca.crt first.crt
refused 4 'holds a key of this CA already' with_pin coldca create-ca --standby \
    '--ca-key=pkcs11:token=ca;object=standby-ca' --certs-dir=certs
PIN=12345678 pkcs11-tool --module "$module" --token-label ca --login \
    --pin env:PIN -O >objects.txt 2>/dev/null
lacks 'a refused create-ca made a key' grep -q standby-ca objects.txt

# From now on both are in ca.crt, and the first one signs.
ok with_pin coldca create-ca --standby "--ca-key=$uri" --certs-dir=certs
is 'certificates in ca.crt' 2 "$(grep -c BEGIN certs/ca.crt)"
head -c "$(wc -c <first.crt)" certs/ca.crt >head.crt
holds 'the first CA stays the first' cmp -s head.crt first.crt
for host in n1 n2; do
	ok coldca request node "$host.example.com" "--certs-dir=$host"
done
ok with_pin coldca sign node n1/node.csr --host n1.example.com --yes --out=outbox
bundle=outbox/node-n1.example.com
holds 'the bundle has both CAs' cmp -s "$bundle/ca.crt" certs/ca.crt
holds 'the first CA signed' openssl verify -CAfile first.crt "$bundle/node.crt"
ok coldca install "$bundle" --certs-dir=n1
ok coldca export-ca --output=exported.crt
holds 'export-ca gives both' cmp -s exported.crt certs/ca.crt

# The first token is lost.
for dir in tokens/*; do
	grep -rq cluster-ca "$dir" && mv "$dir" lost
done
refused 5 "no token matches the URI" with_pin coldca sign node n2/node.csr \
    --host n2.example.com --yes --out=outbox
ok with_pin coldca sign node n2/node.csr --host n2.example.com --yes \
    --out=outbox "--ca-key=$uri"
warns "not the current CA's key"
lacks 'the lost CA signed' openssl verify -CAfile first.crt \
    outbox/node-n2.example.com/node.crt
ok coldca install outbox/node-n2.example.com --certs-dir=n2

# Each node believes the other by the ca.crt that it has had all along.
holds 'the new node is believed by the old one' \
    openssl verify -x509_strict -CAfile n1/ca.crt n2/node.crt
holds 'the old node is believed by the new one' \
    openssl verify -x509_strict -CAfile n2/ca.crt n1/node.crt
ok coldca ledger verify
finish
