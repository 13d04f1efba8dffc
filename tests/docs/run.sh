#!/bin/bash -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh [--typed] PAGE...
#
# Runs every block of shell (```sh) of each page, in order, as one session in an
# empty directory with no tokens. The first command that fails fails the page.
#
# With --typed it is a session of somebody at a terminal, who has set nothing, types
# PINs and says yes; otherwise nobody is there.
#
# A block that is not run says so: it is ```LANGUAGE, which is no shell, or it is
# indented and a line `<!-- not run: WHY -->` stands before it. No command of
# coldca may stand in either.

. "$(dirname "$0")/../e2e/lib.sh"
need softhsm2-util openssl jq

by=unattended
[ "${1-}" != --typed ] || {
	need expect
	by=typed
	shift
}

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

# unattended SCRIPT: with the configuration of SoftHSM that stories have
unattended() {
	printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
	    "$PWD/tokens" >"$work/softhsm2.conf"
	mkdir tokens
	SOFTHSM2_CONF=$work/softhsm2.conf bash -eu -o pipefail "$1" </dev/null
}

# typed SCRIPT
cat >typed.exp <<'EXPECT'
set timeout 60
spawn -noecho bash -eu -o pipefail [lindex $argv 0]
expect {
	-re {[Oo]fficer[^\n]*PIN: $} { send "87654321\r"; exp_continue }
	-re {PIN: $} { send "12345678\r"; exp_continue }
	-ex {Type yes to go on: } { send "yes\r"; exp_continue }
	timeout { exit 99 }
	eof
}
exit [lindex [wait] 3]
EXPECT
typed() {
	env -u SOFTHSM2_CONF expect -f "$work/typed.exp" "$1"
}

for page in "$@"; do
	mkdir "$work/page"
	cd "$work/page"
	{
		# shellcheck disable=SC2016 # the session expands it
		echo 'trap '\''[ $? -eq 0 ] || echo "line $at" >"$failed_at"'\'' EXIT'
		session "$page"
	} >"$work/session"
	HOME=$PWD failed_at=$work/where $by "$work/session" >"$work/log" 2>&1 || {
		failed "${page##*/}: $(cat "$work/where")"
		tail -n 20 "$work/log"
	}
	cd "$work"
	rm -rf "$work/page"
done
finish
