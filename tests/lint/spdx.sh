#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: spdx.sh SOURCE_DIR: every source names its licence in its first lines

. "$(dirname "$0")/lib.sh"

missing=$({
	project_files | grep -E '\.([ch]|awk|sql|rules|exp|go|java)$'
	scripts
} | while IFS= read -r file; do
	head -n 3 "$file" |
	    grep -q 'SPDX-License-Identifier: Apache-2\.0' || echo "$file"
done)
[ -z "$missing" ] || {
	echo "no SPDX-License-Identifier: Apache-2.0 in the first three lines:"
	echo "$missing"
	exit 1
}
