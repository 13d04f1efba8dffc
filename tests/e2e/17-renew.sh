#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Certificates are made anew: by name, by expiry, from the requests in the
# ledger, from new ones, and with a new key where policy wants one.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime sqlite3
make_token ca
make_ca

ok coldca request node n1.example.com 10.0.0.1 --certs-dir=n1
ok coldca request client max --certs-dir=max
ok coldca request client ann --certs-dir=ann
ok with_pin coldca sign node n1/node.csr --host=n1.example.com --host=10.0.0.1 --yes
ok with_pin coldca sign client max/client.max.csr --user=max --lifetime=20d --yes
ok with_pin coldca sign client ann/client.ann.csr --user=ann --lifetime=20d --yes \
    --tenant-scope=5
is 'three and the CA' 4 "$(serials)"

refused 2 'nothing is named' with_pin coldca renew --yes --out=r
refused 3 'no issued certificate' with_pin coldca renew client-bob --yes --out=r
refused 3 'no issued certificate' with_pin coldca renew --user=bob --yes --out=r
refused 2 '--expiring' with_pin coldca renew --expiring=soon --yes --out=r
is 'nothing was signed' 4 "$(serials)"

# By name: the same names and the same key, another serial and time.
ok with_pin coldca renew node-n1.example.com --lifetime=30d --yes --out=one
says 'one/node-n1.example.com'
old=outbox/node-n1.example.com/node.crt new=one/node-n1.example.com/node.crt
for field in -subject '-ext subjectAltName' -pubkey; do
	# shellcheck disable=SC2086 # two words
	is "$field" "$(openssl x509 -noout $field -in "$old")" \
	    "$(openssl x509 -noout $field -in "$new")"
done
lacks 'the same serial' test "$(openssl x509 -noout -serial -in "$old")" = \
    "$(openssl x509 -noout -serial -in "$new")"
holds 'it verifies' openssl verify -x509_strict -CAfile "$ca_crt" "$new"
ok coldca install one/node-n1.example.com --certs-dir=n1

# What is there already is not written over unless asked.
refused 8 'is there already' with_pin coldca renew node-n1.example.com --yes --out=one
ok with_pin coldca renew node-n1.example.com --yes --out=one --overwrite

# By expiry: only the last certificate of a name counts.
ok with_pin coldca renew --expiring=10d --yes --out=two
lacks 'what does not end' test -e two
ok with_pin coldca renew --expiring=25d --yes --out=two
is 'the clients' 'client-ann client-max' "$(bundles two)"
text two/client-ann/client.ann.crt >words
holds 'the scope is kept' grep -q 'URI:crdb://tenant/5/user/ann' words
ok with_pin coldca renew --expiring=25d --yes --out=three
lacks 'what was renewed' test -e three

# What has ended is renewed by name alone.
expired=$(faketime -f +8000d "$COLDCA" renew --expiring=25d --yes --out=three \
    --pin-fd=3 3<pin 2>&1) || :
lacks "what has ended: $expired" test -e three

# A new request keeps the names, and brings another key.
ok coldca request client max --certs-dir=max2
ok with_pin coldca renew --request=max2/client.max.csr --yes --out=four
is 'the new key' "$(openssl pkey -in max2/client.max.key -pubout)" \
    "$(openssl x509 -noout -pubkey -in four/client-max/client.max.crt)"
ok coldca request client eve --certs-dir=eve
refused 3 'asks for the names of 0' with_pin coldca renew \
    --request=eve/client.eve.csr --yes --out=five
ok coldca request node n1.example.com --certs-dir=less
refused 3 'asks for the names of 0' with_pin coldca renew \
    --request=less/node.csr --yes --out=five

ok with_pin coldca renew --request=n1/node.csr --yes --out=host
is 'the hosts that are asked for' node-n1.example.com "$(bundles host)"

# A request for a client.node.crt is of whichever bundle has one.
ok coldca request client node --certs-dir=n1
ok with_pin coldca sign client n1/client.node.csr --user=node --yes
ok with_pin coldca renew --request=n1/client.node.csr --yes --out=node
is 'the client that a node is' client-node "$(bundles node)"

# What others have is not read: one that no one can read is not in the way.
cp -r .coldca whole
sqlite3 .coldca/ledger.db "DROP TRIGGER certificate_settled;
    UPDATE certificate SET certificate = x'00' WHERE name = 'client-ann'"
ok with_pin coldca renew --host=n1.example.com --expiring=1h --yes --out=alone
is 'the others' node-n1.example.com "$(bundles alone)"
ok with_pin coldca renew --request=max2/client.max.csr --yes --out=alone
refused 3 'not a certificate' with_pin coldca renew --user=ann --yes --out=alone
rm -r .coldca
mv whole .coldca

# Policy may want a new key, and then no old one will do.
sed -i 's/^  client:/&\n    new-key-on-renewal: true/' .coldca/policy.yaml
refused 4 'policy wants a new key' with_pin coldca renew --user=ann --yes --out=five
warns 'request --new-key'
ok coldca request client ann --certs-dir=ann2
ok with_pin coldca renew --request=client-ann=ann2/client.ann.csr --yes --out=five
is 'a new one' 'client-ann' "$(bundles five)"

# Policy is asked anew, too.
sed -i 's/^    users: .*/    users: ["max"]/' .coldca/policy.yaml
refused 4 'policy permits no such user' with_pin coldca renew \
    --request=ann2/client.ann.csr --yes --out=six
lacks 'what was refused' test -e six

ok coldca ledger verify
finish
