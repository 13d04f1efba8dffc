#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: exit-codes.sh SOURCE_DIR
#
# The exit statuses of enum ca_code are those of the table in README.md, by
# number and by what they mean.

. "$(dirname "$0")/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n '/^enum ca_code {/,/^}/s/^\tCA_\(ERR_\)\{0,1\}\([A-Z]*\) = \([0-9]*\),.*/\3 \2/p' \
    include/coldca/error.h | tr '[:upper:]' '[:lower:]' >"$work/code"
sed -n '/^## Exit status/,/^## /s/^| *\([0-9][0-9]*\) *| *\([a-z]*\) *|.*/\1 \2/p' \
    README.md >"$work/readme"
[ -s "$work/code" ] || { echo "error.h: no codes found"; exit 1; }
diff -u --label include/coldca/error.h --label README.md \
    "$work/code" "$work/readme"
