#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# create-client, create-ui, create-tenant-client and create-tenant-signing as in
# `cockroach cert`: what they make, who signs it, and all that they refuse.

. "$(dirname "$0")/pairs.sh"
. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
key='pkcs11:token=ca;object=cluster-ca'
client_key='pkcs11:token=ca;object=client-ca'
ok coldca init --mode=test "--module=$module"

ok with_pin coldca create-ca --certs-dir=certs "--ca-key=$key"
first=$(cat certs/ca.crt)

# --- create-client
ok make create-client Root --also-generate-pkcs8-key --overwrite
pair certs/client.root

# A name beyond ASCII is listed whatever the locale is.
ok make create-client größe
for locale in C C.UTF-8; do
	ok env LC_ALL=$locale timeout 30 "$COLDCA" ledger list
	says 'client-größe'
	ok env LC_ALL=$locale timeout 30 "$COLDCA" list --certs-dir=certs
	says 'größe'
done

is 'subject' 'subject=CN=root,O=Cockroach' "$(subject certs/client.root.crt)"
is 'purpose' 'TLS Web Client Authentication' \
    "$(extension certs/client.root.crt extendedKeyUsage)"
is 'mode of the key for Java' 600 "$(stat -c %a certs/client.root.key.pk8)"
is 'the key for Java' "$(openssl pkey -in certs/client.root.key -pubout)" \
    "$(openssl pkey -inform DER -in certs/client.root.key.pk8 -pubout)"
refused 8 'client\.root\.key\.pk8: would be left' make create-client root --overwrite
pair certs/client.root
for user in 'max roach' '' a/b .hidden -- 日本 \
    "$(printf 'a%.0s' $(seq 64))"; do
	refused '2|3' '' make create-client -- "$user"
done
refused 2 'one word too many' make create-client max root
refused 3 'user name a/b' make create-client a/b --disable-username-validation
refused 3 'user name \.hidden' make create-client .hidden --disable-username-validation
refused 3 'Max@Example\.com' make create-client Max@Example.com
warns '--disable-username-validation'
ok make create-client Max@Example.com --disable-username-validation
warns 'identity map'
pair certs/client.max@example.com
ok make create-client max --disable-username-validation
lacks 'a warning about a valid name' grep -q 'identity map' err
ok make create-client scoped --tenant-scope=123 --tenant-scope=456 \
    --tenant-name-scope=app
is 'scopes' 'URI:crdb://tenant/123/user/scoped, URI:crdb://tenant/456/user/scoped, URI:crdb://tenant-name/app/user/scoped' \
    "$(extension certs/client.scoped.crt subjectAltName)"
refused 3 'tenant .0.' make create-client other --tenant-scope=0

# --- whom cockroach would take it for
refused 2 '--cert-principal-map: .foo. is not' make create-client other \
    --cert-principal-map=a:b,foo
ok make create-client other --cert-principal-map=max:root
lacks 'a warning about another' grep -q warning err
ok make create-client other --cert-principal-map=other:root --overwrite
warns 'takes the certificate of .other. for .root.'
ok make create-node n1.example.com --overwrite \
    --cert-principal-map=node:x,n1.example.com:node \
    --node-cert-distinguished-name=O=Cockroach,CN=node
lacks 'a warning about a node that is one' grep -q warning err
ok make create-node n1.example.com --overwrite \
    --node-cert-distinguished-name=CN=node,O=Cockroach
warns 'refuses the subject'

# --- a client CA signs clients from then on, with its own key
ok with_pin coldca create-client-ca --certs-dir=certs "--ca-key=$client_key" \
    --key-type=rsa --key-size=2048
refused 5 '' make create-client late
ok with_pin coldca create-client late --certs-dir=certs "--ca-key=$client_key"
signed_by certs/client.late.crt certs/ca-client.crt
ok with_pin coldca create-client later --certs-dir=certs
signed_by certs/client.later.crt certs/ca-client.crt
ok make create-node n1.example.com --overwrite
signed_by certs/node.crt certs/ca.crt
ok with_pin coldca create-client early --ca=cluster --certs-dir=certs
signed_by certs/client.early.crt certs/ca.crt

# --- create-ui, create-tenant-client, create-tenant-signing
ok make create-ui console.example.com 10.0.0.9
pair certs/ui
is 'subject' 'subject=CN=console.example.com,O=Cockroach' "$(subject certs/ui.crt)"
is 'purpose' 'TLS Web Server Authentication' "$(extension certs/ui.crt extendedKeyUsage)"
refused 2 'needs NUMBER HOST' make create-tenant-client 5
refused 3 'tenant .0.' make create-tenant-client 0 t.example.com
refused 3 'tenant .five.' make create-tenant-client five t.example.com
ok with_pin coldca create-tenant-client 5 t5.example.com --certs-dir=certs
pair certs/client-tenant.5
signed_by certs/client-tenant.5.crt certs/ca-client.crt
is 'subject' 'subject=CN=5,OU=Tenants,O=Cockroach' "$(subject certs/client-tenant.5.crt)"
refused 3 'tenant .0.' coldca create-tenant-signing 0 --certs-dir=certs
refused 2 'one word too many' coldca create-tenant-signing 5 6 --certs-dir=certs
refused 4 'lifetime 50000h' coldca create-tenant-signing 5 --certs-dir=certs --lifetime=50000h
ok coldca create-tenant-signing 5 --certs-dir=certs --ca-key=unused.key --key-size=2048
pair certs/tenant-signing.5
is 'subject' 'subject=CN=Tenant 5 Token Signing Certificate' "$(subject certs/tenant-signing.5.crt)"
signed_by certs/tenant-signing.5.crt certs/tenant-signing.5.crt
is 'usage' 'Digital Signature' "$(extension certs/tenant-signing.5.crt keyUsage)"
refused 8 'is there already' coldca create-tenant-signing 5 --certs-dir=certs
ok coldca create-tenant-signing 5 --certs-dir=certs --overwrite --json
is 'JSON' tenant-signing.5.key "$(jq -r .key out)"

# --- the policy is asked for pairs as for requests
sed 's/users: .*/users: ["app-*"]/; s/tenants: .*/tenants: ["7"]/; s/dns: .*/dns: [".example.com"]/' \
    .coldca/policy.yaml >policy && cat policy >.coldca/policy.yaml
count=$(serials)
refused 4 'policy permits no such user' with_pin coldca create-client root --certs-dir=x
refused 4 'policy permits no such user' with_pin coldca create-client Max@X \
    --certs-dir=x --disable-username-validation
refused 4 'policy permits no such DNS' make create-node n1.example.org --overwrite
refused 4 'policy permits no such tenant' coldca create-tenant-signing 5 --certs-dir=x
is 'serials' "$count" "$(serials)"
lacks 'what was refused' test -e x
ok with_pin coldca create-client app-1 --certs-dir=fresh --json
is 'JSON' client.app-1.crt "$(jq -r .certificate out)"
is 'a fresh directory gets the CA' 'ca.crt client.app-1.crt client.app-1.key' "$(names fresh)"

# --- CA files that do not go with this CA directory
ok coldca init --mode=test "--module=$module" --ca-dir=other
ok with_pin coldca create-ca --ca-dir=other --certs-dir=other-certs \
    '--ca-key=pkcs11:token=ca;object=other-ca'
refused 4 'certs/ca\.crt: its first certificate .* is not a cluster CA' with_pin \
    coldca create-node n1.example.com --ca-dir=other --certs-dir=certs --overwrite
ok make create-ca --overwrite --allow-ca-key-reuse
mkdir stale
printf '%s\n' "$first" >stale/ca.crt
refused 4 'stale/ca\.crt: does not hold the CA that signs' with_pin coldca \
    create-node n1.example.com --certs-dir=stale
is 'a stale directory' ca.crt "$(names stale)"
mkdir broken
echo x >broken/ca.crt
refused 3 'broken/ca\.crt' with_pin coldca create-node n1.example.com --certs-dir=broken
is 'a broken directory' ca.crt "$(names broken)"

ok coldca list --certs-dir=certs --cert-principal-map=a:b
ok coldca ledger verify
finish
