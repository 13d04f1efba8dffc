#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# PostgreSQL 15 with each kind of node certificate, and users who log in with
# theirs, both with a CRL; and with a CA for clients alone as ssl_ca_file.

. "$(dirname "$0")/lib.sh"
need_peers
need_postgres

# curve KIND: over TLS 1.2, PostgreSQL takes users with a key on the curve of
# ssl_ecdh_curve only, which is P-256 where nothing else is said.
curve() {
	case $1 in
	p384) echo secp384r1 ;;
	p521) echo secp521r1 ;;
	*) echo prime256v1 ;;
	esac
}

# serve_with DIR CA-FILE CURVE: the server takes its node certificate from DIR,
# and verifies its users by CA-FILE and the CRL that is beside it.
serve_with() {
	set_tls "$server" "ca_file=$2" "cert_file=$1/node.crt" \
	    "key_file=$1/node.key" "ecdh_curve=$3"
	crl=${2%.crt}.crl
	[ ! -e "$crl" ] || echo "ssl_crl_file = '$crl'" >>"$server/tls.conf"
	reload_postgres "$server"
}

# log_in VERSION TRUST CERT USER [HOST]: with the CRL that is beside TRUST
query='SELECT current_user, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
log_in() {
	more="ssl_min_protocol_version=TLSv$1 ssl_max_protocol_version=TLSv$1"
	crl=${2%.crt}.crl
	[ ! -e "$crl" ] || more="$more sslcrl=$crl"
	as_user "$server" "$2" "$3" "$4" "host=${5:-localhost} $more"
}

# logs_in, denied: as log_in, and it works, or does not; count
let_in=0 denied=0
logs_in() {
	ok log_in "$@"
	is "who logged in with $3" "$4|TLSv$1" "$(cat out)"
	let_in=$((let_in + 1))
}

denied() {
	regex=$1
	shift
	refused 2 "$regex" log_in "$@"
	denied=$((denied + 1))
}

server=$work/server
make_postgres "$server"
# It reads no key of somebody else's.
cp -r "$certs" "$server/certs"
to_server "$server/certs"
set_tls "$server" "cert_file=$server/certs/p256/p256/node.crt" \
    "key_file=$server/certs/p256/p256/node.key"
start_postgres "$server"
for leaf in $leaves node other; do
	ok as_admin "$server" -c "CREATE ROLE $leaf LOGIN"
done
ok as_admin "$server" -c 'CREATE DATABASE defaultdb'

# Each kind of CA, of node and of user; both sides with the CRL.
for ca in $cas; do
	issued=$server/certs/$ca
	trust=$issued/checked/ca.crt
	foreign=$server/certs/$(after "$ca" "$cas")
	for leaf in $leaves; do
		own=$issued/$leaf/client.$leaf
		serve_with "$issued/$leaf" "$trust" "$(curve "$leaf")"
		for version in 1.2 1.3; do
			logs_in "$version" "$trust" "$own" "$leaf"
			denied 'certificate revoked' "$version" "$trust" \
			    "$issued/revoked/$leaf/client.$leaf" "$leaf"
		done
		denied 'authentication failed for user "other"' \
		    1.3 "$trust" "$own" other
		denied 'unknown ca|decrypt error' 1.3 "$trust" \
		    "$foreign/$leaf/client.$leaf" "$leaf"
		denied 'certificate verify failed' 1.2 \
		    "$foreign/ca.crt" "$own" "$leaf"
		denied 'does not match host name' 1.3 "$trust" "$own" \
		    "$leaf" wrong.example.com

		# A node that is revoked is refused by who knows it.
		serve_with "$issued/revoked/$leaf" "$trust" "$(curve "$leaf")"
		for version in 1.2 1.3; do
			denied 'certificate verify failed' "$version" \
			    "$trust" "$own" "$leaf"
			logs_in "$version" "$issued/ca.crt" "$own" "$leaf"
		done
	done
done
is 'how often a user has told the server that its node is revoked' 60 \
    "$(grep -c 'alert certificate revoked' "$server/log")"
echo "PostgreSQL with 30 kinds of node and user: $let_in log in and $denied are refused as they should"

# A CA for clients alone: the server verifies with it, users with the other.
make_token ca
make_ca
ok with_pin coldca create-client-ca --certs-dir=more \
    '--ca-key=pkcs11:token=ca;object=client-ca'

# issue OUT PROFILE CSR OPTION...
issue() {
	out=$1
	shift
	ok with_pin coldca sign "$@" --yes "--out=$out"
}

# A node of each kind, in a directory of the server's, with what it shows where
# it is a client itself.
for leaf in $leaves; do
	mkdir "$leaf"
	to_server "$leaf"
	ok coldca request node localhost 127.0.0.1 "--certs-dir=$leaf" \
	    "--key-type=$leaf"
	ok coldca request client node "--certs-dir=$leaf" "--key-type=$leaf"
	issue "$leaf.out" node "$leaf/node.csr" --names-from-request
	issue "$leaf.out" client "$leaf/client.node.csr" --user=node
	ok coldca install "$leaf.out/node-localhost" "$leaf.out/client-node" \
	    "--certs-dir=$leaf"
	ok coldca request client "$leaf" --certs-dir=users "--key-type=$leaf" \
	    --also-generate-pkcs8-key
	issue users.out client "users/client.$leaf.csr" "--user=$leaf"
	ok coldca install "users.out/client-$leaf" --certs-dir=users
done
is 'what a node has' \
    'ca-client.crt ca.crt client.node.crt client.node.csr client.node.key coldca-installed.txt node.crt node.csr node.key' \
    "$(names p256)"
is 'what a user has' 'ca.crt' "$(cd users && echo ca*.crt)"
mkdir cluster
cp users/client.p256.key cluster
issue cluster.out client users/client.p256.csr --user=p256 --ca=cluster
ok coldca install cluster.out/client-p256 --certs-dir=cluster

for leaf in $leaves; do
	serve_with "$work/$leaf" "$work/$leaf/ca-client.crt" "$(curve "$leaf")"
	for version in 1.2 1.3; do
		logs_in "$version" users/ca.crt "users/client.$leaf" "$leaf"
		logs_in "$version" "$leaf/ca.crt" "$leaf/client.node" node
	done
	denied 'unknown ca|decrypt error' 1.3 "$leaf/ca.crt" "$leaf/node" node
done
# With the curve of where nothing is said:
serve_with "$work/p256" "$work/p256/ca-client.crt" prime256v1
for leaf in p384 p521; do
	denied 'illegal parameter' 1.2 users/ca.crt "users/client.$leaf" "$leaf"
done
for leaf in $leaves; do
	one_case "split/$leaf/login/jdbc" jdbc 1.3 - "$work/users/ca.crt" \
	    "$work/users/client.$leaf" "$leaf" localhost 'ok 1'
	printf '%s\t%s\n' "split/$leaf/login/jdbc" "$(cat "$server/port")" >>ports
done
denied 'unknown ca|decrypt error' 1.3 users/ca.crt cluster/client.p256 p256
denied 'certificate verify failed' 1.3 p256/ca-client.crt \
    users/client.p256 p256

ok java_client
cp out results
is 'JDBC logins' "$(cut -f 1 cases | sed 's/$/	ok	1/')" "$(cat results)"
echo "and with a client CA: $let_in and $denied in all, and $(grep -c '	ok	' results) log in with JDBC"
finish
