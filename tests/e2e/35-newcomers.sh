#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Nodes and users that come while a plan is under way: each gets the CA files of
# its step and is in the plan's list, or is refused with the way out.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-install.sh"
need openssl jq
make_token ca
make_ca
old='--ca-key=pkcs11:token=ca;object=cluster-ca'
new='--ca-key=pkcs11:token=ca;object=second-ca'

# node NAME [OPTION...]: a node, its certificate installed
node() {
	name=$1
	shift
	[ -e "$name" ] || ok coldca request node "$name.example.com" "--certs-dir=$name"
	ok with_pin coldca sign node "$name/node.csr" "--host=$name.example.com" --yes \
	    --out=in --overwrite "$@"
	ok coldca install "in/node-$name.example.com" "--certs-dir=$name"
}

user() {
	[ -e "$1" ] || ok coldca request client "$1" "--certs-dir=$1"
	ok with_pin coldca sign client "$1/client.$1.csr" "--user=$1" --yes --out=in --overwrite
	ok coldca install "in/client-$1" "--certs-dir=$1"
}

# everywhere COMMAND FOLDER HOST...
everywhere() {
	command=$1 folder=$2
	shift 2
	for one in "$@"; do
		case $one in
		n*) bundle=node-$one.example.com ;;
		*) bundle=client-$one ;;
		esac
		ok coldca install "$folder/$bundle" "--certs-dir=$one" --overwrite
		ok coldca "$command" delivered "$bundle"
	done
}

pool() {
	[ -e "$1/ca-client.crt" ] && echo "$1/ca-client.crt" || echo "$1/ca.crt"
}

as_client() {
	[ -e "$1/client.node.crt" ] && echo "$1/client.node.crt" || echo "$1/node.crt"
}

# all_agree WHEN HOST...: nodes accept each other and users, users accept nodes
all_agree() {
	when=$1
	shift
	for server in "$@"; do
		[ -e "$server/node.crt" ] || continue
		for client in "$@"; do
			holds "$when: $client accepts the server $server" \
			    openssl verify -CAfile "$client/ca.crt" "$server/node.crt"
			[ -e "$client/node.crt" ] && crt=$(as_client "$client") ||
			    crt=$client/client.$client.crt
			holds "$when: $server accepts the client $client" \
			    openssl verify -CAfile "$(pool "$server")" "$crt"
		done
	done
}

cas() {	# how many CAs a file holds
	grep -c BEGIN "$1"
}

node n1
user max
ok with_pin coldca rotate-ca begin "$new"
everywhere rotate-ca outbox/rotate-1 n1 max

# Step 1. By the CA that is replaced; with both; and in the list.
node n2
is 'a newcomer of step 1 trusts both' 2 "$(cas n2/ca.crt)"
holds 'and is by the old one' openssl verify -CAfile "$ca_crt" n2/node.crt
refused 4 'node-n2' with_pin coldca rotate-ca next --yes
ok with_pin coldca sign node n2/node.csr --host=n2.example.com --yes --out=again
warns 'rotate-ca is at step 1, which waits for node-n2.example.com as well'
refused 4 'node-n2.example.com: rotate-ca is at step 1 .*do not trust it yet' with_pin \
    coldca sign node n2/node.csr --host=n2.example.com --yes --overwrite --out=again "$new"
warns 'hint: leave --ca-key out'

# A pair that is made here: not beside CA files of another time.
refused 4 'does not hold just the CA certificates that hosts get in this step of rotate-ca' \
    with_pin coldca create-node n3.example.com --certs-dir=.coldca.certs
warns 'without CA files: the right ones are written there'
lacks 'anything of it' test -e .coldca.certs/node.crt
ok with_pin coldca create-node n3.example.com --certs-dir=n3
warns 'which waits for node-n3.example.com as well'
is 'the right ones' 2 "$(cas n3/ca.crt)"
refused 4 'another CA would change what hosts are to get' with_pin coldca create-client-ca \
    --certs-dir=other '--ca-key=pkcs11:token=ca;object=client-ca'
refused 4 'another CA would change what hosts are to get' with_pin coldca create-ca --overwrite \
    --certs-dir=.coldca.certs '--ca-key=pkcs11:token=ca;object=third-ca'
all_agree 'step 1' n1 n2 n3 max
ok coldca rotate-ca delivered node-n2.example.com node-n3.example.com

# Step 2. By the new CA; who came in step 1 is signed anew like the others.
ok with_pin coldca rotate-ca next --yes
is 'step 2 is for' 'client-max node-n1.example.com node-n2.example.com node-n3.example.com' \
    "$(names outbox/rotate-2)"
refused 4 'once that one is dropped' with_pin coldca sign node n2/node.csr \
    --host=n2.example.com --yes --overwrite --out=again "$old"
node n4
is 'a newcomer of step 2 trusts both' 2 "$(cas n4/ca.crt)"
lacks 'and is by the old one' openssl verify -CAfile "$ca_crt" n4/node.crt
all_agree 'in the middle of step 2' n1 n2 n3 n4 max
everywhere rotate-ca outbox/rotate-2 n1 n2 n3 max
all_agree 'step 2' n1 n3 n4 max

# Step 3. The new CA alone; and who came before gets it too.
ok with_pin coldca rotate-ca next --yes
node n5
is 'a newcomer of step 3 trusts the new one' 1 "$(cas n5/ca.crt)"
refused 4 '6 hosts do not have it' with_pin coldca rotate-ca next
all_agree 'in the middle of step 3' n1 n4 n5 max
everywhere rotate-ca outbox/rotate-3 n1 n2 n3 n4 max
ok coldca rotate-ca delivered node-n5.example.com
ok coldca rotate-ca next
all_agree 'after' n1 n3 n5 max
ok coldca export-ca
cp out new.crt

# The split. A newcomer of its first steps is bridged like the others.
ok coldca revoke --host=n4.example.com --host=n5.example.com --reason=cessationOfOperation --yes
ok with_pin coldca split-ca begin '--ca-key=pkcs11:token=ca;object=client-ca'
node n6
is 'a newcomer is widened' 2 "$(cas n6/ca.crt)"
everywhere split-ca outbox/split-1 n1 n2 n3
all_agree 'split, step 1' n1 n3 n6 max
refused 4 'node-n6' with_pin coldca split-ca next --yes
ok coldca split-ca delivered node-n6.example.com
ok with_pin coldca split-ca next --yes
ok with_pin coldca create-node n7.example.com --certs-dir=n7
is 'a newcomer of step 2' 'ca-client.crt ca.crt node.crt node.key' "$(names n7)"
is 'has both' '2 2' "$(cas n7/ca.crt) $(cas n7/ca-client.crt)"
everywhere split-ca outbox/split-2 n1 n2 n3 n6
all_agree 'split, step 2' n1 n6 n7 max
refused 4 'node-n7' with_pin coldca split-ca next --yes
refused 4 'no certificate by the new CA yet' coldca split-ca delivered node-n7.example.com
ok with_pin coldca split-ca emit --yes
everywhere split-ca outbox/split-2 n7
holds 'its pairs' pairs n7
user ann
ok with_pin coldca split-ca next --yes
is 'step 3 is for' 'client-ann client-max' "$(names outbox/split-3)"

# Later a node would be left without client.node.crt; those that have it may go on.
ok coldca request node n8.example.com --certs-dir=n8
refused 4 'node-n8.example.com: split-ca is at step 3 .*no client.node.crt' with_pin \
    coldca sign node n8/node.csr --host=n8.example.com --yes --out=again
warns 'hint: finish it first, then sign its requests for .node HOST. and .client node.'
refused 4 'no client.node.crt' with_pin coldca create-node n9.example.com --certs-dir=n9
lacks 'a key without a certificate' test -e n9/node.key
holds 'the refusals are in the ledger' grep -aq 'would have no client.node.crt' .coldca/ledger.db
refused 4 'once ca-client.crt is narrowed' with_pin coldca sign client ann/client.ann.csr \
    --user=ann --ca=cluster --yes --out=again
ok with_pin coldca renew node-n1.example.com --yes --out=renewed
ok coldca install renewed/node-n1.example.com --certs-dir=n1
user eve
all_agree 'in the middle of step 3' n1 n6 n7 max ann eve
everywhere split-ca outbox/split-3 max ann
ok with_pin coldca split-ca next --yes
refused 4 'no client.node.crt' with_pin coldca sign node n8/node.csr --host=n8.example.com --yes --out=again
everywhere split-ca outbox/split-4 n1 n2 n3 n6 n7
ok coldca split-ca next

# The way out that was named.
ok with_pin coldca sign node n8/node.csr --host=n8.example.com --yes --out=in --overwrite
ok coldca request client node --certs-dir=n8
ok with_pin coldca sign client n8/client.node.csr --user=node --yes --out=in --overwrite
ok coldca install in/node-n8.example.com in/client-node --certs-dir=n8
all_agree 'after the split' n1 n7 n8 max ann eve
ok coldca ledger verify
finish
