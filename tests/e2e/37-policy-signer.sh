#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How it is made to sign is said for each CA: libp11 can not sign with Ed25519.

. "$(dirname "$0")/lib.sh"
need openssl
make_token ca
ok coldca init --mode=test "--module=$module"
policy=.coldca/policy.yaml
ok with_pin coldca create-ca --certs-dir=certs --key-type=ed25519 \
    '--ca-key=pkcs11:token=ca;object=ed-ca'
ok coldca request node n1.example.com --certs-dir=n1
node() {
	with_pin coldca sign node n1/node.csr --host n1.example.com --yes
}

printf 'cas: {cluster: {signer: libp11}}\n' >>"$policy"
refused 5 'Ed25519|ed25519' node
sed 's/libp11}}/cryptoki}}/' "$policy" >p && cat p >"$policy"
ok node
ok coldca ledger verify
finish
