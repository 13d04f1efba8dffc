#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An operator at a terminal: sees what will be signed, is asked, types a PIN
# that does not appear, and sees nothing that a request put there to deceive.

. "$(dirname "$0")/lib.sh"
need expect openssl jq
make_token ca
make_ca
ok coldca request node node1.example.com --certs-dir=n1
ok coldca request client maxroach --certs-dir=c1

# at_terminal ANSWER PIN COMMAND...: COMMAND on a terminal of its own, asked
# for a typed yes and for a PIN; what was on the screen is in screen.
at_terminal() {
	answer=$1 pin=$2
	shift 2
	status=0
	ANSWER=$answer PIN=$pin expect -f "$work/operator.exp" "$@" \
	    >expect.log 2>&1 || status=$?
}
# The answer comes at once: a question stands there only when it can be answered.
cat >operator.exp <<'EXPECT'
set timeout 30
log_file -noappend screen
spawn -noecho {*}$argv
expect {
	"Type yes to go on: " { send -- "$env(ANSWER)\r"; exp_continue }
	"PIN: " { send -- "$env(PIN)\r"; exp_continue }
	timeout { exit 99 }
	eof
}
exit [lindex [wait] 3]
EXPECT

sign() {
	at_terminal "$1" "$2" "$COLDCA" sign node n1/node.csr \
	    --host node1.example.com --out=outbox
}
screen() {
	grep -Eq -e "$1" screen && return
	failed "the screen does not show '$1':"
	cat -v screen
}

# No.
sign no 12345678
is 'status after no' 4 "$status"
screen 'not confirmed'
lacks 'a bundle after no' [ -e outbox ]
is 'serials after no' 1 "$(serials)"
sign y 12345678
is 'status after y' 4 "$status"
lacks 'a bundle after y' [ -e outbox ]

# A wrong PIN.
sign yes 00000000
is 'status after a wrong PIN' 6 "$status"
lacks 'a bundle after a wrong PIN' [ -e outbox ]

# Yes, and what was shown before.
sign yes 12345678
is 'status after yes' 0 "$status"
screen 'node1\.example\.com'
screen 'CN=node'
screen 'p256|P-256'
screen 'TEST MODE'
lacks 'the PIN is on the screen' grep -q 12345678 screen
holds 'a bundle after yes' [ -s outbox/node-node1.example.com/node.crt ]

# Without a terminal there is nobody to ask.
refused 2 'terminal|--yes' setsid "$COLDCA" sign client c1/client.maxroach.csr --user maxroach --pin-fd=3 3<pin </dev/null
warns '(hint).*--yes'
lacks 'a bundle that nobody confirmed' [ -e outbox/client-maxroach ]

# A request that tries to move the cursor, hide text and turn it round.
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
evil=$(printf 'a\033[2Jb\342\200\256c\302\233d\177e')
openssl req -new -utf8 -key key.pem -config /dev/null -subj "/CN=$evil" \
    -out evil.csr
holds 'the request holds an escape' \
    sh -c "openssl req -in evil.csr -outform DER | grep -q \$'\\033' ||
	openssl req -in evil.csr -outform DER | od -An -tx1 | tr -d ' \\n' | grep -q 1b5b324a"
clean() {
	lacks "$1: a raw control character" \
	    sh -c "tr -d '\\r\\n\\t\\40-\\176\\200-\\377' <$2 | grep -q ."
	lacks "$1: a raw U+202E or U+009B" \
	    sh -c "od -An -tx1 <$2 | tr -d ' \\n' | grep -qE 'e280ae|c29b'"
}
at_terminal yes 12345678 "$COLDCA" sign client evil.csr --user maxroach
is 'status of the evil request' 4 "$status"
clean 'on the screen' screen
at_terminal yes 12345678 "$COLDCA" sign client evil.csr --user maxroach --drop-extra --out=dropped
is 'status of the evil request, dropped' 0 "$status"
clean 'on the screen, dropped' screen
ran coldca inspect evil.csr
clean 'inspect' out
clean 'inspect' err
ran coldca inspect evil.csr --json
clean 'inspect --json' out
mv evil.csr "evil-$evil.csr"
ran coldca inspect "evil-$evil.csr"
clean 'a file name' out
clean 'a file name' err
ran coldca "$evil"
clean 'an unknown command' err
mkdir evil
cp n1/node.csr evil/node.crt
cp outbox/node-node1.example.com/ca.crt "evil/client.$evil.crt"
ran coldca list --certs-dir=evil
clean 'list' out
clean 'list' err
finish
