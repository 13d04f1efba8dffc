#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each kind of CA key and each kind of leaf key that can meet: in certs/CA/LEAF
# a certificate directory with a node and a client of the name LEAF.

. "$(dirname "$0")/lib.sh"
need openssl
make_token ca

ca_options() {
	case $1 in
	rsa) echo '--key-type=rsa' ;;
	rsapss) echo '--key-type=rsa --sig-alg=RSASSA-PSS-SHA256' ;;
	*) echo "--key-type=$1" ;;
	esac
}

# issue CA PROFILE FILE: one batch of each leaf's request
issue() {
	ca=$1 profile=$2
	set --
	for leaf in $leaves; do
		case $profile in
		node) set -- "$@" "$ca/$leaf/node.csr" ;;
		client) set -- "$@" "$ca/$leaf/client.$leaf.csr" ;;
		esac
	done
	ok with_pin coldca sign "$profile" "$@" "--ca-dir=$ca.ca" --yes \
	    --names-from-request "--out=$ca/outbox"
}

for ca in $cas; do
	ok coldca init --mode=test "--module=$module" "--ca-dir=$ca.ca"
	# shellcheck disable=SC2046 # a list of options
	ok with_pin coldca create-ca "--ca-dir=$ca.ca" "--certs-dir=$ca" \
	    "--ca-key=pkcs11:token=ca;object=$ca" $(ca_options "$ca")
	for leaf in $leaves; do
		ok coldca request node "$leaf.example.com" localhost 127.0.0.1 \
		    "--certs-dir=$ca/$leaf" "--key-type=$leaf"
		ok coldca request client "$leaf" "--certs-dir=$ca/$leaf" \
		    "--key-type=$leaf"
	done
	issue "$ca" node
	issue "$ca" client
	for leaf in $leaves; do
		ok coldca install "$ca/outbox/node-$leaf.example.com" \
		    "--certs-dir=$ca/$leaf"
		ok coldca install "$ca/outbox/client-$leaf" \
		    "--certs-dir=$ca/$leaf"
		for name in node "client.$leaf"; do
			ok openssl pkcs8 -topk8 -nocrypt -outform DER \
			    -in "$ca/$leaf/$name.key" \
			    -out "$ca/$leaf/$name.key.pk8"
		done
	done
	rm -rf "$ca/outbox"
done

[ "$failures" -eq 0 ] || finish
rm -rf "$certs"
mkdir -p "$certs"
for ca in $cas; do
	mv "$ca" "$certs"
done
finish
