# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the stories share: a fresh directory with a fresh token in it, and
# checks that go on after a failure and say what failed.
#
# From outside: COLDCA, the program; COLDCA_SOURCE, the source tree.

set -eu

: "${COLDCA:?names the program to test}"
module=/usr/lib/softhsm/libsofthsm2.so
failures=0
work=$(mktemp -d)

at_exit=''
clean_up() {
	status=$?
	$at_exit
	rm -rf "$work"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

umask 022
export LC_ALL=C
cd "$work"
HOME=$work
export HOME
unset COLDCA_DIR COCKROACH_CERTS_DIR COCKROACH_CA_KEY CDPATH

# need TOOL...: the story can not be told without them.
need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "skipped: no $tool here"
		exit 77
	done
}

coldca() {
	"$COLDCA" "$@"
}

failed() {
	failures=$((failures + 1))
	printf 'FAILED: %s\n' "$*"
}

# ran COMMAND...: its status in $status, what it said in out and err
ran() {
	status=0
	"$@" >"$work/out" 2>"$work/err" || status=$?
}

said() {
	sed 's/^/    out: /' "$work/out"
	sed 's/^/    err: /' "$work/err"
}

# ok COMMAND...: it ends with 0.
ok() {
	ran "$@"
	[ "$status" -eq 0 ] && return
	failed "status $status: $*"
	said
}

# refused STATUS REGEX COMMAND...: it ends with STATUS (or one of 3|8), and
# says what REGEX matches.
refused() {
	want=$1 regex=$2
	shift 2
	ran "$@"
	if ! echo "$status" | grep -Eqx "$want"; then
		failed "status $status, not $want: $*"
	elif ! grep -Eq -e "$regex" "$work/err"; then
		failed "does not say '$regex': $*"
	else
		return 0
	fi
	said
}

# says REGEX: the last command said so on standard output.
says() {
	grep -Eq -e "$1" "$work/out" && return
	failed "standard output does not say '$1'"
	said
}

# warns REGEX: the last command said so on standard error.
warns() {
	grep -Eq -e "$1" "$work/err" && return
	failed "standard error does not say '$1'"
	said
}

# is WHAT WANTED GOT
is() {
	[ "$2" = "$3" ] || failed "$1: wanted '$2', got '$3'"
}

# holds WHAT COMMAND...: COMMAND is true.
holds() {
	what=$1
	shift
	said=$("$@" 2>&1) || failed "$what" "$said"
}

# lacks WHAT COMMAND...: COMMAND is false.
lacks() {
	what=$1
	shift
	! said=$("$@" 2>&1) || failed "$what: $said"
}

# names DIR: what is in it, on one line
names() {
	find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | paste -sd' ' -
}

# bundles DIR: the same, without response manifests
bundles() {
	find "$1" -mindepth 1 -maxdepth 1 ! -name 'response-*.txt' \
	    -printf '%f\n' | sort | paste -sd' ' -
}

# finish: the last line of a story
finish() {
	[ "$failures" -eq 0 ] || {
		echo "$failures checks failed"
		# A shell with a stopped job leaves at the second time only.
		exit 1
		# shellcheck disable=SC2317 # that is it
		exit 1
	}
	exit 0
}

# make_token LABEL: a SoftHSM token of its own for this story; its PIN in pin
make_token() {
	need softhsm2-util
	mkdir -p "$work/tokens"
	SOFTHSM2_CONF=$work/softhsm2.conf
	export SOFTHSM2_CONF
	printf 'directories.tokendir = %s\nobjectstore.backend = file\n%s\n' \
	    "$work/tokens" 'log.level = ERROR' >"$SOFTHSM2_CONF"
	softhsm2-util --init-token --free --label "$1" --pin 12345678 \
	    --so-pin 87654321 >"$work/out"
	(umask 077 && echo 12345678 >"$work/pin")
}

# with_pin COMMAND...: COMMAND with the PIN at descriptor 3
with_pin() {
	"$@" --pin-fd=3 3<"$work/pin"
}

# make_ca [CA-DIR [LABEL]]: a test CA, its certificate in certs/ca.crt. Made by
# a clock that $past puts back, what it signs can have expired since.
past=''
make_ca() {
	ca_dir=${1:-$HOME/.coldca} label=${2:-cluster-ca}
	# shellcheck disable=SC2086 # words
	ok $past "$COLDCA" init --mode=test "--module=$module" "--ca-dir=$ca_dir"
	# shellcheck disable=SC2086 # words
	ok with_pin $past "$COLDCA" create-ca "--ca-dir=$ca_dir" \
	    "--certs-dir=${ca_dir##*/}.certs" \
	    "--ca-key=pkcs11:token=ca;object=$label"
	ca_crt=$work/${ca_dir##*/}.certs/ca.crt
	[ -s "$ca_crt" ] || {
		failed 'there is no CA certificate: the story ends here'
		finish
	}
}

# serials [CA-DIR]: how many serial numbers the ledger has given away
serials() {
	coldca ledger list --json ${1:+"--ca-dir=$1"} 2>/dev/null | jq length
}

# text FILE: the certificate in words
text() {
	openssl x509 -in "$1" -noout -text
}
