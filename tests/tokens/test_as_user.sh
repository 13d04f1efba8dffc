#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: test_as_user.sh
#
# as_user.sh: no root, no capability, no group, a home that goes away; status
# and arguments as they are.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# shellcheck disable=SC2016 # for the shell of that user
as_user() {
	status=0
	"$here/as_user.sh" sh -eu -c '
		id -u
		sed -n "s/^CapEff:[[:space:]]*//p; s/^CapPrm:[[:space:]]*//p" \
		    /proc/self/status
		: >"$HOME/probe"
		echo "$HOME" "$1"
		exit 3' sh 'two words' || status=$?
	echo "$status"
}

as_user | {
	read -r uid
	read -r effective
	read -r permitted
	read -r home words
	read -r status
	[ "$uid" -ne 0 ] || die 'still root'
	[ "$effective$permitted" = 00000000000000000000000000000000 ] ||
	    die "capabilities $effective, $permitted"
	[ "$(id -u)" -ne 0 ] || [ ! -e "$home" ] || die "$home is left"
	[ "$words" = 'two words' ] || die "arguments changed: $words"
	[ "$status" -eq 3 ] || die "status $status"
}
[ "$(id -u)" -eq 0 ] || rm -f "$HOME/probe"
