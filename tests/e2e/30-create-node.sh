#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# create-ca and create-node as in `cockroach cert`: what they make, how long it is
# valid, and all that they refuse.

. "$(dirname "$0")/pairs.sh"
. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
key='pkcs11:token=ca;object=cluster-ca'
ok coldca init --mode=test "--module=$module"

# --- create-ca, before there is anything
refused 2 'not a PKCS#11 URI: the CA.s key lives in a token' with_pin coldca \
    cert create-ca --certs-dir=certs --ca-key=my-safe-directory/ca.key
refused 2 'not a PKCS#11 URI' env COCKROACH_CA_KEY=ca.key "$COLDCA" create-ca \
    --certs-dir=certs
refused 2 '--ca-key: needed' coldca create-ca --certs-dir=certs
refused 7 'ca' make create-node n1.example.com
lacks 'a directory after refusals' test -e certs

ok env COCKROACH_CERTS_DIR=certs COCKROACH_CA_KEY="$key" "$COLDCA" cert \
    create-ca --lifetime=100h --overwrite=false --allow-ca-key-reuse=false \
    --cert-principal-map=a:b --root-cert-distinguished-name=CN=root \
    --pin-fd=3 3<pin
is 'mode of a new directory' 700 "$(stat -c %a certs)"
is 'the CA is valid for hours' 100 "$(hours certs/ca.crt enddate)"
is 'and since' -24 "$(hours certs/ca.crt startdate)"
first=$(cat certs/ca.crt)

# A second time: the file, the ledger, the key; nothing changes.
refused 8 'certs/ca\.crt: is there already' make create-ca
refused 4 'the ledger has a cluster CA already' with_pin coldca create-ca \
    --certs-dir=elsewhere "--ca-key=$key"
refused 5 'cluster-ca' make create-ca --overwrite
warns '--allow-ca-key-reuse'
is 'ca.crt' "$first" "$(cat certs/ca.crt)"
lacks 'another directory' test -e elsewhere

# --- the lifetime's bound is named, and is one that is then accepted; some of the
# CA's has passed
sleep 1
refused 4 'CA lifetime is 99h59m[0-9]+s, shorter than the requested 101h' \
    make create-node n1.example.com --lifetime=101h
warns 'rerun with --lifetime=99h'
lacks 'a pair after a refusal' test -e certs/node.key
is 'serials' 1 "$(serials)"
ok make create-node n1.example.com --lifetime=99h
is 'a node is valid for hours' 99 "$(hours certs/node.crt enddate)"
rm certs/node.crt certs/node.key
ok make create-node n1.example.com --lifetime=1h30m
ok make create-node n1.example.com --lifetime=36.5h --overwrite
ok make create-node n1.example.com --lifetime=2d --overwrite
is 'two days' 48 "$(hours certs/node.crt enddate)"
for lifetime in 0 10 -1h 1y 1h-1m ''; do
	refused 2 '--lifetime' make create-node n1.example.com \
	    "--lifetime=$lifetime" --overwrite
done
rm certs/node.crt certs/node.key

# --- a rotation: with the key that is there, then with another
ok make create-ca --overwrite --allow-ca-key-reuse
is 'certificates in ca.crt' 2 "$(grep -c BEGIN certs/ca.crt)"
is 'the older is last' "$first" \
    "$(awk '/BEGIN/ { last = "" } { last = last $0 "\n" } END { printf "%s", last }' certs/ca.crt)"
is 'the newer is valid for hours' 87840 "$(hours certs/ca.crt enddate)"

# --- create-node
refused 2 'create-node: needs HOST' make create-node
refused 4 'node' make create-node node
refused 4 'root' make create-node n1.example.com root
refused 3 'n1:26257|port' make create-node n1:26257
refused 3 '' make create-node '[::1]'
refused 2 'one size' make create-node n1.example.com --key-type=p384 --key-size=2048
refused 2 '1024 is not' make create-node n1.example.com --key-size=1024
refused 2 'not an option' make create-node n1.example.com --allow-ca-key-reuse
refused 2 'not an option' make create-node n1.example.com --tenant-scope=5
refused 2 'COCKROACH_CERT_NODE_USER' env COCKROACH_CERT_NODE_USER=foo \
    "$COLDCA" create-node n1.example.com --certs-dir=certs
is 'certs after refusals' 'ca.crt' "$(names certs)"

ok make create-node n1.example.com 10.0.0.1 localhost '*.dev.example.com' ::1 \
    --key-size=2048
pair certs/node
signed_by certs/node.crt certs/ca.crt
is 'subject' 'subject=CN=node,O=Cockroach' "$(subject certs/node.crt)"
is 'names, then addresses' \
    'DNS:n1.example.com, DNS:localhost, DNS:*.dev.example.com, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1' \
    "$(extension certs/node.crt subjectAltName)"
is 'purposes' 'TLS Web Server Authentication, TLS Web Client Authentication' \
    "$(extension certs/node.crt extendedKeyUsage)"
is 'a node is valid for hours' 43920 "$(hours certs/node.crt enddate)"
holds 'an RSA key' openssl rsa -in certs/node.key -noout -check
before=$(cat certs/node.crt certs/node.key)
refused 8 'certs/node\.crt: is there already' make create-node n2.example.com
is 'the pair' "$before" "$(cat certs/node.crt certs/node.key)"
mv certs/node.crt kept.crt
refused 8 'certs/node\.key: is there already' make create-node n2.example.com
mv kept.crt certs/node.crt
ok make create-node n2.example.com --overwrite --key-type=ed25519
pair certs/node
is 'names' 'DNS:n2.example.com' "$(extension certs/node.crt subjectAltName)"

# What is different from the last one of that name is shown before it is made.
warns '^  last +none under this name$'
ok make create-node n2.example.com n3.example.com --overwrite --lifetime=100h
warns '^  last +serial [0-9a-f]{32}, until '
warns '^  change +\+ DNS:n3\.example\.com$'
warns '^  change +another key \(ed25519, '
warns '^  change +valid for 4d 4h|^  change +valid for 100h'
ok make create-node n2.example.com --overwrite --json
is 'names that go' n3.example.com "$(jq -r '.last.names_removed[].value' out)"
is 'its key' false "$(jq .last.same_key out)"
for type in rsa p256 p384 p521 ed25519; do
	ok make create-node n3.example.com "--key-type=$type" --overwrite
	pair certs/node
	signed_by certs/node.crt certs/ca.crt
done


ok coldca ledger verify
finish
