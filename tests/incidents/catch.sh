#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: catch.sh BUILD_DIR: check.sh notices what is wrong with an index.

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# caught WHAT: the changed index is refused.
caught() {
	! "$here/check.sh" "$build" "$work/index" >"$work/out" 2>&1 || {
		echo "not noticed: $1"
		exit 1
	}
}
build=$1
sed 's/unit\.test_vet /unit.test_gone /' "$here/incidents.txt" >"$work/index"
caught 'a test that is gone'
sed 's/^\(crl;.*\); .*/\1;/' "$here/incidents.txt" >"$work/index"
caught 'a class without a test'
grep -v '^crl;\|^glue;' "$here/incidents.txt" >"$work/index"
caught 'classes that are missing'
{ cat "$here/incidents.txt"; grep '^crl;' "$here/incidents.txt"; } >"$work/index"
caught 'a class twice'
