# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # from lib.sh
#
# People with machines of their own: each a user with a home directory, and a
# stick that goes from one to the other. Behind lib.sh.
#
# Root becomes users that nobody else is. An ordinary user is root in a namespace
# where he may have other users there (newuidmap); where not, all the people are
# he, and $apart is empty.

apart=yes
if [ "$(id -u)" -ne 0 ] && [ -z "${COLDCA_STORY_ROOT-}" ] &&
    unshare -r --map-auto true 2>/dev/null; then
	cd /
	rm -rf "$work"
	exec unshare -r --map-auto env COLDCA_STORY_ROOT=yes "$0" "$@"
fi
[ "$(id -u)" -eq 0 ] || apart=''
people=''

# person NAME [COMMAND...]: a user, with the home directory NAME. $as/NAME runs a
# command there, under COMMAND. The homes are open: what is closed in them is so
# by what made it.
as=$work/as
person() {
	name=$1
	shift
	uid=$((65101 + $(echo "$people" | wc -w)))
	people="$people $name"
	mkdir -p "$as"
	mkdir "$work/$name"
	become=''
	[ -z "$apart" ] || {
		become="setpriv --reuid=$uid --regid=$uid --clear-groups"
		chown "$uid:$uid" "$work/$name"
	}
	cat >"$as/$name" <<-SCRIPT
	#!/bin/sh -eu
	cd '$work/$name'
	export HOME='$work/$name'
	exec $* $become "\$@"
	SCRIPT
	chmod 755 "$as/$name"
}

# plug NAME: the stick is in NAME's machine. It has no owners (vfat): all that is
# on it belongs to whom it is mounted for.
plug() {
	mkdir -p "$work/stick"
	[ -z "$apart" ] || {
		chown -R "$(stat -c %u:%g "$work/$1")" "$work/stick"
	}
	chmod -R u=rwX,go= "$work/stick"
}

chmod 711 "$work"
