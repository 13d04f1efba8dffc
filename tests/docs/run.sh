#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh PAGE...
#
# Runs every block of shell (```sh) of each page, in order, as one session in an
# empty directory with no tokens. The first command that fails fails the page.
#
# A block that is not run says so: it is ```LANGUAGE, which is no shell, or it is
# indented and a line `<!-- not run: WHY -->` stands before it. No command of
# coldca may stand in either.

. "$(dirname "$0")/../e2e/lib.sh"
need softhsm2-util openssl jq

# session PAGE: its blocks as one script; $at is the line of the last begun
session() {
	awk '
	function wrong(what) {
		print "at=" NR "; echo \"" what "\" >&2; exit 1"
	}
	/^[ \t]*```/ {
		if (within) {
			within = sh = 0
		} else {
			within = 1
			sh = $0 ~ /^```sh$/
			if (sh)
				print "at=" NR
			else if ($0 !~ /^```(text|yaml|nginx)$/)
				wrong("a block that is neither sh nor known")
		}
		marked = indented = 0
		next
	}
	# To `set -e` a command behind a `!` never fails: it must say so itself.
	sh {
		if (!inverted && sub(/^! /, "if "))
			inverted = 1
		if (inverted && !/\\$/) {
			$0 = $0 "; then exit 1; fi"
			inverted = 0
		}
		print
		next
	}
	/^    coldca / || (within && /^coldca /) {
		wrong("a command that no test runs")
	}
	within { next }
	/^<!-- not run: .+ -->$/ { marked = 1; next }
	# Behind a line of text it is that text, and in a list a part of it.
	/^    / && !listed {
		if (blank && !marked && !indented)
			wrong("a block that is not run, and not marked so")
		indented = blank || indented
		blank = 0
		next
	}
	{
		blank = /^$/
		if (!blank) {
			marked = indented = 0
			listed = /^([-*]|[0-9]+[.]) / || (listed && /^ /)
		}
	}
	END {
		if (within)
			wrong("a block without an end")
	}' "$1"
}

mkdir bin
ln -s "$COLDCA" bin/coldca
PATH=$work/bin:$PATH

for page in "$@"; do
	mkdir -p "$work/page/tokens"
	cd "$work/page"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
	    "$PWD/tokens" >"$work/softhsm2.conf"
	{
		# shellcheck disable=SC2016 # the session expands it
		echo 'trap '\''[ $? -eq 0 ] || echo "line $at" >&3'\'' EXIT'
		session "$page"
	} >"$work/session"
	HOME=$PWD SOFTHSM2_CONF=$work/softhsm2.conf bash -eu -o pipefail \
	    "$work/session" >"$work/log" 2>&1 3>"$work/where" </dev/null || {
		failed "${page##*/}: $(cat "$work/where")"
		tail -n 20 "$work/log"
	}
	cd "$work"
	rm -rf "$work/page"
done
finish
