#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: wrong-pins.sh KIND
#
# However often a wrong PIN is given, the last try stays: ten runs of create-ca
# and ten of sign, and the right PIN still opens the token. KIND opencryptoki,
# piv, or fault, which lock after three; tpm2 does not tell how many tries are
# left, and coldca says so before it sends one.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
[ $# -eq 1 ] || fail 'usage: wrong-pins.sh KIND'
runs=10
begin "$1"
pin_file wrong 00000000

# right: another program's login with the right PIN, which gives all tries back
right() {
	# shellcheck disable=SC2086 # a command in front, or nothing
	timeout 60 $TOKEN_RUN pkcs11-tool --module "$TOKEN_MODULE" \
	    --token-label "$TOKEN_LABEL" --login --pin "$TOKEN_PIN" \
	    --list-objects --type privkey >tool 2>&1 || {
		cat tool
		fail "after $1 the token does not take the right PIN"
	}
}

# no_last_try WHAT COMMAND...: the first two wrong PINs are sent, no other
no_last_try() {
	what=$1
	shift
	use_pin=wrong run=1
	while [ "$run" -le "$runs" ]; do
		"$@"
		expect 6 "$what $run with a wrong PIN"
		if [ "$run" -le 2 ]; then
			says 'CKR_PIN_INCORRECT' "$what $run"
		else
			says 'one try left.*neither asked for nor sent' \
			    "$what $run"
		fi
		run=$((run + 1))
	done
	use_pin=
	right "$what"
}

[ "$kind" != fault ] || plan "state $dir/tries" 'lock-after 3'

# prompted ANSWER COMMAND...: coldca on a terminal of its own, which gives ANSWER
# when it is asked for a PIN. What was on the screen until then is in `before`,
# everything in `said`.
prompted() {
	pin_file answer "$1"
	shift
	env expect -v >/dev/null 2>&1 || {
		echo 'skipped: no expect here'
		exit 77
	}
	cat >operator.exp <<-'EXPECT'
	set timeout 60
	log_file -noappend screen
	spawn -noecho {*}$argv
	expect {
		"PIN: " {}
		timeout { exit 98 }
		eof { exit 97 }
	}
	log_file
	exec cp screen before
	log_file screen
	set answer [gets [open answer]]
	send -- "$answer\r"
	expect eof
	exit [lindex [wait] 3]
	EXPECT
	rm -f screen before
	status=0
	# shellcheck disable=SC2086 # a command in front, or nothing
	env expect -f operator.exp $TOKEN_RUN "$COLDCA" "$@" >expect.log 2>&1 ||
	    status=$?
	cat expect.log screen >said 2>&1
}

# told_first STATUS ANSWER COMMAND...: that this token does not tell
told_first() {
	wanted=$1
	shift
	prompted "$@"
	expect "$wanted" "$2 on a terminal"
	grep -q 'does not tell how many tries are left' before ||
	    fail "$2: the operator is asked before it is told"
}

if [ "$kind" = tpm2 ]; then
	init
	use_pin=wrong
	create_ca
	use_pin=
	expect 6 'create-ca with a wrong PIN'
	awk '/does not tell how many tries are left/ { told = NR }
	     /CKR_PIN_INCORRECT/ { tried = NR }
	     END { exit !(told && tried && told < tried) }' said ||
	    fail 'the operator is not told before the try'
	right create-ca
	# An empty PIN is not sent, and spends no try.
	told_first 6 '' create-ca --quiet --certs-dir=certs \
	    "--ca-key=$key_uri" "$key_kind"
	told_first 6 00000000 create-ca --certs-dir=certs \
	    "--ca-key=$key_uri" "$key_kind"
	says CKR_PIN_INCORRECT 'create-ca on a terminal'
	told_first 0 "$TOKEN_PIN" create-ca --certs-dir=certs \
	    "--ca-key=$key_uri" "$key_kind"
	requests 1
	told_first 6 '' sign client client.u1.csr --user=u1 --yes
	told_first 6 '' token check
	told_first 6 '' token change-pin "--token=pkcs11:token=$TOKEN_LABEL"
	right 'the terminal'
	exit 0
fi

init
no_last_try create-ca create_ca
create_ca
expect 0 'create-ca with the right PIN'
requests 1
no_last_try sign sign client.u1.csr
agrees 0
[ "$kind" != fault ] ||
    [ "$(grep -c ' C_Login CKR_PIN_INCORRECT ' calls)" -eq 4 ] ||
    fail 'the token has seen other than four wrong PINs'
# Who is at a terminal is warned before the second try is typed.
use_pin=wrong
sign client.u1.csr
use_pin=
expect 6 'sign with a wrong PIN'
prompted '' sign client client.u1.csr --user=u1 --yes
expect 6 'sign with no PIN typed'
# A PIV card shows nothing before its last try.
[ "$kind" = piv ] || grep -q 'a wrong PIN was tried' before ||
    fail 'the operator is asked before it is warned'
sign client.u1.csr
expect 0 'sign with the right PIN'
agrees 1
if [ "$kind" = fault ]; then
	# Who has just logged in with a PIN is not told that it is wrong.
	plan 'fail C_SetPIN 1 CKR_PIN_INCORRECT'
	pin_file new-pin 23456789
	coldca token change-pin "--token=pkcs11:token=$TOKEN_LABEL" \
	    --pin-fd=3 --new-pin-fd=4 4<new-pin
	expect 5 'change-pin of a token that does not write'
	says 'though C_Login took the same PIN' 'change-pin'
fi
echo "$kind: $((2 * runs)) runs, 4 wrong PINs sent, not locked"
