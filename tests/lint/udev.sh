#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: udev.sh SOURCE_DIR
#
# The committed rules are the generated ones, and each line is one that udev
# understands. (udevadm verify came after systemd 252.)

. "$(dirname "$0")/lib.sh"
need gawk

gawk -f udev/genrules.awk udev/tokens.txt |
    diff -u udev/70-coldca-token.rules - || {
	echo "run: gawk -f udev/genrules.awk udev/tokens.txt >udev/70-coldca-token.rules"
	exit 1
}

clause='(ACTION|SUBSYSTEM|(ATTR|ENV)\{[A-Za-z_]+\}|TAG|GOTO|LABEL)(==|!=|\+=|=)"[^"]*"'
wrong=$(grep -vE "^(#.*|$clause(, $clause)*)?\$" udev/70-coldca-token.rules || :)
[ -z "$wrong" ] || {
	echo "not a udev rule: $wrong"
	exit 1
}
