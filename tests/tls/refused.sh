#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 30 kinds of certificates and four clients: what must not log in does not, and
# it is the right side that refuses, for the right reason.

. "$(dirname "$0")/lib.sh"
need_peers

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

# The versions of TLS take turns.
version=1.3
turn() {
	[ "$version" = 1.3 ] && version=1.2 || version=1.3
}

# refuse WHAT SERVER TRUST CERT USER HOST EXPECTED: by each client
refuse() {
	what=$1
	shift
	for client in $clients; do
		turn
		one_case "$ca/$leaf/$what/$client" "$client" "$version" "$@"
	done
	turn
}

for ca in $cas; do
	foreign=$(after "$ca" "$cas")
	for leaf in $leaves; do
		dir=$certs/$ca/$leaf
		trust=$certs/$ca/ca.crt
		own=$dir/client.$leaf
		denied="server certificate authentication failed for user"

		refuse 'wrong user' "$dir" "$trust" "$own" other localhost \
		    "$denied \"other\": .* valid for \\[\"$leaf\"\\]"
		refuse 'node as user' "$dir" "$trust" "$dir/node" "$leaf" \
		    localhost "$denied \"$leaf\": .* valid for \\[\"node\""
		refuse 'no cert' "$dir" "$trust" - "$leaf" localhost \
		    'server no client certificate was sent'
		refuse 'wrong host' "$dir" "$trust" "$own" "$leaf" \
		    wrong.example.com "client $wrong_host"

		# Every CA has the same name: the signature must tell.
		refuse 'foreign user' "$dir" "$trust" \
		    "$certs/$foreign/$leaf/client.$leaf" "$leaf" localhost \
		    'server certificate signed by unknown authority'
		refuse 'foreign node' "$dir" "$certs/$foreign/ca.crt" "$own" \
		    "$leaf" localhost "client $unknown_ca"

		# A client's certificate in the place of a node's.
		server=$work/server/$ca/$leaf
		mkdir -p "$server"
		cp "$trust" "$server/ca.crt"
		cp "$own.crt" "$server/node.crt"
		cp "$own.key" "$server/node.key"
		refuse 'user as node' "$server" "$trust" "$own" "$leaf" - \
		    "client $wrong_use"
	done
done
start_server
run_cases
judge
awk -v word=refused -f "$here/table.awk" verdicts
finish
