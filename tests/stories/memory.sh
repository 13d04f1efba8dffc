#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: memory.sh KIND
#
# After a signature by each signer and logout, the memory of a process that
# used this token holds no copy of its PIN, in the token's module neither. From
# outside: MEMORY, the program made of memory.c.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
: "${MEMORY:?the program that searches its memory}"
begin "$1"
found_ca

# One that is in no program's text. Eight characters is what they all take, and
# a card wants digits.
case $kind in
piv) alphabet=0-9 ;;
*) alphabet=a-zA-Z0-9 ;;
esac
pin_file new "$(tr -dc "$alphabet" </dev/urandom | head -c 8)"
coldca token change-pin "--token=pkcs11:token=$TOKEN_LABEL" --pin-fd=3 \
    --new-pin-fd=4 4<new
expect 0 'token change-pin'
mv new pin

failed=
for signer in cryptoki libp11 engine; do
	status=0
	# shellcheck disable=SC2086 # a command in front, or nothing
	timeout --foreground -s KILL 60 $TOKEN_RUN "$MEMORY" "$TOKEN_MODULE" \
	    "$TOKEN_INIT_ARGS" "$key_uri" "$signer" <pin >said 2>&1 ||
	    status=$?
	[ "$status" -ne 77 ] || exit 77
	[ "$status" -ne 0 ] || continue
	failed="$failed $signer"
	echo "$kind, $signer:"
	cat said
done
[ -z "$failed" ]
