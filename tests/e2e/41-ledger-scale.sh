#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Questions to the ledger: its filters, all of one certificate, a bundle made
# again, and the index that OpenSSL reads.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime
make_token ca
make_ca

# sign_node NAME [OPTION...]
sign_node() {
	name=$1
	shift
	[ -d "$name" ] ||
	    ok coldca request node "$name.example.com" --certs-dir="$name"
	ok with_pin coldca sign node "$name/node.csr" \
	    --host "$name.example.com" --yes "$@"
}

sign_node n1 --host db.example.com --host 10.1.2.3
sign_node n2 --lifetime=20d
sign_node n3
ok coldca request client max --certs-dir=max
ok with_pin coldca sign client max/client.max.csr --user max --yes

# serial NAME: of the last certificate of a bundle
serial() {
	coldca ledger list --name="$1" --json 2>/dev/null | jq -r '.[-1].serial'
}
n1=$(serial node-n1.example.com) n3=$(serial node-n3.example.com)
ok coldca revoke "$n3" --reason=keyCompromise --yes

# found OPTION...: the names that a listing has
found() {
	coldca ledger list --json "$@" 2>/dev/null |
	    jq -r '.[].name' | paste -sd' ' -
}
is 'by a host that is not the first' node-n1.example.com \
    "$(found --host=DB.example.com)"
is 'by an address' node-n1.example.com "$(found --host=10.1.2.3)"
is 'by a user' client-max "$(found --user=max)"
is 'by a serial as OpenSSL writes it' node-n1.example.com \
    "$(found "--serial=$(echo "$n1" | sed 's/../&:/g;s/:$//' | tr a-f A-F)")"
is 'what ends soon' node-n2.example.com "$(found --expiring=30d)"
is 'and not sooner' '' "$(found --expiring=19d)"
is 'what is revoked' node-n3.example.com "$(found --state=revoked)"
is 'since yesterday' 5 "$(found --since="$(date -u -d yesterday +%F)" | wc -w)"
is 'until yesterday' '' "$(found --until="$(date -u -d yesterday +%F)")"
is 'all of a day' 5 "$(found --until="$(date -u +%F)" | wc -w)"
is 'filters hold together' node-n1.example.com \
    "$(found --profile=node --state=issued --host=db.example.com)"
refused 2 'no time' coldca ledger list --since=2026-02-30
refused 2 'no time' coldca ledger list --until=yesterday
refused 2 'expiring' coldca ledger list --expiring=soon
refused 2 'given twice' coldca ledger list --host=a.example.com --host=b
refused 3 'not one of this CA' coldca ledger list --serial=12

# A listing is JSON whether it has none, one or many.
for option in --state=burned --user=max --profile=node; do
	ok coldca ledger list --json "$option"
	holds "JSON of $option" jq -e 'type == "array"' out
done

# All of one certificate.
ok coldca ledger show "$n3"
says "serial +$n3"
says 'state +revoked'
says 'revoked .*keyCompromise'
says 'name +DNS:n3\.example\.com'
says 'SPKI SHA-256'
says 'words'
says 'entry .*pending: node-n3'
says 'entry .*issued: '
says 'entry .*revoked: keyCompromise'
says 'hash [0-9a-f]{64}'
ok coldca policy check
ok coldca ledger show node-n3.example.com --json
is 'the serial' "$n3" "$(jq -r .serial out)"
is 'three entries' 3 "$(jq '.entries | length' out)"
is 'its policy is the one of the CA directory' \
    "$(sha256sum <.coldca/policy.yaml | cut -d' ' -f1)" \
    "$(jq -r .policy_sha256 out)"
is 'its key' "$(openssl x509 -in outbox/node-n3.example.com/node.crt -noout \
    -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)" \
    "$(jq -r .key.spki_sha256 out)"
ok coldca ledger show node-n3.example.com --pem
openssl x509 -in out -out shown.crt 2>err
holds 'with the certificate' cmp shown.crt outbox/node-n3.example.com/node.crt
sign_node n2 --overwrite
ok coldca ledger show node-n2.example.com
warns 'the last of 2 of this name'
says "serial +$(serial node-n2.example.com)"
refused 3 'does not know' coldca ledger show 4777777777777777777777777777777f
refused 3 'neither a serial number nor' coldca ledger show node-x.example.com

# A bundle that was lost.
ok coldca ledger export --certificate="$n1" --out=again
holds 'the bundle is what it was' diff -r outbox/node-n1.example.com \
    again/node-n1.example.com
refused 8 'exists' coldca ledger export --certificate="$n1" --out=again
ok coldca ledger export --certificate="$n1" --out=again --overwrite
ok coldca ledger export --certificate="$n3" --out=again
warns 'is revoked: keyCompromise'
refused 4 'no host gets a bundle' coldca ledger export --out=again \
    --certificate="$(coldca ledger list --profile=ca --json 2>err |
	jq -r '.[0].serial')"
refused 2 'one of' coldca ledger export
refused 2 'one of' coldca ledger export --certificate="$n1" \
    --format=openssl-index
refused 2 'format' coldca ledger export --format=pem
refused 2 'not an option' coldca export-ca --format=openssl-index

# OpenSSL's index.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=r \
    -keyout r.key -out r.crt 2>err
mkdir db
cat >db/openssl.cnf <<'CONF'
[ca]
default_ca = d
[d]
database = db/index.txt
private_key = r.key
certificate = r.crt
default_md = sha256
CONF
echo 'unique_subject = no' >db/index.txt.attr
ok coldca ledger export --format=openssl-index
cp out db/index.txt
is 'a line for each that was issued' "$(serials)" "$(wc -l <db/index.txt)"
upper=$(echo "$n1" | tr a-f A-F)
ran openssl ca -config db/openssl.cnf -status "$upper"
holds 'openssl ca -status: valid' grep -q "$upper=Valid (V)" err
ran openssl ca -config db/openssl.cnf -status "$(echo "$n3" | tr a-f A-F)"
holds 'openssl ca -status: revoked' grep -q '=Revoked (R)' err
holds 'with its reason' grep -q "^R.*,keyCompromise	$(echo "$n3" |
    tr a-f A-F)	unknown	/O=Cockroach/CN=node$" db/index.txt
ok openssl ca -config db/openssl.cnf -updatedb
is 'openssl ca -updatedb finds none that has expired' 0 \
    "$(grep -c '^E' db/index.txt)"
ok faketime '+21 days' openssl ca -config db/openssl.cnf -updatedb
is 'and one later' 1 "$(grep -c '^E' db/index.txt)"
ok faketime '+21 days' "$COLDCA" ledger export --format=openssl-index
is 'as coldca says itself' "$(grep -c '^E' db/index.txt)" "$(grep -c '^E' out)"

# And openssl ocsp answers by it.
for name in n1 n3; do
	ok openssl ocsp -index db/index.txt -CA "$ca_crt" -rsigner r.crt \
	    -rkey r.key -issuer "$ca_crt" -noverify -no_nonce \
	    -cert "outbox/node-$name.example.com/node.crt" -reqout "$name.req"
	ok openssl ocsp -index db/index.txt -CA "$ca_crt" -rsigner r.crt \
	    -rkey r.key -reqin "$name.req" -respout "$name.resp" -noverify
	ok openssl ocsp -respin "$name.resp" -issuer "$ca_crt" -noverify \
	    -cert "outbox/node-$name.example.com/node.crt"
	[ "$name" = n1 ] && says 'node.crt: good'
	[ "$name" = n3 ] && says 'node.crt: revoked'
done
says 'Reason: keyCompromise'

ok coldca ledger verify
finish
