# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the TLS tests share, on top of the stories' lib.sh: the kinds of keys,
# and how cases are run and judged (README.md here).
#
# From outside: COLDCA; TLS_DIR, where build.sh and certs.sh leave what the
# other tests use.
#
# shellcheck disable=SC2034,SC2154 # variables for and from other files

: "${TLS_DIR:?where the certificates and the programs are}"
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../e2e/lib.sh"
. "$here/../e2e/lib-postgres.sh"

cas='rsa rsapss p256 p384 p521 ed25519'
leaves='rsa p256 p384 p521 ed25519'
clients='go openssl psql jdbc'
certs=$TLS_DIR/certs
peer=$TLS_DIR/peer
jdbc=/usr/share/java/postgresql.jar

# need_peers: what build.sh makes, where it could
need_peers() {
	need "$peer" openssl "$postgres/psql"
	find_java
}

# find_java: Debian's Java 17, whichever is the machine's default
find_java() {
	for java in /usr/lib/jvm/java-17-openjdk-*/bin/java; do
		[ -x "$java" ] && return
	done
	echo "skipped: no Java 17 here"
	exit 77
}

# key_name KIND: what the peers call it
key_name() {
	case $1 in
	rsa) echo RSA-2048 ;;
	p256) echo P-256 ;;
	p384) echo P-384 ;;
	p521) echo P-521 ;;
	ed25519) echo Ed25519 ;;
	esac
}

# signature_name CA: what the peers call a signature by this CA
signature_name() {
	case $1 in
	rsa) echo SHA256-RSA ;;
	rsapss) echo SHA256-RSAPSS ;;
	p256) echo ECDSA-SHA256 ;;
	p384) echo ECDSA-SHA384 ;;
	p521) echo ECDSA-SHA512 ;;
	ed25519) echo Ed25519 ;;
	esac
}

# after WORD LIST: the word that follows WORD in LIST, around the corner
after() {
	echo "$2 $2" | sed "s/.*\<$1 \([a-z0-9]*\).*/\1/"
}

# one_case ID CLIENT VERSION SERVER TRUST CERT USER HOST EXPECTED
one_case() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@" |
	    sed "s/VERSION/$3/" >>cases
}

# Each client says in words of its own why it does not trust a server.
unknown_ca='unknown authority|certificate signature failure'
unknown_ca="$unknown_ca|unable to get local issuer certificate"
unknown_ca="$unknown_ca|certificate verify failed|PKIX path .* failed"
unknown_ca="$unknown_ca|signature check failed"
wrong_host='not wrong\.example\.com|[Hh]ostname mismatch'
wrong_host="$wrong_host|does not match host name \"wrong"
wrong_host="$wrong_host|wrong\.example\.com could not be verified"
wrong_use='incompatible key usage|(unsupported|unsuitable) certificate purpose'
wrong_use="$wrong_use|certificate verify failed"
wrong_use="$wrong_use|does not permit use for TLS server"
expired='certificate has expired|certificate verify failed|NotAfter'

# The versions of TLS take turns.
version=1.3
turn() {
	[ "$version" = 1.3 ] && version=1.2 || version=1.3
}

# each_client WHAT SERVER TRUST CERT USER HOST EXPECTED: a case for each client
each_client() {
	what=$1
	shift
	for client in $clients; do
		turn
		one_case "$ca/$leaf/$what/$client" "$client" "$version" "$@"
	done
	turn
}

at_end() {
	for pid in $children; do
		kill "$pid" 2>/dev/null || :
	done
}

# start_server: the Go server, with a port for each case; in ports
children=''
start_server() {
	"$peer" serve cases ports log &
	server_pid=$!
	children="$children $server_pid"
	at_exit=at_end
	tries=0
	until [ -e ports ]; do
		tries=$((tries + 1))
		if [ "$tries" -gt 300 ] || ! kill -0 "$server_pid"; then
			failed 'the server does not start'
			finish
		fi
		sleep 0.1
	done
}

# each_case CLIENT COMMAND: runs COMMAND with the fields of each case in
# variables, and the port; in results.CLIENT
each_case() {
	wanted=$1 command=$2
	tab=$(printf '\t')
	paste cases ports | cut -f 1-9,11 >"cases.$wanted"
	while IFS=$tab read -r id client version server trust cert user host \
	    expected port; do
		[ "$client" = "$wanted" ] || continue
		printf '\n@case %s\n' "$id"
		"$command" </dev/null
	done <"cases.$wanted" >"said.$wanted"
	tr '\000' '\n' <"said.$wanted" |
	    awk -f "$here/answers.awk" >"results.$wanted"
}

# by_openssl: s_client, which says what "$peer" hello has prepared
by_openssl() {
	[ -e "hello.$user" ] || "$peer" hello "$user" >"hello.$user"
	set -- -connect "127.0.0.1:$port" -starttls postgres -quiet \
	    "-tls${version%.*}_${version#*.}" -CAfile "$trust" \
	    -verify_return_error
	case $host in
	-) ;;
	*[!0-9.]*) set -- "$@" -verify_hostname "$host" -servername "$host" ;;
	*) set -- "$@" -verify_ip "$host" ;;
	esac
	[ "$cert" = - ] || set -- "$@" -cert "$cert.crt" -key "$cert.key"
	crl=${trust%/*}/ca.crl
	[ ! -e "$crl" ] || set -- "$@" -crl_check -CRL "$crl"
	# Its status does not tell whether the server was content.
	timeout 30 openssl s_client "$@" <"hello.$user" 2>&1 || :
}

by_psql() {
	mode=verify-full
	name=$host
	[ "$host" != - ] || mode=verify-ca name=localhost
	words="host=$name hostaddr=127.0.0.1 port=$port dbname=defaultdb"
	words="$words user=$user sslmode=$mode sslrootcert=$trust"
	if [ "$cert" = - ]; then
		words="$words sslcert=none sslkey=none"
	else
		words="$words sslcert=$cert.crt sslkey=$cert.key"
	fi
	crl=${trust%/*}/ca.crl
	[ ! -e "$crl" ] || words="$words sslcrl=$crl"
	words="$words ssl_min_protocol_version=TLSv$version"
	words="$words ssl_max_protocol_version=TLSv$version"
	PGCONNECT_TIMEOUT=30 "$postgres/psql" -X -w -At -c 'SELECT 1' \
	    "$words" 2>&1 || :
}

# java_client: what came of the cases whose client is jdbc
java_client() {
	printf '127.0.0.1 localhost\n127.0.0.1 wrong.example.com\n' >hosts
	"$java" "-Duser.home=$work" "-Djdk.net.hosts.file=$work/hosts" \
	    -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$TLS_DIR:$jdbc" \
	    Client cases ports
}

# run_cases: all of them, each kind of client beside the others; in results
run_cases() {
	if cut -f 2 cases | grep -qx jdbc; then
		java_client >results.java 2>java.err &
		java_pid=$!
		children="$children $java_pid"
	else
		java_pid=''
		: >results.java
	fi
	ok "$peer" dial cases ports
	cp out results.go
	each_case openssl by_openssl &
	openssl_pid=$!
	each_case psql by_psql
	wait "$openssl_pid"
	[ -z "$java_pid" ] || wait "$java_pid" || {
		failed 'the Java client does not end well'
		cat java.err
	}
	cat results.go results.openssl results.psql results.java >results
}

# wait_for_log: until the server has said something of each case; of a client
# that does not even connect it says nothing.
wait_for_log() {
	tries=0
	while [ "$(cut -f 1 log | sort -u | wc -l)" -lt "$(wc -l <cases)" ] &&
	    [ "$tries" -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
}

# judge: each case ended as it should, and on the side that it should
judge() {
	wait_for_log
	awk -f "$here/judge.awk" log results cases >verdicts
	wrong=$(grep -c '^wrong' verdicts || :)
	[ "$wrong" -eq 0 ] || {
		failed "$wrong of $(wc -l <cases) cases"
		grep '^wrong' verdicts
	}
}
