#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# A token that repeats an ECDSA r has told its key to everybody: the CA stops,
# for ever. Signatures that are wrong or too short are refused, and the next
# run goes on.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
begin fault
found_ca
requests 5

# refused RULE: nothing is issued with it
refused() {
	plan "$1"
	sign client.u1.csr
	expect 5 "$1"
	says '^coldca: error: .*signature' "$1"
	[ ! -e outbox/client-u1 ] || fail "$1: there is a bundle"
	agrees 0
}

refused 'sign wrong 1'
refused 'sign truncate 1'
plan
sign client.u1.csr
expect 0 'a run without faults'
agrees 1
nothing_pending

# The same signature again is no signature of something else.
plan 'sign repeat 2'
sign --sessions=1 client.u2.csr client.u3.csr
expect 5 'an earlier signature'
says '^coldca: error: .*signature.*does not verify' 'an earlier signature'
agrees 2
[ ! -e outbox/client-u3 ] || fail 'an earlier signature: there is a bundle'
plan

# A token with a key that is known, and signatures that all verify and all have
# the same r. The first one is in the CA certificate, the second one would be in
# the head of the ledger.
[ -e "${REPEATING:-}" ] || {
	echo 'skipped: REPEATING names no module'
	exit 77
}
export REPEATING_MODULE="$behind" REPEATING_KEY="$dir/known.pem"
(umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out known.pem)
softhsm2-util --import known.pem --token "$TOKEN_LABEL" --label known \
    --id 77 --pin "$TOKEN_PIN" >tool
TOKEN_MODULE=$REPEATING
COLDCA_DIR=$dir/repeating
mkdir first && mv certs outbox first
init
openssl pkey -in known.pem -pubout -outform DER -out known.der
printf 'legacy_key: "%s"\n' "$(sha256sum <known.der | cut -d' ' -f1)" \
    >>repeating/policy.yaml
coldca create-ca --certs-dir=certs --allow-ca-key-reuse --pin-fd=3 \
    "--ca-key=pkcs11:token=$TOKEN_LABEL;object=known;id=%77"
expect 5 'create-ca with the known key'
says 'repeated .*ECDSA r.*must be considered disclosed' 'create-ca with the known key'
sign client.u3.csr client.u4.csr
expect 5 'a repeated r'
says 'repeated .*ECDSA r.*must be considered disclosed' 'a repeated r'
[ -z "$(ls outbox 2>missing)" ] || fail 'a repeated r: there is a bundle'
agrees 0
nothing_pending

# It stays stopped, whatever the token does now.
TOKEN_MODULE=$behind
sign client.u5.csr
expect 5 'the run after'
says 'must be considered disclosed' 'the run after'
agrees 0
