#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: table.sh PAGE TABLE...
#
# Prints what the TABLEs of matrix.sh say, and holds it against PAGE, where the
# same table is kept between two marks: a token that works less, or otherwise,
# than the page says is a failure.

page=$1
shift

print_table() {
	echo '| token | key | libp11 | engine | cryptoki |'
	echo '| ----- | --- | ------ | ------ | -------- |'
	cat "$@" | awk -F '\t' '
	{
		row = $1 FS $3
		if (!(row in seen)) {
			seen[row] = 1
			order[++rows] = row
		}
		if ($4 == "works") {
			cell[row FS $2] = "works"
			next
		}
		# One reason, one note, whatever the token and the key are called.
		reason = $5
		sub(/^token [^:]*: /, "", reason)
		sub(/^key [^:]*: /, "", reason)
		if (!(reason in number)) {
			number[reason] = ++notes
			note[notes] = reason
		}
		cell[row FS $2] = "refused (" number[reason] ")"
	}
	END {
		for (i = 1; i <= rows; i++) {
			split(order[i], part, FS)
			printf "| %s | %s |", part[1], part[2]
			split("libp11 engine cryptoki", signer, " ")
			for (k = 1; k <= 3; k++)
				printf " %s |", cell[order[i] FS signer[k]]
			print ""
		}
		print ""
		for (i = 1; i <= notes; i++)
			printf "%d. %s\n", i, note[i]
	}'
}

for table in "$@"; do
	[ -s "$table" ] || {
		echo "$table: is missing" >&2
		exit 1
	}
done
print_table "$@"
[ "${UPDATE:-}" != yes ] || exit 0

# Numbers that a token makes up are not compared.
plain() {
	sed 's/[0-9a-f]\{8,\}/HEX/g'
}
print_table "$@" | plain >"${TMPDIR:-/tmp}/tokens-now.$$"
sed -n '/<!-- table -->/,/<!-- end of table -->/p' "$page" | sed '1d;$d' |
    plain >"${TMPDIR:-/tmp}/tokens-page.$$"
status=0
diff -u "${TMPDIR:-/tmp}/tokens-page.$$" "${TMPDIR:-/tmp}/tokens-now.$$" ||
    status=1
rm -f "${TMPDIR:-/tmp}/tokens-now.$$" "${TMPDIR:-/tmp}/tokens-page.$$"
[ "$status" -eq 0 ] || echo "$page: does not say this: scripts/update-tokens" >&2
exit "$status"
