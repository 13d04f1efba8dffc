#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What can be looked at: certificate directories with and without keys, the
# CA's certificates, the ledger.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca

ok coldca request node node1.example.com --certs-dir=n1
ok with_pin coldca sign node n1/node.csr --host node1.example.com --yes
ok coldca install outbox/node-node1.example.com --certs-dir=n1

# A bundle has no key, and is listed all the same.
ok coldca list --certs-dir=outbox/node-node1.example.com
says 'Node.*node\.crt.*addresses: node1\.example\.com'
lacks 'a key that is not there' grep -q 'node\.key *|\? *20' out
ok coldca list --certs-dir=outbox/node-node1.example.com --json
ok jq -e . out

# One bad file is a row, not a failure.
mkdir bad
cp n1/ca.crt bad
echo nothing >bad/node.crt
cp n1/ca.crt bad/ca.old.crt
ok coldca list --certs-dir=bad
says 'CA.*ca\.crt.*num certs: 1'
says 'Node.*node\.crt'

mkdir empty
ok coldca list --certs-dir=empty
refused 8 'no-such' coldca list --certs-dir=no-such

# A key that others can read.
chmod 644 n1/node.key
ok coldca list --certs-dir=n1
says 'node\.key.*(permissions|-rw-r--r--)|permissions.*node\.key'
chmod 600 n1/node.key

# The CA certificates.
ok coldca export-ca
holds 'export-ca gives ca.crt' cmp -s out "$ca_crt"
ok coldca export-ca --format=der
cp out ca.der
holds 'DER' openssl x509 -inform DER -in ca.der -noout
is 'the same certificate' "$(openssl x509 -in "$ca_crt" -outform DER | sha256sum)" "$(sha256sum <ca.der)"
ok coldca export-ca --format=json
ok jq -e . out
ok coldca export-ca --output=exported.crt
holds 'export-ca --output' cmp -s exported.crt "$ca_crt"
refused 8 'exported\.crt' coldca export-ca --output=exported.crt
refused 2 'format' coldca export-ca --format=xml

# The ledger.
ok coldca ledger list
says 'node1\.example\.com'
ok coldca ledger list --json
ok jq -e . out
ok coldca ledger list --profile=client
lacks 'a node among clients' grep -q node1 out
ok coldca ledger list --name=node-node1.example.com
says 'node1\.example\.com'
ok coldca ledger verify

# A changed ledger is noticed.
cp -R .coldca changed
printf 'node9' >needle
offset=$(grep -abo node-node1 changed/ledger.db | head -n 1 | cut -d: -f1)
printf 'node-node9' | dd of=changed/ledger.db bs=1 seek="$offset" conv=notrunc 2>/dev/null
refused 7 '.' coldca ledger verify --ca-dir=changed

# inspect needs no token and no CA directory.
ok coldca inspect n1/node.csr --ca-dir=no-such
ok coldca inspect n1/node.csr --json
ok jq -e . out
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -new -key key.pem -config /dev/null -subj /CN=node \
    -addext subjectAltName=DNS:root -out hostile.csr
ran coldca inspect hostile.csr --profile=node --host=node1.example.com
is 'status of inspect where it would be refused' 4 "$status"
says 'refused.*root'
says 'would sign nothing'
ran coldca inspect hostile.csr --profile=node --host=node1.example.com --json
is 'the same in JSON' 4 "$(jq '.[0].status' out)"

# Commands that are none.
refused 2 'frobnicate' coldca frobnicate
refused 2 'frobnicate' coldca list --frobnicate
refused 2 'certs-dir' coldca list --certs-dir=a --certs-dir=b
refused 2 'lifetime' coldca list --lifetime=1h
ok coldca version
says '^coldca [0-9]'
ok coldca version --json
ok jq -e . out
ok coldca help
says 'create-ca'
finish
