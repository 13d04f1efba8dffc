#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: ten.sh PAGE
#
# From a bare machine to a node's certificate PAGE says ten commands at most: those
# of all blocks in its section `## One node`. What is joined with && or ; or | counts
# as what it is. That they work is for run.sh to see.

page=$1
count=$(awk '
	/^## / { section = /^## One node/ }
	!section { next }
	/^```/ { within = !within; next }
	!within && !/^    / { next }
	{
		line = $0
		sub(/^ +/, "", line)
		gsub(/'\''[^'\'']*'\''|"[^"]*"/, "word", line)
		sub(/(^| )#.*/, "", line)
		if (line == "")
			next
		# The second line of a command that goes on is no other.
		count += !joined + gsub(/&&|\|\||[;|]/, "", line)
		joined = line ~ /\\$/
		signed += line ~ /^coldca sign /
		installed += line ~ /^coldca install /
	}
	END { print count + 0, signed + 0, installed + 0 }' "$page")
echo "$page: commands, sign, install: $count"
# shellcheck disable=SC2086 # three numbers
set -- $count
[ "$1" -le 10 ] && [ "$2" -eq 1 ] && [ "$3" -eq 1 ]
