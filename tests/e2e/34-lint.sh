#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Certificates from anywhere are held against the rules: what coldca signs
# passes all of them, what `cockroach cert` and openssl make passes those of the
# standards or not, and the status says so.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca
ok coldca request node node1.example.com 10.0.0.1 --certs-dir=n1
ok with_pin coldca sign node n1/node.csr --host node1.example.com --host 10.0.0.1 --yes
node=outbox/node-node1.example.com/node.crt

# Our own.
ok coldca lint "$ca_crt" "$node" --own --issuer="$ca_crt"
is 'certificates without a fault' 2 "$(grep -c '^  nothing found$' out)"
openssl x509 -in "$node" -outform DER -out node.der
ok coldca lint node.der --own
cat "$node" "$ca_crt" >chain.crt
ok coldca lint chain.crt --own --json
is 'the issuer in the same file' 'O=Cockroach,CN=Cockroach CA' "$(jq -r '.[0].issuer' out)"
is 'a CA has none' null "$(jq -r '.[1].issuer' out)"
is 'no faults' '0 0' "$(jq -r 'map(.status) | join(" ")' out)"

# One that nobody should trust.
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -x509 -new -key key.pem -config /dev/null -set_serial 0 -days 10 \
    -subj '/C=de/CN=node/CN=root' -sha1 \
    -addext 'subjectAltName=DNS:root,DNS:a_b.example.com,DNS:0x7f.1' \
    -addext keyUsage=keyEncipherment,keyCertSign \
    -addext extendedKeyUsage=anyExtendedKeyUsage -out bad.crt
ran coldca lint bad.crt
is 'status' 4 "$status"
for rule in serial algorithm-hash common-names country key-usage-key \
    key-usage-critical leaf-cert-sign purpose-any principals dns-character \
    dns-number; do
	holds "lint-$rule" grep -q "^  lint-$rule: " out
done
holds 'the source of a rule' grep -q 'lint-serial: RFC 5280 section 4.1.2.2: ' out
lacks 'a rule of our profiles' grep -q 'coldca profiles' out
ran coldca lint bad.crt --own
holds 'a rule of our profiles' grep -q 'coldca profiles' out
ran coldca lint bad.crt "$node" --json
is 'status' 4 "$status"
is 'statuses' '4 0' "$(jq -r 'map(.status) | join(" ")' out)"
is 'a rule in JSON' lint-principals "$(jq -r '.[0].findings[].rule' out | grep principals)"

# A weak key, which no rule of the certificate shows.
openssl req -x509 -newkey rsa:1024 -nodes -keyout small.key -config /dev/null -days 10 \
    -subj '/CN=a.example.com' -addext subjectAltName=DNS:a.example.com \
    -out small.crt 2>/dev/null
ran coldca lint small.crt
is 'status' 4 "$status"
holds 'the key is judged' grep -q '^  key-' out

# Beside another CA.
openssl req -x509 -new -key key.pem -config /dev/null -days 10 -subj /CN=other \
    -addext keyUsage=critical,keyCertSign -out other.crt
ran coldca lint "$node" "--issuer=other.crt"
is 'status' 4 "$status"
holds 'another CA' grep -q '^  lint-issuer-name: ' out
holds 'it outlives it' grep -q '^  lint-issuer-end: ' out

# What is no certificate does not end it.
echo nothing >broken.crt
refused 3 'broken\.crt: no certificates' coldca lint broken.crt "$node"
holds 'the next one' grep -q '^  nothing found$' out
openssl pkey -in key.pem -out key8.pem
refused 3 'block 1 is of type PRIVATE KEY' coldca lint key8.pem
head -c 100 node.der >short.der
refused 3 'short\.der: not a certificate' coldca lint short.der
refused 8 'no-such\.crt' coldca lint no-such.crt
refused 8 'no-such\.crt' coldca lint "$node" --issuer=no-such.crt
refused 2 'which certificates' coldca lint

# Every rule has a source.
ok coldca lint --rules --json
holds 'over a hundred rules' [ "$(jq length out)" -gt 100 ]
is 'rules without a source' 0 "$(jq 'map(select(.source == "")) | length' out)"
ok coldca lint --rules
holds 'in a table' grep -q '^lint-serial  *RFC 5280 section 4.1.2.2 ' out
finish
