#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: start.sh KIND DIR [LABEL]
#        start.sh --again DIR
#
# Makes a fresh token of KIND in DIR, a directory that is empty or not there,
# and leaves DIR/env to be sourced. KIND: softhsm, remote, nss, opencryptoki,
# tpm2, piv. Ends with 77 where its packages, or the right to make namespaces,
# are missing. After any other end than 0 no process is left.
#
# --again: starts those of its processes that have ended, after a test took
# them away; what the token held is still there.
#
# TOKEN_LIFETIME in the environment: after so many seconds everything is
# stopped, should nobody have called stop.sh; 1800 without it, 0 for never.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

[ $# -eq 2 ] || [ $# -eq 3 ] || die 'usage: start.sh KIND DIR [LABEL]'
again=
[ "$1" != --again ] || again=yes
if [ -n "$again" ]; then
	[ -e "$2/env" ] || die "$2: no token was started here"
	kind=$(cat "$2/kind") label=$(cat "$2/label")
else
	kind=$1 label=${3:-test-$1}
fi
[ -e "$here/kinds/$kind.sh" ] || die "$kind: no such kind of token"
case $label in
'' | *[!A-Za-z0-9-]*) die "$label: a label of letters, digits and -" ;;
esac

mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
# The directory's name becomes part of socket addresses and of commands.
case $dir in
*[!A-Za-z0-9_./+-]*) die "$dir: a name of letters, digits and _ . / + -" ;;
/run/* | /dev/shm/*) die "$dir: hidden by the token's own /run and /dev/shm" ;;
esac
[ "${#dir}" -le 80 ] || die "$dir: too long for the sockets in it"
need pgrep timeout setsid awk

finished=
at_exit() {
	status=$?
	[ -n "$finished" ] || "$here/stop.sh" "$dir" || :
	exit "$status"
}

if [ -z "$again" ]; then
	[ -z "$(ls -A "$dir")" ] || die "$dir: not empty"
	echo "$kind" >"$dir/kind"
	echo "$label" >"$dir/label"
fi
trap at_exit EXIT
trap 'exit 1' HUP INT TERM

# A kind defines
#   prepare    files only: what must be there before anything runs
#   up         starts what is not running
#   fill       initialises the token
#   settings   lines of DIR/env; $module, $pin and $so_pin are set besides
pin=12345678 so_pin=87654321 init_args='' preload='' inside=''
up() { :; }
fill() { :; }
settings() { :; }
# shellcheck source=/dev/null
. "$here/kinds/$kind.sh"

[ -n "$again" ] || prepare
up
[ -n "$again" ] || fill

# TOKEN_... are not exported: a program under test must not find its PIN in
# the environment.
{
	assign TOKEN_KIND "$kind"
	assign TOKEN_DIR "$dir"
	assign TOKEN_MODULE "$module"
	assign TOKEN_LABEL "$label"
	assign TOKEN_PIN "$pin"
	assign TOKEN_SO_PIN "$so_pin"
	assign TOKEN_INIT_ARGS "$init_args"
	assign TOKEN_PRELOAD "$preload"
	assign TOKEN_RUN "$inside"
	assign TOKEN_STOP "$here/stop.sh $dir"
	settings
} >"$dir/env.new"
mv "$dir/env.new" "$dir/env"
finished=yes
