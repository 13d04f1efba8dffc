#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: flip.sh STEP
#
# A ledger of 50 entries of all kinds, made by the program, is changed octet by
# octet: see flip_bytes.c. STEP 1 is every octet.

. "$(dirname "$0")/../e2e/lib.sh"
: "${FLIP_BYTES:?names the program that changes octets}"
step=$1
make_token ca
make_ca

# batch COUNT PREFIX: that many users in one run
batch() {
	csrs=''
	for i in $(seq "$1"); do
		ok coldca request client "$2$i" --certs-dir=keys
		csrs="$csrs keys/client.$2$i.csr"
	done
	# shellcheck disable=SC2086 # words
	ok with_pin coldca sign client $csrs --names-from-request --yes
}

batch 12 a
ok coldca revoke --user=a1 --reason=superseded --yes
ok coldca revoke --user=a2 --reason=keyCompromise --yes
ok with_pin coldca create-crl
ok with_pin coldca create-ocsp
refused 4 'policy' with_pin coldca sign client keys/client.a3.csr \
    --user=a3 --lifetime=4000d --yes
batch 5 b
ok coldca ledger verify
entries=$(coldca ledger head --json 2>/dev/null | jq .entry)
holds "50 entries ($entries)" test "$entries" -ge 50
[ "$failures" -eq 0 ] || finish
cd / || exit 1
"$FLIP_BYTES" "$work/.coldca/ledger.db" "$step" || failed 'a change was not noticed'
finish
