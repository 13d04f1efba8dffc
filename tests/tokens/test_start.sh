#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: test_start.sh KIND
#
# The token is seen, makes a key, signs with it, and is gone without a trace.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/test_lib.sh"

start "$1" "$dir"
if [ -e "$dir/daemons" ]; then
	survivors >seen
	while read -r pid _ name; do
		grep -qx "$pid" seen || die "no survivor before stop: $name"
	done <"$dir/daemons"
fi

# Neither pkcs11-tool nor coldca can give NSS its arguments.
if [ "$TOKEN_KIND" != nss ]; then
	$TOKEN_RUN pkcs11-tool --module "$TOKEN_MODULE" --list-token-slots |
	    grep "token label *: $TOKEN_LABEL *\$"
	if [ -x "${COLDCA:-}" ]; then
		# Only a build with sanitizers has to know whose leak it is.
		$TOKEN_RUN env ${LSAN_OPTIONS:+"LD_PRELOAD=$TOKEN_PRELOAD"} \
		    "$COLDCA" token list "--module=$TOKEN_MODULE" >tokens
		grep "^$TOKEN_LABEL " tokens
	fi
fi
make_key
sign_and_verify
if [ "$TOKEN_KIND" = piv ]; then
	make_key 02 # in 9C, which wants the PIN for each signature
	sign_and_verify
fi

$TOKEN_STOP
no_survivors 'after stop.sh'
$TOKEN_STOP
