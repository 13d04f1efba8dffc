#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each kind of CA key and each kind of leaf key that can meet: in certs/CA/LEAF
# a certificate directory with a node and a client of the name LEAF. For the
# same keys and names, certs/CA/expired/LEAF and certs/CA/revoked/LEAF.
#
# Beside them, of each CA: checked, with ca.crt, its CRL and OCSP responses that
# Go can read; before, with the CRL from before anything was revoked; by-ca, with
# OCSP responses that the CA itself signed.

. "$(dirname "$0")/lib.sh"
need openssl faketime
make_token ca

ca_options() {
	case $1 in
	rsa) echo '--key-type=rsa' ;;
	rsapss) echo '--key-type=rsa --sig-alg=RSASSA-PSS-SHA256' ;;
	*) echo "--key-type=$1" ;;
	esac
}

# requests CA LEAF: the keys, and what is to be signed
requests() {
	ok coldca request node "$2.example.com" localhost 127.0.0.1 \
	    "--certs-dir=$1/$2" "--key-type=$2"
	ok coldca request client "$2" "--certs-dir=$1/$2" "--key-type=$2" \
	    --also-generate-pkcs8-key
	# Only a client's key is for Java, but a node may be tried as a client.
	ok openssl pkcs8 -topk8 -nocrypt -outform DER -in "$1/$2/node.key" \
	    -out "$1/$2/node.key.pk8"
}

# issue CA OUT [OPTION...]: the nodes in one batch, the clients in another.
# Signs with $clock in front.
clock=''
issue() {
	issuer=$1 out=$2
	shift 2
	for profile in node client; do
		csrs=''
		for leaf in $leaves; do
			stem=$profile
			[ "$profile" = node ] || stem=client.$leaf
			csrs="$csrs $issuer/$leaf/$stem.csr"
		done
		# shellcheck disable=SC2086 # lists of words
		ok with_pin $clock "$COLDCA" sign "$profile" $csrs \
		    "--ca-dir=$issuer.ca" --yes --names-from-request \
		    "--out=$out" "$@"
	done
}

# second CA OUT STATE: another certificate for each key, which is to be refused
second() {
	for leaf in $leaves; do
		to=$1/$3/$leaf
		mkdir -p "$to"
		cp "$1/$leaf/"*.key "$1/$leaf/"*.pk8 "$to"
		cp "$2/node-$leaf.example.com/"*.crt \
		    "$2/client-$leaf/client.$leaf.crt" "$to"
	done
}

# revoke CA: what is in its directory revoked, and what tells others of it
revoke() {
	ok with_pin coldca create-crl "--ca-dir=$1.ca" "--out=$1/before"
	serials=$(for crt in "$1/revoked/"*/node.crt \
	    "$1/revoked/"*/client.*.crt; do
		openssl x509 -in "$crt" -noout -serial | sed 's/.*=//'
	done)
	# shellcheck disable=SC2086 # words
	ok coldca revoke "--ca-dir=$1.ca" --reason=keyCompromise --yes $serials
	ok with_pin coldca create-crl "--ca-dir=$1.ca" "--out=$1/checked"
	for to in before checked by-ca; do
		mkdir -p "$1/$to"
		cp "$1/ca.crt" "$1/$to"
	done
	ok with_pin coldca create-ocsp "--ca-dir=$1.ca" "--out=$1/by-ca"
	# Go's x/crypto/ocsp knows no other signatures.
	case $1 in
	rsapss | ed25519) answer_by_another "$1" ;;
	*) cp -r "$1/by-ca/ocsp" "$1/checked" ;;
	esac
}

# answer_by_another CA: an ECDSA key answers in its place
answer_by_another() {
	source="?pin-source=file:$work/pin"
	responder="pkcs11:token=ca;object=$1-ocsp"
	ok coldca create-ocsp-responder "--ca-dir=$1.ca" \
	    "--responder=$responder$source" \
	    "--ca-key=pkcs11:token=ca;object=$1$source"
	ok with_pin coldca create-ocsp "--ca-dir=$1.ca" "--out=$1/checked" \
	    "--responder=$responder"
}

for ca in $cas; do
	# By a clock that is behind: what it signs first has expired since.
	ok faketime -f -3h "$COLDCA" init --mode=test "--module=$module" \
	    "--ca-dir=$ca.ca"
	# shellcheck disable=SC2046 # a list of options
	ok with_pin faketime -f -3h "$COLDCA" create-ca "--ca-dir=$ca.ca" "--certs-dir=$ca" \
	    "--ca-key=pkcs11:token=ca;object=$ca" $(ca_options "$ca")
	for leaf in $leaves; do
		requests "$ca" "$leaf"
	done
	clock='faketime -f -2h'
	issue "$ca" "$ca.expired" --lifetime=1h
	clock=''
	second "$ca" "$ca.expired" expired
	issue "$ca" "$ca.revoked"
	second "$ca" "$ca.revoked" revoked
	issue "$ca" "$ca.outbox"
	for leaf in $leaves; do
		for bundle in "node-$leaf.example.com" "client-$leaf"; do
			ok coldca install "$ca.outbox/$bundle" \
			    "--certs-dir=$ca/$leaf"
		done
	done
	revoke "$ca"
done

[ "$failures" -eq 0 ] || finish
rm -rf "$certs"
mkdir -p "$certs"
for ca in $cas; do
	mv "$ca" "$certs"
done
finish
