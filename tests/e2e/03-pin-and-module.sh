#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What happens when the PIN is wrong, the module is gone, or the key is there
# already: each has its own status, and nothing half-made stays behind.

. "$(dirname "$0")/lib.sh"
need jq
make_token ca
uri='pkcs11:token=ca;object=cluster-ca'
echo 00000000 >wrong

# Before there is a CA: a wrong PIN leaves no certificate, no key, no directory.
ok coldca init --mode=test "--module=$module"
refused 6 '[Pp][Ii][Nn]' coldca create-ca "--ca-key=$uri" --certs-dir=certs --pin-fd=3 3<wrong
lacks 'a refused create-ca leaves a directory' [ -e certs ]
is 'certificates after a wrong PIN' 0 "$(serials)"
PIN=12345678 pkcs11-tool --module "$module" --token-label ca --login \
    --pin env:PIN -O >objects.txt 2>/dev/null
is 'objects on the token after a wrong PIN' 0 "$(grep -c Object objects.txt)"

ok with_pin coldca create-ca "--ca-key=$uri" --certs-dir=certs
ok coldca request node node1.example.com --certs-dir=n1
sign() {
	coldca sign node n1/node.csr --host node1.example.com --yes \
	    --out=outbox "$@"
}
untouched() {
	lacks "$1: a bundle was written" [ -e outbox ]
	is "$1: serials used" 1 "$(serials)"
}

refused 6 '[Pp][Ii][Nn]' sign --pin-fd=3 3<wrong
untouched 'wrong PIN'
refused 6 '[Pp][Ii][Nn]' sign --pin-fd=3 3</dev/null
untouched 'empty PIN'
refused 6 '[Pp][Ii][Nn]' sign "--ca-key=$uri?pin-source=file:$work/no-such-file"
untouched 'no PIN file'

# No terminal and no other source of a PIN.
refused 6 '[Pp][Ii][Nn]' setsid "$COLDCA" sign node n1/node.csr --host node1.example.com --yes --out=outbox </dev/null
untouched 'no PIN'

# Exactly one try, counted between the program and the token.
if [ -n "${P11_SHIM:-}" ]; then
	ok coldca init --mode=test "--module=$P11_SHIM" --ca-dir=shim-ca
	export P11_SHIM_MODULE="$module" P11_SHIM_LOG="$work/calls"
	ok with_pin coldca create-ca --ca-dir=shim-ca --certs-dir=shim-certs \
	    '--ca-key=pkcs11:token=ca;object=shim-ca'
	is 'logins for one create-ca' 1 "$(grep -c C_Login calls)"
	: >calls
	refused 6 '[Pp][Ii][Nn]' sign --ca-dir=shim-ca --pin-fd=3 3<wrong
	is 'logins with a wrong PIN' 1 "$(grep -c C_Login calls)"
	is 'signatures with a wrong PIN' 0 "$(grep -c C_Sign calls)"
	: >calls
	ok with_pin sign --ca-dir=shim-ca
	is 'logins for one signature' 1 "$(grep -c C_Login calls)"
	is 'signatures for one certificate, and the head' 2 "$(grep -c 'C_Sign\>' calls)"
	unset P11_SHIM_MODULE P11_SHIM_LOG
	rm -r outbox
else
	failed 'there is no shim to count logins with'
fi

# A PIN where others can read it is refused before anything is done.
refused 2 'pin' sign --pin=12345678
refused 2 'pin-value' sign "--ca-key=$uri?pin-value=12345678"
lacks 'the message repeats the PIN' grep -q 12345678 err
untouched 'PIN in the arguments'

# The module.
refused 5 '/nonexistent' with_pin sign --module=/nonexistent
untouched 'no module'
refused 4 'module' with_pin sign --module=/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so
untouched 'another module than the pinned one'
refused 5 '/nonexistent' coldca token list --module=/nonexistent
cp "$module" copy.so
ok coldca init --mode=test --module=copy.so --ca-dir=pinned
printf x >>copy.so
refused 4 'SHA-256|sha256|changed' with_pin coldca create-ca \
    "--ca-key=$uri" --ca-dir=pinned --certs-dir=pinned-certs
lacks 'a changed module was used' [ -e pinned-certs ]

# The same CA again, the same label for another CA, and the same file again.
refused 4 'cluster CA' with_pin coldca create-ca "--ca-key=$uri" --certs-dir=again
lacks 'a second create-ca left a directory' [ -e again ]
ok coldca init --mode=test "--module=$module" --ca-dir=second
refused 5 'cluster-ca' with_pin coldca create-ca "--ca-key=$uri" --ca-dir=second --certs-dir=again
lacks 'a create-ca with a label that is taken left a directory' [ -e again ]
is 'serials used for a label that is taken' 0 "$(serials second)"
refused 8 'ca\.crt' with_pin coldca create-ca \
    '--ca-key=pkcs11:token=ca;object=other-ca' --ca-dir=second --certs-dir=certs
PIN=12345678 pkcs11-tool --module "$module" --token-label ca --login \
    --pin env:PIN -O >objects.txt 2>/dev/null
lacks 'a refused create-ca made a key' grep -q other-ca objects.txt
is 'private keys with the label' 1 "$(grep -A1 'Private Key' objects.txt | grep -c 'label: *cluster-ca')"
is 'serials after refusals' 1 "$(serials)"
refused 5 "initialized tokens there: 'ca'" with_pin coldca sign node n1/node.csr --host node1.example.com --yes '--ca-key=pkcs11:token=no-such-token;object=cluster-ca'
refused 5 "private keys: .*'cluster-ca'" with_pin coldca sign node n1/node.csr --host node1.example.com --yes '--ca-key=pkcs11:token=ca;object=no-such-key'
untouched 'no such key'

# Production takes no token made of software.
ok coldca init "--module=$module" --ca-dir=production
refused 4\|5 'software|production' with_pin coldca create-ca \
    '--ca-key=pkcs11:token=ca;object=prod-ca' --ca-dir=production \
    --certs-dir=production-certs
lacks 'production made a CA on SoftHSM' [ -e production-certs ]

# The PIN is in nobody's sight: not in a message, the ledger or the arguments
# of a running program.
ok with_pin sign
lacks 'a message holds the PIN' grep -q 12345678 out err
lacks 'the CA directory holds the PIN' grep -rq 12345678 .coldca
mkfifo slow-pin
"$COLDCA" sign node n1/node.csr --host node1.example.com --yes --out=outbox2 \
    --pin-fd=3 3<slow-pin >/dev/null 2>&1 &
program=$!
exec 4>slow-pin
# The shell opens the pipe before it becomes coldca.
tries=0
until grep -q 'sign' "/proc/$program/cmdline" || [ "$tries" -ge 100 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
tr '\0' ' ' <"/proc/$program/cmdline" >arguments
holds 'the arguments are those of coldca' grep -q 'sign node' arguments
lacks 'the arguments hold the PIN' grep -q 12345678 arguments
echo 12345678 >&4
exec 4>&-
status=0
wait "$program" || status=$?
is 'status with a PIN from a pipe' 0 "$status"
is 'hidden files left behind' '' "$(find . -path ./tokens -prune -o -name '.?*' ! -name .coldca -print)"
is 'files of the CA directory' 'ledger.db policy.yaml' "$(names .coldca)"
finish
