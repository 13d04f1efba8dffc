#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 30 kinds of certificates and four clients: what must not log in does not, and
# it is the right side that refuses, for the right reason.

. "$(dirname "$0")/lib.sh"
need_peers

for ca in $cas; do
	foreign=$(after "$ca" "$cas")
	for leaf in $leaves; do
		dir=$certs/$ca/$leaf
		trust=$certs/$ca/ca.crt
		own=$dir/client.$leaf
		denied="server certificate authentication failed for user"

		each_client 'wrong user' "$dir" "$trust" "$own" other localhost \
		    "$denied \"other\": .* valid for \\[\"$leaf\"\\]"
		each_client 'node as user' "$dir" "$trust" "$dir/node" "$leaf" \
		    localhost "$denied \"$leaf\": .* valid for \\[\"node\""
		each_client 'no cert' "$dir" "$trust" - "$leaf" localhost \
		    'server no client certificate was sent'
		each_client 'wrong host' "$dir" "$trust" "$own" "$leaf" \
		    wrong.example.com "client $wrong_host"

		# Every CA has the same name: the signature must tell.
		each_client 'foreign user' "$dir" "$trust" \
		    "$certs/$foreign/$leaf/client.$leaf" "$leaf" localhost \
		    'server certificate signed by unknown authority'
		each_client 'foreign node' "$dir" "$certs/$foreign/ca.crt" "$own" \
		    "$leaf" localhost "client $unknown_ca"

		# For the same keys and names, until an hour ago.
		each_client 'expired user' "$dir" "$trust" \
		    "$certs/$ca/expired/$leaf/client.$leaf" "$leaf" localhost \
		    'server certificate has expired .* is after'
		each_client 'expired node' "$certs/$ca/expired/$leaf" "$trust" \
		    "$own" "$leaf" localhost "client $expired"

		# A client's certificate in the place of a node's.
		server=$work/server/$ca/$leaf
		mkdir -p "$server"
		cp "$trust" "$server/ca.crt"
		cp "$own.crt" "$server/node.crt"
		cp "$own.key" "$server/node.key"
		each_client 'user as node' "$server" "$trust" "$own" "$leaf" - \
		    "client $wrong_use"
	done
done
start_server
run_cases
judge
awk -f "$here/table.awk" verdicts
finish
