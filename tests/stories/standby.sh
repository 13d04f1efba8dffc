#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# A CA with a standby key on a second token loses the first token: hosts that
# were set up before trust what the second one signs.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
begin softhsm
first_token=$(ls "$TOKEN_DIR/tokens")
found_ca
[ "$(grep -c BEGIN certs/ca.crt)" -eq 1 ] || fail 'more than one CA'

pin_file so-pin "$TOKEN_SO_PIN"
coldca token init --label=second "--module=$TOKEN_MODULE" --so-pin-fd=4 \
    --pin-fd=3 4<so-pin
expect 0 'token init'
standby='pkcs11:token=second;object=standby'
coldca create-ca --standby --certs-dir=certs "--ca-key=$standby" --pin-fd=3
expect 0 'create-ca --standby'
[ "$(grep -c BEGIN certs/ca.crt)" -eq 2 ] ||
    fail 'ca.crt does not hold both certificates'
cp certs/ca.crt ca.crt.before

# issuer_key CERTIFICATE: which of the two has signed it
issuer_key() {
	awk '/BEGIN/ { n++ } { print > ("ca." n ".pem") }' ca.crt.before
	for n in 1 2; do
		! openssl verify -x509_strict -partial_chain -purpose sslclient \
		    -CAfile "ca.$n.pem" "$1" >verified 2>&1 || echo "$n"
	done
}

requests 3
sign client.u1.csr
expect 0 'with the first token'
[ "$(issuer_key outbox/client-u1/client.u1.crt)" = 1 ] ||
    fail 'the first key does not sign while its token is there'
cmp -s outbox/client-u1/ca.crt ca.crt.before ||
    fail 'the bundle does not hold both certificates'

mv "$TOKEN_DIR/tokens/$first_token" lost-token
sign client.u2.csr
expect 5 'without the first token'
[ ! -e outbox/client-u2 ] || fail 'signed without its token'

sign "--ca-key=$standby" client.u2.csr client.u3.csr
expect 0 'with the standby'
for user in u2 u3; do
	[ "$(issuer_key "outbox/client-$user/client.$user.crt")" = 2 ] ||
	    fail "$user: not signed by the standby key"
	cmp -s "outbox/client-$user/ca.crt" ca.crt.before ||
	    fail "$user: the bundle has other CAs"
	openssl verify -x509_strict -purpose sslclient \
	    -CAfile ca.crt.before "outbox/client-$user/client.$user.crt" \
	    >verified 2>&1 || fail "$user: $(cat verified)"
done
coldca ledger verify
expect 0 'ledger verify'
