#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: check.sh PROGRAM SOURCE_DIR PAGES_DIR
#
# Holds the manual pages, as a reader sees them, against the program: each
# command is on one page with its synopsis, each of its options with its value,
# each exit status; no page speaks of an option, an exit status or a file that the
# program does not know, and each file that it names by a constant is in the FILES
# of a page.

program=$1 source=$2 pages=$3
here=$(cd "$(dirname "$0")" && pwd)
command -v mandoc >/dev/null || {
	echo "skipped: no mandoc here"
	exit 77
}
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" help --dump-commands >"$work/table"
mandoc -T lint -W warning "$source"/man/*.5
# A page that was read before is not read again: catch.sh changes one at a time.
read=${MAN_READ:-$work}
for page in "$pages"/*.1; do
	[ -s "$page" ] || continue
	name=${page##*/}
	sed -n 's/^@command //p' "$source/man/$name.in" >"$work/$name.commands"
	sum=$read/$(cksum <"$page" | tr ' ' -)
	[ -e "$sum" ] || {
		mandoc -T lint -W warning "$page"
		mandoc -T ascii -O width=1000 "$page" | col -bx >"$sum"
	}
	cp "$sum" "$work/$name.text"
done
for page in "$work"/*.text; do
	sed -n "s|^|${page##*/}	|p" "$page"
done | sed 's/^\([^	]*\)\.text	/\1	/' >"$work/text"
for page in "$work"/*.commands; do
	sed "s|^|${page##*/}	|; s|\.commands	|	|" "$page"
done >"$work/asked"

awk -f "$here/check.awk" "$work/table" "$work/asked" "$work/text" >"$work/found"

# Files: the last part of each path is in what the program can say.
strings=$read/strings
[ -e "$strings" ] || strings -n 3 "$program" >"$strings"
sed -n 's/^\.It Pa //p' "$source"/man/*.1.in "$source"/man/*.5 | tr -d ',' |
    sort -u | awk -v strings="$strings" '
	BEGIN {
		while ((getline line < strings) > 0)
			known = known "\n" line
	}
	{
		name = $0
		sub(/.*\//, "", name)
		sub(/\.(crt|key)$/, "", name)
		sub(/^\..*\.previous/, ".previous", name)
		# What is between the words that stand for others.
		n = split(name, part, /[A-Z]+/)
		for (i = 1; i <= n; i++)
			if (part[i] != "" && index(known, part[i]) == 0) {
				print "FILES: the program knows no " $0
				break
			}
	}' >>"$work/found"

# And the other way round: names that are constants, but for those of files that are
# only there while a command runs.
awk '/^\.Sh/ { files = /^\.Sh FILES/ } files && /^\.(It )?Pa / { print }' \
    "$source"/man/*.1.in "$source"/man/*.5 >"$work/files"
named=$read/named
[ -e "$named" ] || find -L "$source/src" "$source/include" -name '*.[ch]' -exec \
    sed -nE 's/^#define (.*_)?(FILE|DIR|ENDING|STAMP|MANIFEST|NAME_PREFIX) "([^"]*)".*/\3/p' {} + |
    grep -v '^\.coldca-' | sort -u >"$named"
[ "$(wc -l <"$named")" -ge 10 ] ||
	echo 'FILES: the constants are not where they were' >>"$work/found"
while IFS= read -r name; do
	grep -qF -e "$name" "$work/files" || echo "FILES: no page has $name"
done <"$named" >>"$work/found"

[ ! -s "$work/found" ] || {
	cat "$work/found"
	exit 1
}
