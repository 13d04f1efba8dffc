#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: stop.sh DIR
#
# Ends every process of the token in DIR, the last started first, and waits
# until they are gone. The files stay. Can be called again, and for a token
# that never started; ends with 1 if a process survived.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
[ $# -eq 1 ] || die 'usage: stop.sh DIR'
[ -e "$1/daemons" ] || exit 0
dir=$(cd "$1" && pwd -P)

# is_ours PID STARTED: a leader with another start time is a later process
# with the same number; without a leader, its group may have members yet.
is_ours() {
	[ -e "/proc/$1/stat" ] || return 0
	now=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)
	[ -z "$now" ] || [ "$now" = "$2" ]
}

# gone PID SECONDS/50: within this time?
gone() {
	tries=0
	while group_lives "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt "$2" ] || return 1
		sleep 0.02
	done
}

survivors=$(tac "$dir/daemons" | while read -r pid started name; do
	is_ours "$pid" "$started" || continue
	kill -s TERM -- "-$pid" 2>/dev/null || :
	gone "$pid" 50 && continue
	# pkcsslotd ignores SIGTERM while a client is attached.
	kill -s KILL -- "-$pid" 2>/dev/null || :
	gone "$pid" 250 || echo "$name ($pid)"
done)
[ -z "$survivors" ] || die "$dir: still there: $survivors"
