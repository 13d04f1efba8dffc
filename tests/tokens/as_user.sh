#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: as_user.sh COMMAND...
#
# Runs COMMAND as an ordinary user without any privilege: root becomes
# `nobody` with a home directory of its own for as long as COMMAND runs;
# everybody else is one already.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
[ $# -ge 1 ] || die 'usage: as_user.sh COMMAND...'
[ "$(id -u)" -eq 0 ] || exec "$@"

need setpriv
user=nobody
group=$(id -gn "$user")
HOME=$(mktemp -d "${TMPDIR:-/tmp}/coldca-user.XXXXXX")
trap 'rm -rf "$HOME"' EXIT
trap 'exit 1' HUP INT TERM
chown "$user:$group" "$HOME"
TMPDIR=$HOME XDG_RUNTIME_DIR=$HOME
export HOME TMPDIR XDG_RUNTIME_DIR
cd "$HOME"

become="setpriv --reuid $user --regid $group --clear-groups --no-new-privs"
status=0
$become "$@" || status=$?
[ "$status" -ne 126 ] ||
    echo "$0: is the tree where every user may read it?" >&2
exit "$status"
