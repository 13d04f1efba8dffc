#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: setsid daemon.sh DIR NAME COMMAND...
#
# Becomes COMMAND, after it has written down in DIR/daemons which process that
# is: there is no moment in which stop.sh would not find it. The start time
# tells it from a later process with the same number.

dir=$1 name=$2
shift 2
started=$(sed 's/.*) //' "/proc/$$/stat" | cut -d' ' -f20)
echo "$$ $started $name" >>"$dir/daemons"
# A mark for the tests that look for survivors: children inherit it.
COLDCA_TOKEN_DIR=$dir
export COLDCA_TOKEN_DIR
exec "$@"
