#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: lose.sh DIR NAME...
#
# Takes these processes of the token in DIR away, with SIGKILL, as a pulled
# cable would. `start.sh --again DIR` brings them back.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
[ $# -ge 2 ] || die 'usage: lose.sh DIR NAME...'
dir=$(cd "$1" && pwd -P)
shift

for name in "$@"; do
	running "$name" || die "$name: no such process runs"
	[ "$name" != namespaces ] || die "$name: the others live in them"
done
for name in "$@"; do
	end "$name"
done
