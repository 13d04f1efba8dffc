#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenSSL's server with the CRL, 30 kinds of certificates, two versions of TLS:
# a user who is revoked is refused, and with another certificate for the same
# key and name is not.

. "$(dirname "$0")/lib.sh"
need openssl

# start_s_server DIR CA: on a port of its choice, in $port
start_s_server() {
	rm -f s_server.log
	openssl s_server -accept 127.0.0.1:0 -cert "$1/node.crt" \
	    -key "$1/node.key" -CAfile "$2/ca.crt" -CRL "$2/ca.crl" \
	    -crl_check -Verify 1 -verify_return_error -www >s_server.log 2>&1 &
	children=$!
	at_exit=at_end
	tries=0
	until port=$(sed -n 's/^ACCEPT .*://p' s_server.log 2>/dev/null) &&
	    [ -n "$port" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || {
			failed "s_server does not start: $(cat s_server.log)"
			finish
		}
		sleep 0.05
	done
}

stop_s_server() {
	kill "$children"
	wait "$children" 2>/dev/null || :
	children=''
}

# visit WHAT VERSION CERT EXPECTED: the client is told so, `ok` or `server`
# and a REGEX; a line of verdicts
visit() {
	ran sh -c 'printf "GET / HTTP/1.0\r\n\r\n" | timeout 60 "$@" 2>&1' \
	    sh openssl s_client -connect "127.0.0.1:$port" -quiet \
	    "-tls${2%.*}_${2#*.}" -CAfile "$certs/$ca/ca.crt" \
	    -verify_return_error -cert "$3.crt" -key "$3.key"
	verdict=wrong
	! tr '\r\n' '  ' <out | grep -Eq "${4#* }" || verdict=right
	[ "$verdict" = right ] || {
		failed "$ca/$leaf/$1"
		said
	}
	printf '%s\t%s\t%s\n' "$verdict" "$ca/$leaf/$1 $2/openssl" \
	    "$4" >>verdicts
}

for ca in $cas; do
	for leaf in $leaves; do
		start_s_server "$certs/$ca/$leaf" "$certs/$ca/checked"
		for version in 1.2 1.3; do
			visit live "$version" "$certs/$ca/$leaf/client.$leaf" \
			    'ok HTTP/1.0 200 ok'
			visit user "$version" \
			    "$certs/$ca/revoked/$leaf/client.$leaf" \
			    'server alert certificate revoked'
		done
		# It knows why, too.
		is "$ca/$leaf: what the server says" 2 \
		    "$(grep -c 'error:num=23:certificate revoked' s_server.log)"
		stop_s_server
	done
done
awk -f "$here/table.awk" verdicts
finish
