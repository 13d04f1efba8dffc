#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: layers.sh SOURCE_DIR [TABLE]
#
# Fails where a file includes a project header that its layer may not, or uses
# a library or a function that another file owns. The table is layers.txt.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need gawk

find include src token -name '*.[ch]' | sort |
    xargs gawk -f "$here/layers.awk" "${2:-$here/layers.txt}"
