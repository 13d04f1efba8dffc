#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The first node and the first client of a new CA: what README.md shows, looked
# at closely.

. "$(dirname "$0")/lib.sh"
need openssl jq pkcs11-tool
make_token ca

ok coldca init --mode=test --module=/usr/lib/softhsm/libsofthsm2.so
is 'mode of the CA directory' 700 "$(stat -c %a .coldca)"
is 'mode of policy.yaml' 600 "$(stat -c %a .coldca/policy.yaml)"
is 'mode of ledger.db' 600 "$(stat -c %a .coldca/ledger.db)"
is 'files of the CA directory' 'ledger.db policy.yaml' "$(names .coldca)"

ok with_pin coldca create-ca --certs-dir=certs --ca-key='pkcs11:token=ca;object=cluster-ca'
warns 'TEST MODE'
is 'mode of certs' 700 "$(stat -c %a certs)"
is 'files of certs' ca.crt "$(names certs)"
is 'certificates of a new CA' 1 "$(serials)"

ok coldca request node node1.example.com 10.0.0.1 --certs-dir=n1
is 'mode of node.key' 600 "$(stat -c %a n1/node.key)"
is 'files of a request' 'node.csr node.key' "$(names n1)"

ok with_pin coldca sign node n1/node.csr --host node1.example.com --host 10.0.0.1 --yes --out=outbox
warns 'TEST MODE'
is 'files of the bundle' 'ca.crt node.crt' "$(names outbox/node-node1.example.com)"

ok coldca install outbox/node-node1.example.com --certs-dir=n1
warns SIGHUP
holds 'node.crt installed' cmp -s n1/node.crt outbox/node-node1.example.com/node.crt
holds 'ca.crt installed' cmp -s n1/ca.crt certs/ca.crt
ok coldca list --certs-dir=n1
says '^Certificate directory: n1$'
says 'Usage.*Certificate File.*Key File.*Expires.*Notes.*Error'
says 'Node.*node\.crt.*node\.key.*addresses: node1\.example\.com,10\.0\.0\.1'

ok coldca request client maxroach --certs-dir=c1
ok with_pin coldca sign client c1/client.maxroach.csr --user maxroach --yes --out=outbox
is 'files of the bundle' 'ca.crt client.maxroach.crt' "$(names outbox/client-maxroach)"
ok coldca install outbox/client-maxroach --certs-dir=c1
lacks 'only a node is sent a signal' grep -q SIGHUP err
ok coldca list --certs-dir=c1
says 'Client.*client\.maxroach\.crt.*client\.maxroach\.key.*user: maxroach'

# A key file also works as pin-source, with its newline.
ok coldca request client root --certs-dir=c2
ok coldca sign client c2/client.root.csr --user root --yes --out=outbox \
    "--ca-key=pkcs11:token=ca;object=cluster-ca?pin-source=file:$work/pin"

# A script for `cockroach cert` needs only its first word changed.
ok coldca cert list --certs-dir=n1
says 'node\.crt'

# What went into the certificates.
text n1/node.crt >node.txt
holds 'node: subject' grep -q 'Subject: O = Cockroach, CN = node$' node.txt
holds 'node: names' grep -q 'DNS:node1.example.com, IP Address:10.0.0.1$' node.txt
holds 'node: purposes' grep -q 'TLS Web Server Authentication, TLS Web Client Authentication$' node.txt
lacks 'node: a P-256 key enciphers nothing' grep -q 'Key Encipherment' node.txt
text c1/client.maxroach.crt >client.txt
holds 'client: subject' grep -q 'Subject: O = Cockroach, CN = maxroach$' client.txt
lacks 'client: no alternative name' grep -q 'Subject Alternative Name' client.txt
lacks 'client: no server' grep -q 'TLS Web Server' client.txt
text certs/ca.crt >ca.txt
holds 'CA: path length' grep -q 'CA:TRUE, pathlen:0$' ca.txt
holds 'CA: usage' grep -q 'Certificate Sign, CRL Sign$' ca.txt

# The key stays where it was made.
PIN=12345678 pkcs11-tool --module "$module" --token-label ca --login \
    --pin env:PIN -O --type privkey >key.txt 2>&1
holds 'the key can not leave the token' \
    grep -q 'Access: *sensitive, always sensitive, never extractable, local' key.txt
PIN=12345678 pkcs11-tool --module "$module" --token-label ca \
    -O --type cert >cert.txt 2>&1
holds 'the certificate is beside the key' grep -q 'label: *cluster-ca' cert.txt

is 'certificates in the ledger' 4 "$(serials)"
ok coldca ledger verify

# Nothing appeared anywhere else.
is 'files made' '.coldca c1 c2 ca.txt cert.txt certs client.txt err key.txt n1 node.txt out outbox pin softhsm2.conf tokens' \
    "$(names .)"
finish
