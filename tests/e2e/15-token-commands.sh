#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# token init, change-pin, list and check: a token from blank to a CA.

. "$(dirname "$0")/lib.sh"
need jq softhsm2-util
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
ok coldca token list --json
is 'the key in the list' cluster-ca "$(jq -r '.[] | select(.label == "two") | .ca_keys' out)"
refused 2 'RSASSA-PSS-SHA384' coldca create-ca --sig-alg=x --certs-dir=c2 \
    '--ca-key=pkcs11:token=two;object=x'
refused 2 'ecdsa-with-SHA256' coldca create-ca --sig-alg=RSASSA-PSS-SHA256 \
    --certs-dir=c2 '--ca-key=pkcs11:token=two;object=x'
refused 2 'sessions' coldca sign client x.csr --user a --yes --sessions=0
refused 4 'module-args' with_pin coldca token check --module-args=x
ok coldca ledger verify
finish
