#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: check.sh BUILD_DIR [INDEX]
#
# Every class of incident has tests, and each of them exists.

index=${2:-$(dirname "$0")/incidents.txt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ctest --test-dir "$1" -N | sed -n 's/^ *Test *#[0-9]*: //p' | sort >"$work/there"
[ -s "$work/there" ] || {
	echo "ctest lists no test in $1"
	exit 1
}
grep -Ev '^(#|$)' "$index" | awk -F'; *' '
NF != 3 || $3 == "" { print "not three fields: " $0; bad = 1 }
$1 in seen { print "twice: " $1; bad = 1 }
{ seen[$1] = 1; classes++ }
END {
	if (classes < 24) { print "only " classes " classes"; bad = 1 }
	exit bad
}'
grep -Ev '^(#|$)' "$index" | awk -F'; *' '{
	count = split($3, test, " ")
	for (i = 1; i <= count; i++) print test[i]
}' | sort -u >"$work/named"
comm -23 "$work/named" "$work/there" >"$work/missing"
[ ! -s "$work/missing" ] || {
	echo "named, and no test:"
	cat "$work/missing"
	exit 1
}
