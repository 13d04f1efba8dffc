#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is typed at a terminal, and what is not: a PIN for each signature, the
# PIN at the token's own pinpad, the label of a token that is to be erased.

. "$(dirname "$0")/lib.sh"
need expect jq softhsm2-util
: "${CROWD:?the program that makes what pkcs11-tool can not}"
: "${FAULT_MODULE:?the module that makes things happen}"
make_token ca
ok coldca init --mode=test "--module=$module"
for user in a b; do
	ok coldca request client "$user" --certs-dir=requests
done

# talk COMMAND...: COMMAND on a terminal of its own. The lines of the file lines
# are, by turns, what must be asked and what is typed then: all of it, in this
# order, and nothing more. The screen is kept in screen; the status is 97 where
# it did not ask, 98 where it asked for more.
cat >talk.exp <<'EXPECT'
set timeout 60
log_file -noappend screen
set file [open lines]
set lines [split [string trimright [read $file] "\n"] "\n"]
spawn -noecho {*}$argv
foreach {question answer} $lines {
	foreach awaited [list $question ": "] {
		expect {
			-ex $awaited {}
			timeout { exit 99 }
			eof { exit 97 }
		}
	}
	send -- "$answer\r"
}
expect {
	-re {(PIN|Type [^\n]*): $} { exit 98 }
	timeout { exit 99 }
	eof
}
exit [lindex [wait] 3]
EXPECT
talk() {
	status=0
	expect -f "$work/talk.exp" "$COLDCA" "$@" >expect.log 2>&1 || status=$?
}
screen() {
	grep -Eq -e "$1" screen && return
	failed "the screen does not show '$1':"
	cat -v screen
}
# ended WHAT STATUS
ended() {
	[ "$status" = "$2" ] && return
	failed "$1: status $status, not $2"
	cat -v screen
}
no_pin_shown() {
	lacks "$1: a PIN is on the screen" grep -Eq '12345678|87654321|11111111' screen
}

# A key that wants the PIN for each signature: at the login, for each
# certificate, and for the head of the ledger.
ok "$CROWD" "$module" ca each each-pin 3<pin
says 'each-pin 0x0'
cat >lines <<'LINES'
User PIN of token `ca`
12345678
, for the next signature
12345678
, for the next signature
12345678
LINES
talk create-ca --allow-ca-key-reuse '--ca-key=pkcs11:token=ca;object=each' --certs-dir=certs
ended 'create-ca with a PIN for each signature' 0
no_pin_shown create-ca
cat >lines <<'LINES'
Type yes to go on
yes
User PIN of token `ca`
12345678
, for the next signature
12345678
, for the next signature
12345678
, for the next signature
12345678
LINES
for signer in auto libp11 cryptoki; do
	talk sign client requests/client.a.csr requests/client.b.csr \
	    --names-from-request "--signer=$signer" "--out=each-$signer"
	ended "sign with a PIN for each signature, $signer" 0
	no_pin_shown "sign, $signer"
	is "bundles, $signer" 'client-a client-b' "$(bundles "each-$signer")"
done

# A wrong one for the second signature: no other is asked for, and what was
# signed before stays.
cat >lines <<'LINES'
Type yes to go on
yes
User PIN of token `ca`
12345678
, for the next signature
12345678
, for the next signature
11111111
LINES
talk sign client requests/client.a.csr requests/client.b.csr \
    --names-from-request --out=wrong
ended 'a wrong PIN for the second signature' 6
screen 'CKR_PIN_INCORRECT'
no_pin_shown 'a wrong PIN'
lacks 'a bundle that was not signed' [ -e wrong/client-b ]
ok coldca ledger verify
# The right one at once sets the token's warning back.
ok with_pin coldca token list --login '--token=pkcs11:token=ca'

# A pinpad: nothing is asked here, and the operator is told where to type.
export P11_FAULT_PLAN="$work/plan"
plan() {
	printf '%s\n' "module $module" "log $work/calls" "$@" >plan
}
plan 'pinpad 12345678'
export COLDCA_DIR="$work/pinpad"
ok coldca init --mode=test "--module=$FAULT_MODULE"
: >lines
talk create-ca '--ca-key=pkcs11:token=ca;object=pad' --certs-dir=pad-certs
ended 'create-ca at a pinpad' 0
screen 'enter the PIN at its own pinpad'
printf 'Type yes to go on\nyes\n' >lines
for signer in libp11 cryptoki; do
	talk sign client requests/client.a.csr --names-from-request \
	    "--signer=$signer" "--out=pad-$signer"
	ended "sign at a pinpad, $signer" 0
	screen 'enter the PIN at its own pinpad'
	is "the bundle, $signer" client-a "$(bundles "pad-$signer")"
done
: >lines
talk token check
ended 'token check at a pinpad' 0
talk token list --login '--token=pkcs11:token=ca'
ended 'token list at a pinpad' 0
screen 'pad .*private key'

# The wrong PIN there is one try too.
plan 'pinpad 11111111' "state $work/tries" 'lock-after 3'
: >calls
printf 'Type yes to go on\nyes\n' >lines
talk sign client requests/client.a.csr --names-from-request --out=pad-wrong
ended 'a wrong PIN at the pinpad' 6
screen 'CKR_PIN_INCORRECT'
is 'tries at the pinpad' 1 "$(grep -c ' C_Login ' calls)"
lacks 'a bundle after a wrong PIN' [ -e pad-wrong ]

# A pinpad and a PIN for each signature.
plan 'pinpad 12345678'
talk_each() {
	: >calls
	talk sign client requests/client.a.csr requests/client.b.csr \
	    --names-from-request --out=pad-each --ca-dir=pad-each.ca
}
ok coldca init --mode=test "--module=$FAULT_MODULE" --ca-dir=pad-each.ca
: >lines
talk create-ca --allow-ca-key-reuse '--ca-key=pkcs11:token=ca;object=each' \
    --certs-dir=each-certs --ca-dir=pad-each.ca
ended 'create-ca at a pinpad with a PIN for each signature' 0
printf 'Type yes to go on\nyes\n' >lines
talk_each
ended 'sign at a pinpad with a PIN for each signature' 0
is 'bundles' 'client-a client-b' "$(bundles pad-each)"
is 'PINs at the pinpad' 4 "$(grep -c ' C_Login CKR_OK' calls)"
screen 'its own pinpad wants the PIN again for each signature'
unset P11_FAULT_PLAN

# A token is erased by who types its label.
COLDCA_DIR=$work/.coldca
labels() {
	coldca token list --json 2>/dev/null |
	    jq -r '.[] | select(.initialized) | .label' | sort | paste -sd' ' -
}
softhsm2-util --init-token --free --label old --pin 12345678 \
    --so-pin 87654321 >out
erase() {
	talk token init --label=new '--token=pkcs11:token=old' --erase
}
for typed in new OLD 'old ' yes ''; do
	printf 'Type its label to erase it\n%s\n' "$typed" >lines
	erase
	ended "the label typed as '$typed'" 4
	is 'tokens' 'ca old' "$(labels)"
done
screen 'All keys on token .old. .* will be lost'
cat >lines <<'LINES'
Type its label to erase it
old
Security officer's PIN of token `old`
11111111
User PIN of token
12345678
User PIN, once more
12345678
LINES
erase
ended 'a wrong security officer PIN' 6
cat >lines <<'LINES'
Type its label to erase it
old
Security officer's PIN of token `old`
87654321
User PIN of token
11111111
User PIN, once more
22222222
LINES
erase
ended 'user PINs that differ' 6
screen 'not typed the same twice'
is 'tokens' 'ca old' "$(labels)"
sed -i 's/22222222/11111111/' lines
erase
ended 'the right label' 0
no_pin_shown erase
is 'tokens after it' 'ca new' "$(labels)"

# The one that SoftHSM always has besides has no label and no serial number yet.
cat >lines <<'LINES'
Security officer's PIN of the blank token
87654321
Security officer's PIN, once more
87654321
User PIN of the blank token
11111111
User PIN, once more
11111111
LINES
talk token init --label=third
ended 'a blank token' 0
no_pin_shown 'token init'
is 'tokens with it' 'ca new third' "$(labels)"
echo 11111111 >pin
ok with_pin coldca token list --login '--token=pkcs11:token=new'
finish
