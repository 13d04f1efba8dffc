#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# A call of the token that never returns ends the program in the bound that
# --token-timeout sets, with the name of the call, and nothing is lost.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
begin fault
found_ca
requests 3

# hangs FUNCTION CALL WHEN
hangs() {
	plan "hang $1 $2"
	before=$(date +%s%N)
	sign --token-timeout=2 client.*.csr
	took=$((($(date +%s%N) - before) / 1000000))
	expect 5 "$1 $2 hangs"
	says "$1" "$1 $2 hangs"
	says 'coldca: error: ' "$1 $2 hangs"
	[ "$took" -lt 4000 ] || fail "$1 $2 hangs: ended after $took ms"
	plan
	agrees 0
	echo "$1 $2 hangs: ended after $took ms"
}

hangs C_Sign 1
hangs C_OpenSession 1
hangs C_Login 1
sign client.*.csr
expect 0 'the next run'
agrees 3
nothing_pending
