#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: crowd.sh
#
# A SoftHSM token with all kinds of strangers on it, some with the very label
# of a CA's key: CAs made before they came and after sign on, by every signer that
# can list what is there.
#
# From outside, besides COLDCA: CROWD, which makes what pkcs11-tool can not.

here=$(cd "$(dirname "$0")" && pwd)
kind=softhsm
. "$here/lib.sh"
: "${CROWD:?the program that makes the strangers}"

# create CA TYPE: its key has the CA's name as label
create() {
	new_ca "$1"
	run 0 create-ca --pin-fd=3 "--certs-dir=$dir/$1-certs" \
	    "--ca-key=$token_uri;object=$1" "--key-type=$2" || :
}

# neighbours LABEL: with this label, two key pairs of the kinds that CAs have,
# an AES key, and certificate objects that are not X.509
neighbours() {
	tool --keypairgen --key-type EC:prime256v1 --id a1 --label "$1" &&
	    tool --keypairgen --key-type rsa:2048 --id a2 --label "$1" &&
	    tool --keygen --key-type AES:32 --id a4 --label "$1" &&
	    "$CROWD" "$TOKEN_MODULE" "$TOKEN_LABEL" "$1" certificates 3<pin
} >strangers.log 2>&1

# strangers LABEL: Ed25519, and DSA with its domain parameters. No libp11 of
# before 0.4.13 lists keys on a token that holds such.
strangers() {
	tool --keypairgen --key-type EC:edwards25519 --id a3 --label "$1" &&
	    "$CROWD" "$TOKEN_MODULE" "$TOKEN_LABEL" "$1" dsa 3<pin
} >>strangers.log 2>&1

# present LABEL: they are really there
present() {
	tool --list-objects >objects 2>&1
	for stranger in dsa-parameters dsa openpgp-certificate no-certificate
	do
		has strangers.log "$stranger 0x0"
	done
	# SoftHSM has no other kinds of certificate: CKR_ATTRIBUTE_VALUE_INVALID
	has strangers.log 'attribute-certificate 0x13'
	has strangers.log 'wtls-certificate 0x13'
	for stranger in 'Private Key Object; EC_EDWARDS' \
	    'Private Key Object; unknown key algorithm 1' \
	    'Secret Key Object; AES' \
	    'Certificate Object; type = unknown cert type'; do
		has objects "$stranger"
	done
	seen=$((seen + 1))
	count=$(grep -A1 '^Private Key Object' objects | grep -c " $1\$")
	[ "$count" -ge 4 ] || fail "$count private keys are called $1"
}

# sign STATUS CA SIGNER
sign() {
	export COLDCA_DIR="$dir/$2"
	run "$1" sign node host/node.csr --host=n.example.com --yes \
	    --overwrite "--signer=$3" "--out=$dir/$2-$3" --pin-fd=3
}

# work CA SIGNER...: it signs by these, and nothing disturbs its check
work() {
	ca=$1
	shift
	for signer; do
		rm -rf "$ca-$signer"
		sign 0 "$ca" "$signer" || continue
		seen=$((seen + 1))
		openssl verify -x509_strict -purpose sslserver \
		    -verify_hostname n.example.com -CAfile "$ca-certs/ca.crt" \
		    "$ca-$signer/node-n.example.com/node.crt" >verified 2>&1 ||
		    fail "$ca $signer: $(cat verified)"
	done
	run 0 token check --pin-fd=3 || :
	has out 'Result: passed'
	run 0 token list --json || :
	seen=$((seen + 1))
	jq -e . out >/dev/null || fail "token list: $(cat out)"
}

# Where libp11 finds no key at all, it is said, and what to do.
blind() {
	for signer in libp11 engine; do
		rm -rf "$1-$signer"
		sign 5 "$1" "$signer" || :
		has said 'neither RSA nor EC'
		has said '--signer=cryptoki asks the token directly'
		[ ! -e "$1-$signer/node-n.example.com" ] ||
		    fail "$1 $signer: refused, with a bundle"
	done
}

# refused CA: a label that is there already makes no second key
refused() {
	new_ca "again-$seen"
	before=$(tool --list-objects 2>/dev/null | grep -c Object)
	run 5 create-ca --pin-fd=3 "--certs-dir=$dir/again" \
	    "--ca-key=$token_uri;object=$1" || :
	[ ! -e again/ca.crt ] || fail "$1: a second one was made"
	seen=$((seen + 1))
	[ "$(tool --list-objects 2>/dev/null | grep -c Object)" = "$before" ] ||
	    fail "$1: the refusal changed what is on the token"
}

run 0 request node n.example.com "--certs-dir=$dir/host"
create rsa-before rsa
create p256-before p256
for ca in rsa-before p256-before; do
	neighbours "$ca" || fail "no neighbours: $(cat strangers.log)"
	work "$ca" auto libp11 engine cryptoki
	refused "$ca"
done
for ca in rsa-before p256-before rsa-after p256-after; do
	if [ ! -d "$ca" ]; then
		create "$ca" "${ca%-*}"
		work "$ca" auto cryptoki
		neighbours "$ca" || fail "no neighbours: $(cat strangers.log)"
	fi
	strangers "$ca" || fail "no strangers: $(cat strangers.log)"
	present "$ca"
	work "$ca" auto cryptoki
	blind "$ca"
	refused "$ca"
done
result
