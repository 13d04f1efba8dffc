#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh: is what the program prints what the kept texts say?

here=$(cd "$(dirname "$0")" && pwd)
now=$(mktemp -d)
trap 'rm -rf "$now"' EXIT

"$here/produce.sh" "$now"
"$here/raw.sh" "$now"
diff -ru "$here/expected" "$now" || {
	echo "If that is meant: scripts/update-golden, then read the diff."
	exit 1
}
