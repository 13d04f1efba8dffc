#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: layers-catch.sh SOURCE_DIR
#
# Proves that layers.sh sees what it is for: plants one violation after the
# other in a copy of the tree and wants each reported at its place.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need gawk

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failed=0

# caught FILE LINE...: LINE at the end of FILE must be reported.
caught() {
	file=$1 line=$2
	rm -rf "$copy/tree"
	mkdir "$copy/tree"
	cp -R include src token "$copy/tree"
	printf '%s\n' "$line" >>"$copy/tree/$file"
	number=$(wc -l <"$copy/tree/$file")
	if "$here/layers.sh" "$copy/tree" >"$copy/out" ||
	    ! grep -q "^$file:$number: " "$copy/out"; then
		echo "not caught in $file: $line"
		failed=1
	fi
}

caught src/base/text.c '#include "coldca/csr.h"'
caught src/core/csr.c '#include "coldca/token.h"'
caught src/core/csr.c '#include "cli/terminal.h"'
caught src/core/csr.c '#include <sqlite3.h>'
caught src/core/csr.c 'int x = (int)time(NULL);'
caught src/core/csr.c 'int x = open(path, 0);'
caught src/core/csr.c '/* why */ printf("%d", 1);'
caught token/key.c '#include "coldca/ledger.h"'
caught token/key.c 'char *x = getenv("X");'
caught src/cli/main.c '#include <libp11.h>'
caught include/coldca/csr.h '#include "base/file.h"'

# What is only said, not done, is no violation.
rm -rf "$copy/tree"
mkdir "$copy/tree"
cp -R include src token "$copy/tree"
printf '%s\n' '/* printf( and time( in' ' * a comment: exit(1) */' \
    'static const char x[] = "open(this)";' >>"$copy/tree/src/core/csr.c"
"$here/layers.sh" "$copy/tree" >"$copy/out" || {
	echo "a comment or a string is taken for code:"
	cat "$copy/out"
	failed=1
}
exit $failed
