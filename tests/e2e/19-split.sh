#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Clients get a CA of their own while the nodes run, by the bridge.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-install.sh"
need openssl jq
make_token ca
make_ca

for host in n1 n2; do
	ok coldca request node $host.example.com --certs-dir=$host
	ok with_pin coldca sign node $host/node.csr --host=$host.example.com --yes
	ok coldca install outbox/node-$host.example.com --certs-dir=$host
done
ok coldca request client max --certs-dir=max
ok with_pin coldca sign client max/client.max.csr --user=max --yes
ok coldca install outbox/client-max --certs-dir=max

# pool DIR: what a node verifies clients with
pool() {
	[ -e "$1/ca-client.crt" ] && echo "$1/ca-client.crt" || echo "$1/ca.crt"
}

# as_client DIR: what a node shows as a client
as_client() {
	[ -e "$1/client.node.crt" ] && echo "$1/client.node.crt" || echo "$1/node.crt"
}

# all_agree WHEN: nodes accept one another both ways, and the user
all_agree() {
	for server in n1 n2; do
		for client in n1 n2; do
			holds "$1: $client accepts the server $server" \
			    openssl verify -CAfile $client/ca.crt $server/node.crt
			holds "$1: $server accepts the client $client" \
			    openssl verify -CAfile "$(pool $server)" "$(as_client $client)"
		done
		holds "$1: $server accepts max" openssl verify \
		    -CAfile "$(pool $server)" max/client.max.crt
		holds "$1: max accepts $server" openssl verify \
		    -CAfile max/ca.crt $server/node.crt
	done
}
all_agree 'before'

# put STEP HOST
put() {
	case $2 in
	max) bundle='client-max' ;;
	*) bundle="node-$2.example.com" ;;
	esac
	ok coldca install "outbox/split-$1/$bundle" "--certs-dir=$2"
	holds 'pairs' pairs "$2"
	ok coldca split-ca delivered "$bundle"
}

ok with_pin coldca split-ca begin '--ca-key=pkcs11:token=ca;object=client-ca'
is 'nodes alone' 'node-n1.example.com node-n2.example.com' "$(names outbox/split-1)"
is 'widened' 2 "$(grep -c BEGIN outbox/split-1/node-n1.example.com/ca.crt)"
is 'no client CA yet' ca.crt "$(names outbox/split-1/node-n1.example.com)"
ok with_pin coldca sign client max/client.max.csr --user=max --yes --out=still
is 'clients are not widened' 1 "$(grep -c BEGIN still/client-max/ca.crt)"
holds 'the cluster CA signs clients' openssl verify -CAfile max/ca.crt \
    still/client-max/client.max.crt
put 1 n1
all_agree 'in the middle of step 1'
refused 4 'node-n2' with_pin coldca split-ca next --yes
put 1 n2

ok with_pin coldca split-ca next --yes
is 'the bridge' 'ca-client.crt ca.crt client.node.crt' \
    "$(names outbox/split-2/node-n1.example.com)"
is 'both in ca-client.crt' 2 "$(grep -c BEGIN outbox/split-2/node-n1.example.com/ca-client.crt)"
put 2 n1
all_agree 'in the middle of step 2'
refused 4 'node-n2' with_pin coldca split-ca next --yes
put 2 n2
all_agree 'step 2'

ok with_pin coldca split-ca next --yes
is 'clients alone' client-max "$(names outbox/split-3)"
is 'a client gets' 'ca.crt client.max.crt' "$(names outbox/split-3/client-max)"
is 'its ca.crt is narrow' 1 "$(grep -c BEGIN outbox/split-3/client-max/ca.crt)"
put 3 max
all_agree 'step 3'
lacks 'max by the cluster CA' openssl verify -CAfile max/ca.crt max/client.max.crt

ok with_pin coldca split-ca next --yes
is 'narrow' '1 1' "$(grep -c BEGIN outbox/split-4/node-n1.example.com/ca.crt) $(grep -c BEGIN outbox/split-4/node-n1.example.com/ca-client.crt)"
put 4 n1
all_agree 'in the middle of step 4'
put 4 n2
all_agree 'after'
ok with_pin coldca split-ca next --yes
warns 'the plan is finished'
ok with_pin coldca sign client max/client.max.csr --user=max --yes --out=last
holds 'the client CA signs' openssl verify -CAfile n1/ca-client.crt \
    last/client-max/client.max.crt
refused 4 'there is a client CA already' with_pin coldca split-ca begin \
    '--ca-key=pkcs11:token=ca;object=another-ca'

ok coldca ledger verify
finish
