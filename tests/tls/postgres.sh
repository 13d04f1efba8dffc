#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# PostgreSQL 15 with each kind of node certificate, and users who log in with
# theirs; and with a client CA of its own for ssl_ca_file.

. "$(dirname "$0")/lib.sh"
. "$here/../e2e/lib-postgres.sh"
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

# serve_with DIR CA-FILE CURVE: the running server takes its node certificate
# from DIR, and verifies its users by CA-FILE.
round=0
serve_with() {
	round=$((round + 1))
	files=$server/$round
	mkdir "$files"
	cp "$1/node.crt" "$1/node.key" "$files"
	cp "$2" "$files/ca.crt"
	to_server "$files"
	set_tls "$server" "ca_file=$files/ca.crt" "cert_file=$files/node.crt" \
	    "key_file=$files/node.key" "ecdh_curve=$3"
	reload_postgres "$server"
}

# log_in VERSION TRUST CERT USER [HOST]
query='SELECT current_user, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
log_in() {
	as_user "$server" "$2" "$3" "$4" "host=${5:-localhost}" \
	    "ssl_min_protocol_version=TLSv$1 ssl_max_protocol_version=TLSv$1"
}

# logs_in: as log_in, and it works; counts
count=0
logs_in() {
	ok log_in "$@"
	is "who logged in with $3" "$4|TLSv$1" "$(cat out)"
	count=$((count + 1))
}

denied() {
	regex=$1
	shift
	refused 2 "$regex" log_in "$@"
	count=$((count + 1))
}

server=$work/server
make_postgres "$server"
cp "$certs/p256/p256/node.crt" "$certs/p256/p256/node.key" "$server"
to_server "$server"
set_tls "$server" "cert_file=$server/node.crt" "key_file=$server/node.key"
start_postgres "$server"
for leaf in $leaves other; do
	ok as_admin "$server" -c "CREATE ROLE $leaf LOGIN"
done
ok as_admin "$server" -c 'CREATE DATABASE defaultdb'

# Each kind of CA, of node and of user.
for ca in $cas; do
	trust=$certs/$ca/ca.crt
	foreign=$(after "$ca" "$cas")
	for leaf in $leaves; do
		own=$certs/$ca/$leaf/client.$leaf
		serve_with "$certs/$ca/$leaf" "$trust" "$(curve "$leaf")"
		logs_in 1.2 "$trust" "$own" "$leaf"
		logs_in 1.3 "$trust" "$own" "$leaf"
		denied 'authentication failed for user "other"' \
		    1.3 "$trust" "$own" other
		denied 'unknown ca|decrypt error' 1.3 "$trust" \
		    "$certs/$foreign/$leaf/client.$leaf" "$leaf"
		denied 'certificate verify failed' 1.2 \
		    "$certs/$foreign/ca.crt" "$own" "$leaf"
		denied 'does not match host name' 1.3 "$trust" "$own" \
		    "$leaf" wrong.example.com
	done
done
echo "PostgreSQL with 30 kinds of node and user: $count logins as they should"

# A CA for users alone: the server has it, the users do not.
make_token ca
make_ca
ok with_pin coldca create-client-ca --certs-dir=more \
    '--ca-key=pkcs11:token=ca;object=client-ca'
ok coldca request node localhost 127.0.0.1 --certs-dir=split
ok with_pin coldca sign node split/node.csr --names-from-request --yes
cp outbox/node-localhost/*.crt split
set --
for leaf in $leaves; do
	ok coldca request client "$leaf" --certs-dir=users "--key-type=$leaf"
	set -- "$@" "users/client.$leaf.csr"
done
ok with_pin coldca sign client "$@" --names-from-request --yes
ok with_pin coldca sign client users/client.p256.csr --names-from-request \
    --ca=cluster --yes --out=cluster
mkdir cluster/user
cp cluster/client-p256/client.p256.crt cluster/user
cp users/client.p256.key cluster/user
for leaf in $leaves; do
	cp "outbox/client-$leaf/"*.crt users
	ok openssl pkcs8 -topk8 -nocrypt -outform DER \
	    -in "users/client.$leaf.key" -out "users/client.$leaf.key.pk8"
	one_case "split/$leaf/login/jdbc" jdbc 1.3 - "$work/users/ca.crt" \
	    "$work/users/client.$leaf" "$leaf" localhost 'ok 1'
	printf '%s\t%s\n' "split/$leaf/login/jdbc" "$(cat "$server/port")" >>ports
done
is 'what a user has' 'ca.crt' "$(cd users && echo ca*.crt)"
serve_with split split/ca-client.crt prime256v1
for leaf in $leaves; do
	case $leaf in
	p384 | p521)
		denied 'illegal parameter' 1.2 users/ca.crt \
		    "users/client.$leaf" "$leaf"
		;;
	*) logs_in 1.2 users/ca.crt "users/client.$leaf" "$leaf" ;;
	esac
	logs_in 1.3 users/ca.crt "users/client.$leaf" "$leaf"
done
denied 'unknown ca|decrypt error' 1.3 users/ca.crt cluster/user/client.p256 p256
denied 'certificate verify failed' 1.3 split/ca-client.crt \
    users/client.p256 p256

ok java_client
cp out results
is 'JDBC logins' "$(cut -f 1 cases | sed 's/$/	ok	1/')" "$(cat results)"
echo "PostgreSQL with a client CA: $count logins as they should in all, and $(grep -c '	ok	' results) with JDBC"
finish
