#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A CA is replaced in three steps, none of which begins before the one before
# it is everywhere.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca
cp "$ca_crt" old.crt

for host in n1 n2; do
	ok coldca request node $host.example.com --certs-dir=$host
	ok with_pin coldca sign node $host/node.csr --host=$host.example.com --yes
	ok coldca install outbox/node-$host.example.com --certs-dir=$host
done
ok coldca request client max --certs-dir=max
ok with_pin coldca sign client max/client.max.csr --user=max --yes
ok coldca install outbox/client-max --certs-dir=max

everywhere() {
	for bundle in "$1"/*; do
		case $bundle in
		*/node-n1*) dir=n1 ;;
		*/node-n2*) dir=n2 ;;
		*/client-max) dir=max ;;
		esac
		ok coldca install "$bundle" "--certs-dir=$dir" ${2:+"$2"}
	done
}

# trusts FILE CERTIFICATE: a peer with FILE accepts it.
trusts() {
	openssl verify -CAfile "$1" "$2"
}

# all_agree: every host accepts every other one.
all_agree() {
	for ca in n1 n2 max; do
		for leaf in n1/node.crt n2/node.crt max/client.max.crt; do
			holds "$1: $ca accepts $leaf" trusts $ca/ca.crt $leaf
		done
	done
}
all_agree 'before'

refused 4 'no plan is under way' coldca rotate-ca
refused 4 'no plan is under way' with_pin coldca rotate-ca next
refused 2 'unknown word' coldca rotate-ca backwards

# Step 1: both CAs, to everybody.
ok with_pin coldca rotate-ca begin '--ca-key=pkcs11:token=ca;object=second-ca'
says '1.*trust.*now.*0 of 3'
is 'step 1 sends' 'client-max node-n1.example.com node-n2.example.com' \
    "$(names outbox/rotate-1)"
is 'CA files alone' 'ca.crt' "$(names outbox/rotate-1/client-max)"
is 'both' 2 "$(grep -c BEGIN outbox/rotate-1/client-max/ca.crt)"
holds 'the old one first' trusts outbox/rotate-1/client-max/ca.crt n1/node.crt
refused 4 'a plan is under way already' with_pin coldca rotate-ca begin \
    '--ca-key=pkcs11:token=ca;object=third-ca'
refused 4 'another plan is under way: rotate-ca' coldca split-ca

# Until it is everywhere the old CA signs, and nothing goes on.
ok with_pin coldca sign client max/client.max.csr --user=max --yes --out=still
holds 'by the old CA' trusts old.crt still/client-max/client.max.crt
is 'with both' 2 "$(grep -c BEGIN still/client-max/ca.crt)"
refused 4 'step 1 \(trust\): 3 hosts do not have it' with_pin coldca rotate-ca next --yes
refused 3 'does not concern' coldca rotate-ca delivered node-n9
refused 2 'name the hosts' coldca rotate-ca delivered
ok coldca rotate-ca delivered node-n1.example.com
says '1 of 3'
ok coldca rotate-ca delivered node-n1.example.com client-max
says '2 of 3'
refused 4 '1 host does not have it yet, node-n2' with_pin coldca rotate-ca next --yes
everywhere outbox/rotate-1
all_agree 'step 1'
ok coldca rotate-ca delivered --all
warns 'every host has it'

# Step 2: certificates by the new CA.
ok with_pin coldca rotate-ca next --yes
is 'step 2 sends' 'client-max node-n1.example.com node-n2.example.com' \
    "$(names outbox/rotate-2)"
is 'leaf and CA' 'ca.crt client.max.crt' "$(names outbox/rotate-2/client-max)"
lacks 'a new leaf under the old CA' trusts old.crt \
    outbox/rotate-2/client-max/client.max.crt
ok coldca rotate-ca --json
is 're-issued' 3 "$(jq '[.hosts[] | select(.reissued)] | length' out)"
count=$(serials)
ok with_pin coldca rotate-ca emit --yes
is 'emit signs nothing twice' "$count" "$(serials)"
ok coldca install outbox/rotate-2/node-n1.example.com --certs-dir=n1
all_agree 'in the middle of step 2'
ok coldca rotate-ca delivered node-n1.example.com
refused 4 '2 hosts do not have it' with_pin coldca rotate-ca next --yes

# A host that is gone does not hold up the others.
everywhere outbox/rotate-2
all_agree 'step 2'
ok coldca rotate-ca delivered --all

# Step 3: the old CA is dropped.
ok with_pin coldca rotate-ca next --yes
is 'the new one alone' 1 "$(grep -c BEGIN outbox/rotate-3/client-max/ca.crt)"
ok coldca install outbox/rotate-3/node-n1.example.com --certs-dir=n1
all_agree 'in the middle of step 3'
everywhere outbox/rotate-3 --overwrite
all_agree 'after'
lacks 'the old CA in use' grep -qF "$(sed -n 2p old.crt)" n1/ca.crt n2/ca.crt max/ca.crt
ok coldca rotate-ca delivered --all
ok with_pin coldca rotate-ca next --yes
warns 'the plan is finished'
refused 4 'no plan is under way' coldca rotate-ca
ok coldca export-ca
is 'the ledger gives the new one' 1 "$(grep -c BEGIN out)"
ok with_pin coldca sign client max/client.max.csr --user=max --yes --out=last
holds 'the new CA signs' trusts max/ca.crt last/client-max/client.max.crt

ok coldca ledger verify
finish
