#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh PAGE...
#
# Runs every block of shell (```sh) of each page, in order, as one session in an
# empty directory with no tokens. The first command that fails fails the page.
# A command of coldca that stands where it would not be run is a failure too.

. "$(dirname "$0")/../e2e/lib.sh"
need softhsm2-util openssl jq

# session PAGE: its blocks as one script; $at is the line of the last begun
session() {
	awk '
	/^[ \t]*```/ {
		if (within) {
			within = sh = 0
		} else {
			within = 1
			sh = $0 ~ /^```sh$/
			if (sh)
				print "at=" NR
		}
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
		print "at=" NR "; echo \"a command that no test runs\" >&2; exit 1"
	}
	END {
		if (within)
			print "at=" NR "; echo \"a block without an end\" >&2; exit 1"
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
