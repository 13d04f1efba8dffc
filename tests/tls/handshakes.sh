#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 30 kinds of certificates, two versions of TLS, four clients: each logs in to
# the Go server, which verifies as CockroachDB does.

. "$(dirname "$0")/lib.sh"
need_peers

for ca in $cas; do
	for leaf in $leaves; do
		dir=$certs/$ca/$leaf
		for version in 1.2 1.3; do
			# The name once, the address once.
			host=localhost
			[ "$version" = 1.2 ] || host=127.0.0.1
			words="[$leaf TLSv$version $(key_name "$leaf")"
			words="$words $(signature_name "$ca")]"
			for client in $clients; do
				one_case "$ca/$leaf/TLS $version/$client" \
				    "$client" "$version" "$dir" \
				    "$certs/$ca/ca.crt" "$dir/client.$leaf" \
				    "$leaf" "$host" "ok $words"
			done
		done
	done
done
start_server
run_cases
judge
awk -f "$here/table.awk" verdicts
finish
