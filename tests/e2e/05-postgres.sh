#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A SQL server that runs with a bundle, and clients that log in with theirs.

. "$(dirname "$0")/lib.sh"
postgres=/usr/lib/postgresql/15/bin
need psql "$postgres/initdb" "$postgres/postgres" faketime jq
make_token ca
make_ca

# The server runs as somebody who is not root.
as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=postgres --regid=postgres --clear-groups \
		    env HOME="$server" "$@"
	else
		"$@"
	fi
}

# issue USER CA-DIR DIR [OPTION...]: client.USER with its key in DIR
issue() {
	user=$1 ca=$2 dir=$3
	shift 3
	ok coldca request client "$user" "--certs-dir=$dir"
	ok with_pin coldca sign client "$dir/client.$user.csr" "--user=$user" \
	    --yes "--ca-dir=$ca" "--out=$dir.outbox" "$@"
	ok coldca install "$dir.outbox/client-$user" "--certs-dir=$dir"
}

ok coldca request node localhost 127.0.0.1 --certs-dir=node
ok with_pin coldca sign node node/node.csr --host localhost --host 127.0.0.1 --yes
ok coldca install outbox/node-localhost --certs-dir=node
issue maxroach .coldca maxroach
issue other .coldca other

# A pair as `cockroach cert` makes it, key and certificate on the jumpbox.
ok with_pin coldca cert create-client paired --certs-dir=paired --key-size=2048

# From another CA, with the same names in it.
issuing_ca=$ca_crt
make_ca another-ca another-ca
issue maxroach another-ca foreign
ca_crt=$issuing_ca

# From the right CA, but over since an hour.
ok coldca request client maxroach --certs-dir=expired
ok with_pin faketime -f -2h "$COLDCA" sign client expired/client.maxroach.csr \
    --user=maxroach --yes --out=expired.outbox --lifetime=1h
cp expired.outbox/client-maxroach/client.maxroach.crt expired

server=$work/server
mkdir "$server"
cp node/node.crt node/node.key node/ca.crt "$server"
chmod 600 "$server/node.key"
chmod 711 "$work"
[ "$(id -u)" -ne 0 ] || chown -R postgres: "$server"

stop_server() {
	as_server "$postgres/pg_ctl" -D "$server/data" -m immediate stop \
	    >/dev/null 2>&1 || :
}

ok as_server "$postgres/initdb" -D "$server/data" -U postgres -A reject \
    --no-sync --no-locale -E UTF8
cat >"$server/data/pg_hba.conf" <<'HBA'
local   all all           trust
hostssl all all 127.0.0.1/32 cert
HBA
cat >"$server/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$server'
ssl = on
ssl_ca_file = '$server/ca.crt'
ssl_cert_file = '$server/node.crt'
ssl_key_file = '$server/node.key'
fsync = off
CONF
at_exit=stop_server
tries=0
while :; do
	port=$(shuf -i 20000-60000 -n 1)
	ran as_server "$postgres/pg_ctl" -D "$server/data" -w -t 30 \
	    -l "$server/log" -o "-p $port" start
	[ "$status" -ne 0 ] || break
	tries=$((tries + 1))
	[ "$tries" -lt 5 ] || {
		failed 'the server does not start with the bundle'
		cat "$server/log"
		finish
	}
done
ok psql -h "$server" -p "$port" -U postgres -d postgres \
    -c 'CREATE ROLE maxroach LOGIN' -c 'CREATE ROLE other LOGIN' \
    -c 'CREATE ROLE paired LOGIN'

# log_in USER DIR CERT-USER [HOST]: psql over TLS with the files of DIR
log_in() {
	PGCONNECT_TIMEOUT=20 psql -At -c 'SELECT current_user' \
	    "host=${4:-localhost} hostaddr=127.0.0.1 port=$port dbname=postgres user=$1 sslmode=verify-full sslrootcert=$work/node/ca.crt sslcert=$work/$2/client.$3.crt sslkey=$work/$2/client.$3.key"
}

ok log_in maxroach maxroach maxroach
is 'who logged in' maxroach "$(cat out)"
ok log_in other other other
is 'who logged in' other "$(cat out)"
ok log_in paired paired paired
is 'who logged in' paired "$(cat out)"

refused 2 'certificate authentication failed for user "other"' log_in other maxroach maxroach
refused 2 'certificate authentication failed for user "postgres"' log_in postgres maxroach maxroach
refused 2 'unknown ca' log_in maxroach foreign maxroach
refused 2 'certificate (has )?expired' log_in maxroach expired maxroach
refused 2 'does not match host name|certificate verify failed|server certificate' log_in maxroach maxroach maxroach example.com
refused 2 'certificate|SSL|ssl' env PGCONNECT_TIMEOUT=20 psql -c 'SELECT 1' \
    "host=localhost hostaddr=127.0.0.1 port=$port dbname=postgres user=maxroach sslmode=verify-full sslrootcert=$work/node/ca.crt sslcert=$work/none sslkey=$work/none"
finish
