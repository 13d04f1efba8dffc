#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: rules-catch.sh SOURCE_DIR: rules.sh notices a rule without a kept text,
# and run.sh what no terminal may get.

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$here"/expected/*.txt "$work"
"$here/rules.sh" "$1" "$work" || exit 1
sed -i 's/^key-revoked, refused$/key-gone, refused/' "$work/rules.txt"
! "$here/rules.sh" "$1" "$work" >"$work/out" || {
	echo 'not noticed: a rule that no text has'
	exit 1
}
for octets in '\033[2J' '\342\200\256' '\000' '\302\233' '\177'; do
	# shellcheck disable=SC2059 # octets
	printf "a${octets}b\n" >"$work/rules.txt"
	! "$here/raw.sh" "$work" >"$work/out" || {
		echo "not noticed: $octets"
		exit 1
	}
done
