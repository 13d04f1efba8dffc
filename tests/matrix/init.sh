#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: init.sh
#
# `token init --erase` leaves an openCryptoki token alone: a second
# initialization would spoil it for good. Its PIN still works afterwards.

here=$(cd "$(dirname "$0")" && pwd)
tokens=$here/../tokens
: "${COLDCA:?the program to test}"

dir=$(mktemp -d)
trap '"$tokens/stop.sh" "$dir/token" >/dev/null 2>&1 || :; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
status=0
"$tokens/start.sh" opencryptoki "$dir/token" >"$dir/start.log" 2>&1 ||
    status=$?
[ "$status" -eq 0 ] || {
	cat "$dir/start.log"
	exit "$status"
}
# shellcheck source=/dev/null
. "$dir/token/env"
cd "$dir" || exit
printf '%s' "$TOKEN_SO_PIN" >so-pin
printf '%s' "$TOKEN_PIN" >pin
COLDCA_DIR=$dir/ca
export COLDCA_DIR

status=0
# shellcheck disable=SC2086 # a command in front
$TOKEN_RUN "$COLDCA" token init "--module=$TOKEN_MODULE" --label=new \
    "--erase=$TOKEN_LABEL" "--token=pkcs11:token=$TOKEN_LABEL" \
    --so-pin-fd=3 --pin-fd=4 3<so-pin 4<pin >said 2>&1 || status=$?
cat said
[ "$status" -eq 5 ]
grep -q 'spoiled by a second initialization' said

# shellcheck disable=SC2086 # a command in front
$TOKEN_RUN pkcs11-tool --module "$TOKEN_MODULE" --login --pin "$TOKEN_PIN" \
    --list-objects >said 2>&1 || {
	cat said
	exit 1
}
