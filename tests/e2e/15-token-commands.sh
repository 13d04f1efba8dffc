#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# token init, change-pin, list and check: a token from blank to a CA.

. "$(dirname "$0")/lib.sh"
need jq openssl pkcs11-tool softhsm2-util
: "${FAULT_MODULE:?the module that makes things happen}"
: "${CROWD:?the program that makes what pkcs11-tool can not}"
make_token old
ok coldca init --mode=test "--module=$module"
printf '11111111\n22222222\n' >pins
init() {
	coldca token init --so-pin-fd=3 --pin-fd=3 "$@" 3<pins
}
labels() {
	coldca token list --json 2>/dev/null | jq -r '.[] | select(.initialized) | .label' |
	    sort | paste -sd' ' -
}

refused 2 'label' init
ok init --label=one
is 'tokens' 'old one' "$(labels)"

# A token in use is erased only by its name.
refused 5 'initialized' init --label=two '--token=pkcs11:token=one'
refused 2 'erase' init --label=two --erase=one
refused 4 'nothing was erased' init --label=two '--token=pkcs11:token=one' --erase=old
refused 2 'yes' init --label=two '--token=pkcs11:token=one' --erase --yes
refused 2 'terminal' setsid "$COLDCA" token init --label=two \
    '--token=pkcs11:token=one' --erase --so-pin-fd=3 --pin-fd=3 3<pins
is 'tokens after refusals' 'old one' "$(labels)"
ok init --label=two '--token=pkcs11:token=one' --erase=one
is 'tokens after --erase' 'old two' "$(labels)"
lacks 'a message holds a PIN' grep -Eq '11111111|22222222' out err

# The PIN.
change() {
	coldca token change-pin '--token=pkcs11:token=two' --pin-fd=3 \
	    --new-pin-fd=3 3<pins
}
printf '99999999\n33333333\n' >pins
refused 6 'PIN' change
is 'state of the PIN' 'wrong once' "$(coldca token list --json 2>/dev/null |
    jq -r '.[] | select(.label == "two") | .pin')"
printf '22222222\n33333333\n' >pins
ok change
refused 6 'PIN' change
echo 33333333 >pin

# A CA on it, probed.
ok with_pin coldca create-ca '--ca-key=pkcs11:token=two;object=cluster-ca' \
    --certs-dir=certs --key-type=rsa --sig-alg=RSASSA-PSS-SHA384
ok with_pin coldca token check
says 'sign-after-logout.*safe'
says '^Result: passed$'
ok with_pin coldca token check --json
is 'result of the probe' passed "$(jq -r .result out)"
is 'attempts that are not safe' 0 "$(jq '[.probes[] | select(.verdict != "safe")] | length' out)"

# What the token shows of it, to everybody and after a login.
key() {
	jq -r "[.[] | select(.label == \"two\")][0] | $1" out
}
ok coldca token list --json
is 'the key in the list' 'cluster-ca rsa O=Cockroach,CN=Cockroach CA true' \
    "$(key '.ca_keys[0] | "\(.label) \(.key.kind) \(.subject) \(.in_ledger)"')"
is 'what is shown of it' 'true true false' \
    "$(key '.ca_keys[0] | "\(.certificate) \(.public_key) \(.private_key)"')"
is 'its id' "$(PIN=33333333 pkcs11-tool --module "$module" --token-label two --login \
	    --pin env:PIN --list-objects --type privkey 2>/dev/null |
	    sed -n 's/ *ID: *//p')" "$(key '.ca_keys[0].id')"
ok with_pin coldca token list --login '--token=pkcs11:token=two' --json
is 'tokens with a login' two "$(jq -r '.[].label' out)"
is 'what is shown after a login' true "$(key '.ca_keys[0].private_key')"
ok with_pin coldca token list --login '--token=pkcs11:token=two'
says 'two +cluster-ca +[0-9a-f]{32} +rsa, 2048 bits +O=Cockroach,CN=Cockroach CA +certificate, public key, private key +cluster'
ok coldca token list '--token=pkcs11:token=old' --json
is 'one token' old "$(jq -r '.[].label' out)"
refused 2 '(error).*--login: needs --token' coldca token list --login
refused 2 '(error).*--pin-fd' with_pin coldca token list
refused 5 'no token matches' coldca token list '--token=pkcs11:token=three'
echo 44444444 >wrong
refused 6 'PIN' coldca token list --login '--token=pkcs11:token=two' --pin-fd=3 3<wrong
ok with_pin coldca token list --login '--token=pkcs11:token=two'

# Without the ledger, and with that of another CA.
ok coldca token list --json "--module=$module" --ca-dir=none
is 'in a ledger that is not there' null "$(key '.ca_keys[0].in_ledger')"
ok coldca init --mode=test "--module=$module" --ca-dir=another
ok coldca token list --json --ca-dir=another
is 'in the ledger of another CA' false "$(key '.ca_keys[0].in_ledger')"

# What others put there: a CA with its keys, a leaf, a private key, and what
# only says that it is a certificate.
foreign() {
	PIN=33333333 pkcs11-tool --module "$module" --token-label two --login \
	    --pin env:PIN "$@" >foreign.log 2>&1
}
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj '/CN=Other CA' \
    -outform DER -out ca.der 2>foreign.log
openssl pkey -in ca.key -pubout -outform DER -out ca.pub
openssl req -x509 -newkey rsa:2048 -nodes -keyout leaf.key -subj /CN=leaf \
    -addext basicConstraints=critical,CA:FALSE -outform DER -out leaf.der 2>foreign.log
ok foreign --write-object ca.der --type cert --label other-ca --id aa01
ok foreign --write-object ca.pub --type pubkey --label other-ca --id aa01
ok foreign --write-object leaf.der --type cert --label leaf --id aa02
ok foreign --keypairgen --key-type EC:prime256v1 --label stray --id aa03
ok "$CROWD" "$module" two nothing certificates 3<pin
ok coldca token list --json
warns 'token .two.: 1 of its objects can not be read'
is 'the unreadable' 1 "$(key .unreadable)"
is 'CA keys' 'cluster-ca true;other-ca false' \
    "$(key '[.ca_keys[] | "\(.label) \(.in_ledger)"] | sort | join(";")')"
is 'the other CA' 'aa01 CN=Other CA true true' \
    "$(key '.ca_keys[] | select(.label == "other-ca") |
	"\(.id) \(.subject) \(.certificate) \(.public_key)"')"
is 'private keys without a login' 0 "$(key '.private_keys | length')"
ok with_pin coldca token list --login '--token=pkcs11:token=two' --json
is 'private keys' 'stray p256 true' \
    "$(key '.private_keys[] | "\(.label) \(.key.kind) \(.public_key)"')"

# A key whose certificate was taken away; and one that is only on record.
foreign --delete-object --type cert --label cluster-ca
ok coldca token list --json
is 'a key without its certificate' 'false true true null' \
    "$(key '.ca_keys[] | select(.label == "cluster-ca") |
	"\(.certificate) \(.public_key) \(.in_ledger) \(.subject)"')"
foreign --delete-object --type pubkey --label cluster-ca
ok coldca token list
says 'two +cluster-ca +[0-9a-f]{32} +nothing +cluster'

# Slots whose token is gone are slots all the same.
export P11_FAULT_PLAN="$work/plan"
printf 'module %s\nlog %s\nremove after C_Initialize 1\n' "$module" "$work/calls" >plan
ok coldca token list "--module=$FAULT_MODULE" --ca-dir=none
says '^\(empty: .*SoftHSM'
ok coldca token list "--module=$FAULT_MODULE" --ca-dir=none --json
is 'tokens in empty slots' 'false' "$(jq -r '[.[].present] | unique | join(" ")' out)"

# Objects that can not be listed hide no token.
printf 'module %s\nlog %s\nfail C_OpenSession 1 CKR_DEVICE_ERROR\n' "$module" "$work/calls" >plan
ok coldca token list "--module=$FAULT_MODULE" --ca-dir=none --json
warns 'C_OpenSession: CKR_DEVICE_ERROR'
is 'tokens' 3 "$(jq length out)"
unset P11_FAULT_PLAN
refused 2 'RSASSA-PSS-SHA384' coldca create-ca --sig-alg=x --certs-dir=c2 \
    '--ca-key=pkcs11:token=two;object=x'
refused 2 'ecdsa-with-SHA256' coldca create-ca --sig-alg=RSASSA-PSS-SHA256 \
    --certs-dir=c2 '--ca-key=pkcs11:token=two;object=x'
refused 2 'sessions: .0. is not a number from 1 to 64' \
    coldca sign client x.csr --user a --yes --sessions=0
refused 4 'module-args' with_pin coldca token check --module-args=x
ok coldca ledger verify
finish
