#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: words.sh SOURCE_DIR
#
# Words that have no place in the tree: paths of one machine, unfinished work
# that nobody tracks, and the other name of the ledger.

. "$(dirname "$0")/lib.sh"

found=$(project_files |
    grep -vE '^(LICENSE|tests/lint/words\.sh|tests/(fuzz/corpus|vectors)/)' |
    xargs grep -InE \
	-e '(^|[^[:alnum:]_.$}])/(work|root)(/|\>)' \
	-e '\<(TODO|FIXME|XXX|HACK)\>' \
	-e 'placeholder_' \
	-e '\<(ca_|struct )register\>' || :)
[ -z "$found" ] || {
	echo "$found"
	exit 1
}
