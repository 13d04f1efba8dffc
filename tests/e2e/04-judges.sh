#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenSSL, GnuTLS and NSS accept the certificates for what they are for and
# for nothing else.

. "$(dirname "$0")/lib.sh"
need openssl certtool certutil vfychain jq
make_token ca

nss_accepts() {	# nss_accepts USAGE FILE: 0 is SSL client, 1 is SSL server
	vfychain -d sql:nss -u "$1" -a "$2"
}

gnutls_accepts() {	# gnutls_accepts PURPOSE FILE [OPTION...]
	purpose=$1 file=$2
	shift 2
	certtool --verify --load-ca-certificate "$ca_crt" --infile "$file" \
	    --verify-purpose "1.3.6.1.5.5.7.3.$purpose" "$@"
}

openssl_accepts() {	# openssl_accepts PURPOSE FILE [OPTION...]
	purpose=$1 file=$2
	shift 2
	openssl verify -x509_strict -CAfile "$ca_crt" -purpose "$purpose" \
	    "$@" "$file"
}

accepted() {
	ran "$@"
	[ "$status" -eq 0 ] || { failed "not accepted: $*"; said; }
}

not_accepted() {
	ran "$@"
	[ "$status" -ne 0 ] || { failed "accepted: $*"; said; }
}

# Each kind of CA key and of leaf key that can meet.
judge() {	# judge NAME CA-OPTIONS LEAF-OPTIONS
	name=$1 leaf=$3
	ok coldca init --mode=test "--module=$module" "--ca-dir=$name"
	# shellcheck disable=SC2086 # lists of options
	ok with_pin coldca create-ca "--ca-dir=$name" "--certs-dir=$name.certs" \
	    "--ca-key=pkcs11:token=ca;object=$name" $2
	ca_crt=$work/$name.certs/ca.crt
	# shellcheck disable=SC2086
	ok coldca request node node1.example.com 192.0.2.1 2001:db8::1 \
	    "--certs-dir=$name.node" $leaf
	ok with_pin coldca sign node "$name.node/node.csr" "--ca-dir=$name" \
	    --host node1.example.com --host 192.0.2.1 --host 2001:db8::1 \
	    --yes "--out=$name.outbox"
	# shellcheck disable=SC2086
	ok coldca request client maxroach "--certs-dir=$name.client" $leaf
	ok with_pin coldca sign client "$name.client/client.maxroach.csr" \
	    "--ca-dir=$name" --user maxroach --yes "--out=$name.outbox"
	node=$name.outbox/node-node1.example.com/node.crt
	client=$name.outbox/client-maxroach/client.maxroach.crt

	accepted openssl_accepts sslserver "$node" -verify_hostname node1.example.com
	accepted openssl_accepts sslserver "$node" -verify_ip 192.0.2.1
	accepted openssl_accepts sslserver "$node" -verify_ip 2001:db8::1
	accepted openssl_accepts sslclient "$node"
	accepted openssl_accepts sslclient "$client"
	not_accepted openssl_accepts sslserver "$client"
	not_accepted openssl_accepts sslserver "$node" -verify_hostname node2.example.com

	accepted gnutls_accepts 1 "$node" --verify-hostname node1.example.com
	accepted gnutls_accepts 2 "$node"
	accepted gnutls_accepts 2 "$client"
	not_accepted gnutls_accepts 1 "$client"
	not_accepted gnutls_accepts 1 "$node" --verify-hostname node2.example.com

	# NSS 3.87 knows no TLS with Ed25519 certificates.
	case $leaf in *ed25519*) return ;; esac
	rm -rf nss
	mkdir nss
	ok certutil -N -d sql:nss --empty-password
	ok certutil -A -d sql:nss -n ca -t CT,C,C -a -i "$ca_crt"
	accepted nss_accepts 1 "$node"
	accepted nss_accepts 0 "$node"
	accepted nss_accepts 0 "$client"
	not_accepted nss_accepts 1 "$client"
}

judge p256 --key-type=p256 --key-type=p256
judge rsa '--key-type=rsa --key-size=2048' '--key-type=rsa --key-size=2048'
judge p384 --key-type=p384 --key-type=ed25519
judge p521 --key-type=p521 --key-type=p384

# Only RSA keys encipher.
text rsa.outbox/node-node1.example.com/node.crt >rsa.txt
holds 'an RSA node enciphers keys' grep -q 'Digital Signature, Key Encipherment$' rsa.txt
text p384.outbox/node-node1.example.com/node.crt >ed25519.txt
lacks 'an Ed25519 node enciphers keys' grep -q 'Key Encipherment' ed25519.txt

# One CA's certificates are nothing to another CA.
ca_crt=p256.certs/ca.crt
not_accepted openssl_accepts sslserver rsa.outbox/node-node1.example.com/node.crt
finish
