#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# PostgreSQL 15 with each kind of node certificate, and users who log in with
# theirs; and with a client CA of its own for ssl_ca_file.

. "$(dirname "$0")/lib.sh"
postgres=/usr/lib/postgresql/15/bin
need_peers
need "$postgres/initdb" "$postgres/postgres"

# The server runs as somebody who is not root.
as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=postgres --regid=postgres --clear-groups \
		    env HOME="$server" "$@"
	else
		"$@"
	fi
}

stop_server() {
	as_server "$postgres/pg_ctl" -D "$server/data" -m immediate stop \
	    >/dev/null 2>&1 || :
}

# start_postgres: on a port that was free a moment ago
start_postgres() {
	tries=0
	while :; do
		port=$(shuf -i 20000-60000 -n 1)
		ran as_server "$postgres/pg_ctl" -D "$server/data" -w -t 60 \
		    -l "$server/log" -o "-p $port" start
		[ "$status" -ne 0 ] || return 0
		tries=$((tries + 1))
		[ "$tries" -lt 5 ] || break
	done
	failed 'PostgreSQL does not start'
	cat "$server/log"
	finish
}

as_admin() {
	psql -X -At -h "$server" -p "$port" -U postgres -d postgres "$@"
}

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
serve_with() {
	round=$((round + 1))
	files=$server/$round
	mkdir "$files"
	cp "$1/node.crt" "$1/node.key" "$files"
	cp "$2" "$files/ca.crt"
	chmod 600 "$files/node.key"
	[ "$(id -u)" -ne 0 ] || chown -R postgres: "$files"
	printf "ssl_%s_file = '$files/%s'\n" ca ca.crt cert node.crt \
	    key node.key >"$server/tls.conf"
	echo "ssl_ecdh_curve = '$3'" >>"$server/tls.conf"
	ok as_server "$postgres/pg_ctl" -D "$server/data" reload
	tries=0
	until [ "$(as_admin -c 'SHOW ssl_cert_file')" = "$files/node.crt" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || {
			failed "the server does not take $1"
			cat "$server/log"
			finish
		}
		sleep 0.05
	done
}

# log_in VERSION TRUST CERT USER [HOST]
log_in() {
	PGCONNECT_TIMEOUT=30 psql -X -w -At -c "SELECT current_user, version
	    FROM pg_stat_ssl WHERE pid = pg_backend_pid()" \
	    "host=${5:-localhost} hostaddr=127.0.0.1 port=$port dbname=postgres user=$4 sslmode=verify-full sslrootcert=$2 sslcert=$3.crt sslkey=$3.key ssl_min_protocol_version=TLSv$1 ssl_max_protocol_version=TLSv$1"
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
round=0
mkdir "$server"
chmod 711 "$work"
: >"$server/tls.conf"
[ "$(id -u)" -ne 0 ] || chown postgres: "$server"
ok as_server "$postgres/initdb" -D "$server/data" -U postgres -A reject \
    --no-sync --no-locale -E UTF8
printf '%s\n' 'local all all trust' 'hostssl all all 127.0.0.1/32 cert' \
    >"$server/data/pg_hba.conf"
cp "$certs/p256/p256/node.crt" "$certs/p256/p256/node.key" "$server/data"
mv "$server/data/node.crt" "$server/data/server.crt"
mv "$server/data/node.key" "$server/data/server.key"
[ "$(id -u)" -ne 0 ] || chown postgres: "$server/data/server."*
cat >"$server/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$server'
ssl = on
fsync = off
include '$server/tls.conf'
CONF
at_exit=stop_server
start_postgres
for leaf in $leaves other; do
	ok as_admin -c "CREATE ROLE $leaf LOGIN"
done

ok as_admin -c 'CREATE DATABASE defaultdb'

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
	printf '%s\t%s\n' "split/$leaf/login/jdbc" "$port" >>ports
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
