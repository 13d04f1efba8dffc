#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: cert.sh TOPIC [--controls]
#
# The rows of cert/TOPIC.rows, about the command line of `cockroach cert`, as
# the table that docs/compatibility.md has. --controls: each row once more
# without what it is about, which it must notice.

topic=$1
[ "${2:-}" != --controls ] || CONTROLS=yes
. "$(dirname "$0")/lib.sh"
need openssl
begin_rows
read_rows "$here/cert/names.rows" "$here/cert/$topic.rows" 3>"$work/rows"
[ -n "${CONTROLS:-}" ] || {
	in_tables '| command | flag | CockroachDB | run here | coldca |' \
	    <"$work/rows" >"$work/table"
	compare "cert $topic" "$work/table"
}
finish
