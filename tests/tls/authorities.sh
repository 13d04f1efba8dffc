#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# CockroachDB's rules about the files of a certificate directory, the profiles
# and the dates: with one CA for all, with a client CA, with a tenants' CA.

. "$(dirname "$0")/lib.sh"
need_peers
need faketime
make_token ca
past='faketime -f -3h'
make_ca
past=''
mkdir one split tenants
cp "$ca_crt" one

# issue DIR PROFILE FILE OPTION...: a key and a certificate for it, FILE.crt
# and FILE.key in DIR, beside the CA certificates that come with them. Signs
# with $clock in front.
clock=''
issue() {
	to=$1 profile=$2 file=$3
	shift 3
	mkdir -p "$to"
	rm -rf issued
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -config /dev/null -subj / -keyout "$to/$file.key" \
	    -out request.csr 2>/dev/null
	# shellcheck disable=SC2086 # nothing, or a command in front
	ok with_pin $clock "$COLDCA" sign "$profile" request.csr "$@" --yes \
	    --out=issued
	cp issued/*/*.crt "$to"
	openssl pkcs8 -topk8 -nocrypt -outform DER -in "$to/$file.key" \
	    -out "$to/$file.key.pk8"
}

# One CA for everything.
hosts='--host=localhost --host=127.0.0.1'
clock='faketime -f -2h'
issue past client client.max --user=max --lifetime=1h
# shellcheck disable=SC2086 # a list of options
issue past node node --lifetime=1h $hosts
clock=''
# shellcheck disable=SC2086 # a list of options
issue one node node $hosts
issue one client client.max --user=max
issue scoped client client.max --user=max --tenant-scope=5
issue one ui ui --host=localhost
issue one tenant-client client-tenant.5 --tenant=5 --host=localhost

# A CA for clients.
ok with_pin coldca create-client-ca --certs-dir=one-more \
    '--ca-key=pkcs11:token=ca;object=client-ca'
# shellcheck disable=SC2086
issue split node node $hosts
is 'CA files of a split node' 'ca-client.crt ca.crt node.crt node.key node.key.pk8' \
    "$(names split)"
issue split client client.node --user=node
issue split.user client client.max --user=max
is 'CA files of a user' 'ca.crt client.max.crt client.max.key client.max.key.pk8' \
    "$(names split.user)"

# A CA for tenants.
ok with_pin coldca create-tenant-client-ca --certs-dir=two-more \
    '--ca-key=pkcs11:token=ca;object=tenant-ca'
# shellcheck disable=SC2086
issue tenants node node $hosts
issue tenants.5 tenant-client client-tenant.5 --tenant=5 --host=localhost

# Last, for the ledger's clock goes forwards only.
clock='faketime -f +9d'
issue future client client.max --user=max --ca=cluster
# shellcheck disable=SC2086
issue future node node $hosts

ca=any leaf=p256
trust=$work/one/ca.crt
user=$work/one/client.max

# let_in WHAT SERVER TRUST CERT [USER]: over both versions
let_in() {
	what=$1 who=${5:-max}
	for client in $clients; do
		for version in 1.2 1.3; do
			one_case "one/P-256/$what/$client $version" "$client" \
			    "$version" "$2" "$3" "$4" "$who" localhost \
			    "ok [$who TLSvVERSION P-256 ECDSA-SHA256]"
		done
	done
}

let_in 'one CA' "$work/one" "$trust" "$user"
let_in 'scoped user' "$work/one" "$trust" "$work/scoped/client.max"
each_client 'console as user' "$work/one" "$trust" "$work/one/ui" localhost \
    localhost 'server incompatible key usage'
each_client 'tenant as user' "$work/one" "$trust" "$work/one/client-tenant.5" \
    5 localhost 'server using tenant client certificate as user certificate'
each_client 'expired user' "$work/one" "$trust" "$work/past/client.max" max \
    localhost 'server certificate has expired .* is after'
each_client 'expired node' "$work/past" "$trust" "$user" max localhost \
    "client $expired"
each_client 'early user' "$work/one" "$trust" "$work/future/client.max" max \
    localhost 'server not yet valid: .* is before'
each_client 'early node' "$work/future" "$trust" "$user" max localhost \
    "client not yet valid|certificate verify failed|NotBefore"

# ca-client.crt takes the place of ca.crt, it does not come beside it.
let_in 'split CA' "$work/split" "$trust" "$work/split.user/client.max"
let_in 'node with client.node.crt' "$work/split" "$trust" \
    "$work/split/client.node" node
each_client 'user of the cluster CA' "$work/split" "$trust" "$user" max \
    localhost 'server certificate signed by unknown authority'
each_client 'user of the client CA' "$work/one" "$trust" \
    "$work/split.user/client.max" max localhost \
    'server certificate signed by unknown authority'
each_client 'node as user of a split node' "$work/split" "$trust" \
    "$work/split/node" node localhost \
    'server certificate signed by unknown authority'
each_client 'client CA as trust' "$work/split" "$work/split/ca-client.crt" \
    "$work/split.user/client.max" max localhost "client $unknown_ca"

# ca-client-tenant.crt does come beside it: the handshake is good, the user is
# not.
let_in 'beside tenants' "$work/tenants" "$trust" "$work/split.user/client.max"
each_client 'tenant' "$work/tenants" "$trust" "$work/tenants.5/client-tenant.5" \
    5 localhost 'server using tenant client certificate as user certificate'
each_client 'tenant without its CA' "$work/split" "$trust" \
    "$work/tenants.5/client-tenant.5" 5 localhost \
    'server certificate signed by unknown authority'

start_server
run_cases
judge
awk -f "$here/list.awk" verdicts
finish
