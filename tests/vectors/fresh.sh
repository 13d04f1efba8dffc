#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: fresh.sh MAKE_VECTORS TEST
#
# The vectors made anew, with other keys, are judged as the kept ones are.

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$1" "$dir"
VECTORS=$dir "$2"
kept=$(dirname "$0")/requests/index.tsv
cmp "$dir/index.tsv" "$kept" || {
	echo "fresh: the index is not that of the tables: scripts/update-vectors"
	exit 1
}
