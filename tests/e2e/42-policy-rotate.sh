#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where the policy names the key that signs for a CA, the key of the CA that takes
# its place is written there first, beside the old one until that is gone.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca
cp "$ca_crt" old.crt
policy=.coldca/policy.yaml
cp "$policy" without.yaml

# with_key CA: policy names what standard input says for CA
with_key() {
	{
		cat without.yaml
		printf 'cas:\n  %s:\n' "$1"
		sed 's/^/    /'
	} >"$policy"
}
on_token() {
	pkcs11-tool --module "$module" --token-label ca --login --pin "$(cat pin)" -O |
	    grep -c "label: *$1\$"
}
with_key cluster <<'CA'
key: "pkcs11:token=ca;object=cluster-ca"
CA
ok coldca request node n1.example.com --certs-dir=n1
ok with_pin coldca sign node n1/node.csr --host=n1.example.com --yes
ok coldca install outbox/node-n1.example.com --certs-dir=n1

# The new key is refused before it is made, with the line to write.
refused 4 '--ca-key: policy names another key for the cluster CA' with_pin \
    coldca rotate-ca begin '--ca-key=pkcs11:token=ca;object=second-ca'
warns 'it is pkcs11:token=ca;object=cluster-ca; another one, such as that of a new CA, must first be written under cas\.cluster\.standby in policy\.yaml'
refused 4 'no plan is under way' coldca rotate-ca
lacks 'a key that was refused' on_token second-ca

# Written there it is made, and each CA signs its step.
with_key cluster <<'CA'
key: "pkcs11:token=ca;object=cluster-ca"
standby: ["pkcs11:token=ca;object=second-ca"]
CA
ok with_pin coldca rotate-ca begin '--ca-key=pkcs11:token=ca;object=second-ca'
ok coldca install outbox/rotate-1/node-n1.example.com --certs-dir=n1
ok coldca rotate-ca delivered --all
ok with_pin coldca rotate-ca next --yes
ok coldca install outbox/rotate-2/node-n1.example.com --certs-dir=n1
ok coldca rotate-ca delivered --all
ok with_pin coldca rotate-ca next --yes
ok coldca install outbox/rotate-3/node-n1.example.com --certs-dir=n1
ok coldca rotate-ca delivered --all
ok coldca rotate-ca next
lacks 'the old CA' openssl verify -CAfile old.crt n1/node.crt

# Then the new one is the key, and the old one no more.
with_key cluster <<'CA'
key: "pkcs11:token=ca;object=second-ca"
CA
ok with_pin coldca sign node n1/node.csr --host=n1.example.com --yes --overwrite
refused 4 '--ca-key: policy names another key' with_pin coldca sign node n1/node.csr \
    --host=n1.example.com --yes --overwrite '--ca-key=pkcs11:token=ca;object=cluster-ca'

# A client CA of its own: the key that policy names for it, and no other.
with_key client <<'CA'
key: "pkcs11:token=ca;object=client-ca"
CA
refused 4 '--ca-key: policy names another key for the client CA' with_pin \
    coldca split-ca begin '--ca-key=pkcs11:token=ca;object=other-ca'
warns 'must first be written under cas\.client\.standby'
ok with_pin coldca split-ca begin '--ca-key=pkcs11:token=ca;object=client-ca'

# It stands by until its certificates are everywhere, and has no CRL until then.
refused 7 'the client CA stands by, and signs nothing yet' with_pin coldca create-crl \
    --ca=client --out=crl
warns 'split-ca. says what is next'
refused 7 'there is no ui CA yet' with_pin coldca create-crl --ca=ui --out=crl
warns 'coldca create-ui-ca'
for step in 1 2; do
	ok coldca install outbox/split-$step/node-n1.example.com --certs-dir=n1
	ok coldca split-ca delivered --all
	ok with_pin coldca split-ca next --yes
done
ok with_pin coldca create-crl --ca=client --out=crl
ok coldca ledger verify
finish
