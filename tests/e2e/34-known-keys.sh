#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A key is one name's: the same key for another name, a revoked certificate's,
# a CA's and a blocked one are refused, each by its own rule, by whatever
# command; a renewal is not.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca
touch out err

# csr NAME KEY SUBJECT: NAME.csr for KEY
csr() {
	openssl req -new -key "$2" -config /dev/null -subj "$3" -out "$1.csr"
}

key() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$1"
}

# spki KEY: its SHA-256, as blocked-keys.txt has it
spki() {
	openssl pkey -in "$1" -pubout -outform DER | openssl dgst -sha256 -r |
	    cut -d' ' -f1
}

sign() {
	profile=$1 file=$2
	shift 2
	with_pin coldca sign "$profile" "$file" --yes --overwrite "$@"
}

# by_rule RULE COMMAND...: `sign --json` refuses it by that rule and uses up
# no serial
by_rule() {
	rule=$1
	shift
	count=$(serials)
	refused 4 'key:' "$@" --json
	is "the rule of: $*" "$rule" \
	    "$(jq -r '.[0].findings[] | select(.refused) | .rule' out)"
	is "serials used by: $*" "$count" "$(serials)"
}

key a.pem
key b.pem
csr a a.pem /CN=alice
csr b b.pem /CN=bob
csr ab a.pem /CN=bob
csr node a.pem /CN=node
ok sign client a.csr --user=alice
ok sign client b.csr --user=bob

# The same name again is a renewal.
ok sign client a.csr --user=alice
ok with_pin coldca renew client-alice --yes --overwrite

# Another name is not.
by_rule key-reused sign client ab.csr --user=bob
by_rule key-reused sign node node.csr --host=node1.example.com
ok coldca inspect a.csr --user=alice
refused 4 '' coldca inspect ab.csr --user=bob --json
is 'the rule of inspect' key-reused "$(jq -r '.[0].findings[0].rule' out)"
ok coldca inspect ab.csr --permissive

# Two names in one batch are refused both, even with a key that is new.
key c.pem
csr c1 c.pem /CN=carol
csr c2 c.pem /CN=dave
refused 4 'c1\.csr.*c2\.csr' with_pin coldca sign client c1.csr c2.csr \
    --names-from-request --yes --json
is 'rules of both' 'key-reused key-reused' \
    "$(jq -r '.[].findings[].rule' out | paste -sd' ' -)"

# A renewal with the request of somebody else.
csr alice-b b.pem /CN=alice
refused 4 'of client-bob' with_pin coldca renew --request=alice-b.csr --yes --overwrite

# A revoked certificate's.
serial=$(coldca ledger list --json --name=client-bob 2>/dev/null | jq -r '.[0].serial')
ok coldca revoke "$serial" --reason=keyCompromise --yes
by_rule key-revoked sign client b.csr --user=bob

# A CA's, that of another CA of this directory, and of one that stands by.
# ca_csr LABEL: ca.csr, whose key is on the token
ca_csr() {
	printf %s "$(cat pin)" >bare-pin
	PKCS11_MODULE_PATH=$module openssl req -new -engine pkcs11 -keyform engine \
	    -key "pkcs11:token=ca;object=$1;type=private?pin-source=file:$work/bare-pin" \
	    -config /dev/null -subj /CN=erin -out ca.csr
}
ok with_pin coldca create-client-ca '--ca-key=pkcs11:token=ca;object=client-ca'
for label in cluster-ca client-ca; do
	holds "a request with the key of $label" ca_csr "$label"
	by_rule key-of-ca sign client ca.csr --user=erin --ca=cluster
done

# RSA keys that have a prime in common: against the ledger, and in one batch.
cp "$COLDCA_SOURCE/tests/vectors/requests/key-rsa-shared-1.der" s1.der
cp "$COLDCA_SOURCE/tests/vectors/requests/key-rsa-shared-2.der" s2.der
cat >shared.yaml <<'ORDERS'
version: 1
orders:
- {request: s1.der, profile: node, hosts: [s1.example.com]}
- {request: s2.der, profile: node, hosts: [s2.example.com]}
ORDERS
count=$(serials)
refused 4 's1\.der.* prime in common with that of s2\.der' with_pin coldca sign \
    --orders=shared.yaml s1.der s2.der --yes --drop-extra --json
warns 's2\.der.* prime in common with that of s1\.der'
warns 'request --new-key'
is 'rules of both' 'key-rsa-shared-prime key-rsa-shared-prime' \
    "$(jq -r '.[].findings[] | select(.refused) | .rule' out | paste -sd' ' -)"
is 'serials used by a shared prime' "$count" "$(serials)"
ok coldca inspect s2.der --host=s2.example.com --drop-extra
ok sign node s1.der --host=s1.example.com --drop-extra
ok sign node s1.der --host=s1.example.com --drop-extra
by_rule key-rsa-shared-prime sign node s2.der --host=s2.example.com --drop-extra
refused 4 '' coldca inspect s2.der --host=s2.example.com --drop-extra
says 'prime in common with that of certificate [0-9a-f]{32}, of node-s1'

# The list of blocked keys.
key d.pem
csr d d.pem /CN=dora
list=$HOME/.coldca/blocked-keys.txt
{
	echo '# keys that everybody has'
	{
		spki c.pem
		spki d.pem
	} | LC_ALL=C sort -u
} >"$list"
by_rule key-blocked sign client d.csr --user=dora
refused 4 '' coldca inspect d.csr --user=dora
says 'is in blocked-keys'
ok coldca inspect d.csr --permissive
echo 00 >>"$list"
refused 3 'blocked-keys\.txt: line 4: not 64' sign client d.csr --user=dora
{ spki d.pem; spki d.pem | tr 0-9a-f f0-9a-e; } | LC_ALL=C sort -r >"$list"
refused 3 'blocked-keys\.txt: line 2: is out of order' sign client d.csr --user=dora
chmod 666 "$list"
: >"$list"
ok sign client d.csr --user=dora
warns 'blocked-keys\.txt: can be written by other users'
rm "$list"
ln -s /dev/null "$list"
key f.pem
csr f f.pem /CN=fred
refused 8 'symbolic link' sign client f.csr --user=fred
rm "$list"

# create-client makes a new key each time: nothing to refuse.
mkdir certs
cp "$ca_crt" certs/ca.crt
ok with_pin coldca create-client gina --certs-dir=certs --ca=cluster
ok with_pin coldca create-client gina --certs-dir=certs --ca=cluster --overwrite
ok coldca ledger verify
finish
