#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# More than one CA: which signs what, which files a host gets, and what is
# refused.

. "$(dirname "$0")/lib.sh"
need openssl
make_token ca
make_ca
mkdir certs
cp "$ca_crt" certs

# request NAME SUBJECT: a key and a CSR in NAME.csr
request() {
	name=$1
	shift
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$name.key" -subj "$1" -out "$name.csr" 2>/dev/null
}
request node /O=Cockroach/CN=node
request max /O=Cockroach/CN=max
request ui /O=Cockroach/CN=console.example.com
request tenant /O=Cockroach/OU=Tenants/CN=5

# sign OUT PROFILE CSR OPTION...
sign() {
	out=$1
	shift
	ok with_pin coldca sign "$@" --yes "--out=$out"
}

# signed_by FILE CA-FILE
signed_by() {
	holds "$1 is signed by $2" openssl verify -x509_strict -CAfile "$2" "$1"
}

# With the cluster CA alone, it signs everything.
sign one node node.csr --host=n1.example.com
sign one client max.csr --user=max
sign one ui ui.csr --host=console.example.com
sign one tenant-client tenant.csr --tenant=5 --host=t5.example.com
is 'bundles' 'client-max node-n1.example.com tenant-client-5 ui-console.example.com' "$(bundles one)"
is 'files' 'ca.crt client-tenant.5.crt' "$(names one/tenant-client-5)"
is 'files' 'ca.crt ui.crt' "$(names one/ui-console.example.com)"
signed_by one/tenant-client-5/client-tenant.5.crt certs/ca.crt
is 'subject' 'subject=O = Cockroach, OU = Tenants, CN = 5' \
    "$(openssl x509 -noout -subject -in one/tenant-client-5/client-tenant.5.crt)"
is 'subject' 'subject=O = Cockroach, CN = console.example.com' \
    "$(openssl x509 -noout -subject -in one/ui-console.example.com/ui.crt)"

# The others, each with its key and its file.
for name in client ui tenant-client; do
	ok with_pin coldca "create-$name-ca" --certs-dir=certs \
	    "--ca-key=pkcs11:token=ca;object=$name-ca"
done
is 'CA files' 'ca-client-tenant.crt ca-client.crt ca-ui.crt ca.crt' "$(names certs)"
refused 4 'the ledger has a client CA already' with_pin coldca \
    create-client-ca --certs-dir=elsewhere '--ca-key=pkcs11:token=ca;object=x'
is 'four keys' 4 "$(for crt in certs/*.crt; do
	openssl x509 -noout -pubkey -in "$crt" | sha256sum
done | sort -u | wc -l)"

sign two node node.csr --host=n1.example.com
sign two client max.csr --user=max
sign two ui ui.csr --host=console.example.com
openssl req -new -key tenant.key -subj /O=Cockroach/OU=Tenants/CN=5 \
    -addext subjectAltName=DNS:t5.example.com -out tenant-named.csr
sign two tenant-client tenant-named.csr --names-from-request
is 'a tenant gets' 'ca-client-tenant.crt ca-client.crt ca.crt client-tenant.5.crt' \
    "$(names two/tenant-client-5)"
signed_by two/tenant-client-5/client-tenant.5.crt certs/ca-client-tenant.crt
is 'a node gets' 'ca-client-tenant.crt ca-client.crt ca.crt node.crt' \
    "$(names two/node-n1.example.com)"
is 'a client gets' 'ca.crt client.max.crt' "$(names two/client-max)"
is 'the console gets' 'ca-ui.crt ca.crt ui.crt' "$(names two/ui-console.example.com)"
signed_by two/node-n1.example.com/node.crt certs/ca.crt
signed_by two/client-max/client.max.crt certs/ca-client.crt
signed_by two/ui-console.example.com/ui.crt certs/ca-ui.crt
lacks 'a client of the client CA under the cluster CA' openssl verify \
    -CAfile certs/ca.crt two/client-max/client.max.crt

# On demand another of the profile's CAs signs, and none that is not.
sign three client max.csr --user=max --ca=cluster
signed_by three/client-max/client.max.crt certs/ca.crt
refused 2 'a node certificate is not signed by a client CA' with_pin coldca \
    sign node node.csr --host=n1.example.com --ca=client --yes
refused 2 '--ca' with_pin coldca sign node node.csr --host=n --ca=root --yes

# Tenant scopes stand in the certificate, and only where they are ordered.
sign four client max.csr --user=max --tenant-scope=5,6 --tenant-name-scope=app
text four/client-max/client.max.crt >words
for uri in crdb://tenant/5/user/max crdb://tenant/6/user/max \
    crdb://tenant-name/app/user/max; do
	holds "$uri" grep -q "URI:$uri" words
done
text two/client-max/client.max.crt >words
lacks 'a scope nobody ordered' grep -q URI: words
refused 3 'tenant .0.' with_pin coldca sign client max.csr --user=max \
    --tenant-scope=0 --yes --out=five
refused 2 'has no user' with_pin coldca sign node node.csr --host=n1.example.com \
    --tenant-scope=5 --yes --out=five
refused 3 'tenant .0.' with_pin coldca sign tenant-client tenant.csr \
    --tenant=0 --host=t --yes --out=five
refused 2 'has no tenant' with_pin coldca sign node node.csr --tenant=5 \
    --yes --out=five

# OU=Tenants is for tenants alone.
refused 4 'OU=Tenants' with_pin coldca sign client tenant.csr --user=5 --yes \
    --out=five
lacks 'what was refused' test -e five

ok coldca ledger verify
finish
