# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # for the stories, and from lib.sh
#
# PostgreSQL 15 servers, each in a directory of its own: DIR/data, DIR/log,
# DIR/port, and DIR/tls.conf with the files that it shows and verifies with.

# The programs themselves: Debian's psql is a script that looks for one.
postgres=/usr/lib/postgresql/15/bin

need_postgres() {
	need "$postgres/psql" "$postgres/initdb" "$postgres/postgres"
}

# as_server COMMAND...: as somebody who is not root, which it insists on
as_server() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=postgres --regid=postgres --clear-groups \
		    env HOME=/ "$@"
	else
		"$@"
	fi
}

# to_server FILE...: what the server has to read or write is its own
to_server() {
	[ "$(id -u)" -ne 0 ] || chown -R postgres: "$@"
}

# make_postgres DIR: a server that lets in whoever has a certificate, and over
# its socket anybody
make_postgres() {
	chmod 711 "$work"
	mkdir "$1"
	to_server "$1"
	ok as_server "$postgres/initdb" -D "$1/data" -U postgres -A reject \
	    --no-sync --no-locale -E UTF8
	printf '%s\n' 'local all all trust' \
	    'hostssl all all 127.0.0.1/32 cert' >"$1/data/pg_hba.conf"
	cat >"$1/data/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		unix_socket_directories = '$1'
		ssl = on
		fsync = off
		include '$1/tls.conf'
	CONF
}

# set_tls DIR NAME=VALUE...: ssl_NAME is VALUE, from the next start or reload
set_tls() {
	conf=$1/tls.conf
	shift
	printf '%s\n' "$@" | sed "s/\([^=]*\)=\(.*\)/ssl_\1 = '\2'/" >"$conf"
}

servers=''
stop_postgres() {
	for server in $servers; do
		as_server "$postgres/pg_ctl" -D "$server/data" -m immediate \
		    stop >/dev/null 2>&1 || :
	done
}

# start_postgres DIR: on a port that was free a moment ago
start_postgres() {
	servers="$servers $1"
	at_exit=stop_postgres
	tries=0
	while :; do
		port=$(shuf -i 20000-60000 -n 1)
		ran as_server "$postgres/pg_ctl" -D "$1/data" -w -t 60 \
		    -l "$1/log" -o "-p $port" start
		[ "$status" -ne 0 ] || break
		tries=$((tries + 1))
		[ "$tries" -lt 5 ] || {
			failed 'PostgreSQL does not start'
			cat "$1/log"
			finish
		}
	done
	echo "$port" >"$1/port"
	loaded "$1" >"$1/loaded"
}

# as_admin DIR ARGUMENT...: psql over the socket
as_admin() {
	admin=$1
	shift
	"$postgres/psql" -X -At -h "$admin" -p "$(cat "$admin/port")" -U postgres \
	    -d postgres "$@"
}

# loaded DIR: when the files were read that a new connection meets
loaded() {
	as_admin "$1" -c 'SELECT pg_conf_load_time()'
}

# reload_postgres DIR: new connections meet the files that are there now
reload_postgres() {
	ok as_server "$postgres/pg_ctl" -D "$1/data" reload
	tries=0
	until loaded "$1" >"$1/loading" &&
	    ! cmp -s "$1/loaded" "$1/loading"; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || break
		sleep 0.05
	done
	mv "$1/loading" "$1/loaded"
	! grep 'SSL configuration was not reloaded' "$1/log" || {
		failed "$1: does not take its files"
		cat "$1/log"
		finish
	}
}

# as_user DIR TRUST CERT USER [WORD...]: psql over TLS, with the files TRUST,
# CERT.crt and CERT.key, and what more libpq is to be told; asks $query
query='SELECT current_user'
as_user() {
	words="host=localhost hostaddr=127.0.0.1 port=$(cat "$1/port")"
	words="$words dbname=postgres user=$4 sslmode=verify-full"
	words="$words sslrootcert=$2 sslcert=$3.crt sslkey=$3.key"
	shift 4
	PGCONNECT_TIMEOUT=30 "$postgres/psql" -X -w -At -c "$query" "$words $*"
}
