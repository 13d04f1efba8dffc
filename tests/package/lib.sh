# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of packages share. Each is called with the source directory and
# that of the packages.

set -eu
export LC_ALL=C
# shellcheck disable=SC2034 # whoever reads this uses them
source=$1 packages=${2:-}
failures=0
work=$(mktemp -d)
at_exit=''
trap '$at_exit; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "skipped: no $tool here"
		exit 77
	done
}

failed() {
	failures=$((failures + 1))
	echo "FAILED: $*"
}

# holds WHAT COMMAND...: true; lacks WHAT COMMAND...: false
holds() {
	what=$1
	shift
	"$@" >"$work/said" 2>&1 || {
		failed "$what"
		tail -n 20 "$work/said"
	}
}
lacks() {
	what=$1
	shift
	! "$@" >"$work/said" 2>&1 || {
		failed "$what"
		tail -n 20 "$work/said"
	}
}

finish() {
	[ "$failures" -eq 0 ] || exit 1
	exit 0
}

# deb NAME: the file of that package
deb() {
	set -- "$packages/$1"_*.deb
	[ -f "$1" ] || {
		echo "no such package: $1" >&2
		exit 1
	}
	echo "$1"
}
