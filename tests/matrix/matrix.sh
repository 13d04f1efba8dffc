#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: matrix.sh KIND TABLE
#
# One token implementation against every signer and every kind of key: create
# a CA (or adopt a key that is there), sign a request with it, have OpenSSL
# verify the result. TABLE gets one line a cell:
#
#     KIND <tab> SIGNER <tab> KEY <tab> works | refused <tab> reason
#
# `-` instead of TABLE: into descriptor 5, which is open already.
#
# A refusal must be coldca's own, with the token's reason; anything else fails.

here=$(cd "$(dirname "$0")" && pwd)
kind=$1
[ "$2" = - ] || exec 5>"$2"
. "$here/lib.sh"

# Key types by the words of the table: --key-type, --key-size, --sig-alg.
key_options() {
	case $1 in
	rsa-2048) echo --key-type=rsa --key-size=2048 ;;
	rsa-3072-pss)
		echo --key-type=rsa --key-size=3072 \
		    --sig-alg=RSASSA-PSS-SHA256
		;;
	p-256) echo --key-type=p256 ;;
	p-384) echo --key-type=p384 ;;
	ed25519) echo --key-type=ed25519 ;;
	esac
}

# Where keys can not be generated, those that are on the token: their CKA_ID.
held_key() {
	case $kind:$1 in
	piv:rsa-2048) echo %01 ;;
	piv:p-256) echo %02 ;;
	piv:p-384) echo %03 ;;
	esac
}

# NSS gives keys out, so coldca makes none there: certutil makes one, and
# policy names it.
foreign_key() {
	[ "$kind" = nss ] || return 1
	case $1 in
	rsa-2048) type='-k rsa -g 2048' ;;
	rsa-3072-pss) type='-k rsa -g 3072' ;;
	p-256) type='-k ec -q nistp256' ;;
	p-384) type='-k ec -q nistp384' ;;
	*) return 1 ;;
	esac
	# shellcheck disable=SC2086 # options
	nss_key "$2" $type
	echo "legacy_key: \"$(spki foreign.der)\"" >>"$COLDCA_DIR/policy.yaml"
}

# attempt SIGNER KEY: the whole life of one CA; what was said stays in said
attempt() {
	signer=$1
	key=$2
	case_dir=$dir/$signer-$key
	mkdir "$case_dir"
	export COLDCA_DIR="$case_dir/ca"
	label=key-$signer-$key
	uri="$token_uri;object=$label"
	reuse=
	coldca init --mode=test "--module=$TOKEN_MODULE" \
	    ${TOKEN_INIT_ARGS:+"--module-args=$TOKEN_INIT_ARGS"} \
	    >said 2>&1 || return
	id=$(held_key "$key")
	[ -n "$id" ] || foreign_key "$key" "$label" || id=
	if [ -n "$id" ]; then
		uri="$token_uri;id=$id"
		reuse=--allow-ca-key-reuse
	fi
	# shellcheck disable=SC2046 # options
	coldca create-ca "--certs-dir=$case_dir/certs" "--ca-key=$uri" \
	    "--signer=$signer" $reuse $(key_options "$key") --pin-fd=3 \
	    >said 2>&1 || return
	coldca request node "n.example.com" "--certs-dir=$case_dir/host" \
	    >said 2>&1 || return
	coldca sign node "$case_dir/host/node.csr" --host=n.example.com \
	    "--signer=$signer" --yes "--out=$case_dir/out" --pin-fd=3 \
	    >said 2>&1 || return
	openssl verify -x509_strict -purpose sslserver \
	    -verify_hostname n.example.com -CAfile "$case_dir/certs/ca.crt" \
	    "$case_dir/out/node-n.example.com/node.crt" >said 2>&1 || {
		echo "OpenSSL does not verify it" >>said
		return 99
	}
}

failed=0
: >table
for key in rsa-2048 rsa-3072-pss p-256 p-384 ed25519; do
	for signer in libp11 engine cryptoki; do
		status=0
		attempt "$signer" "$key" || status=$?
		reason=$(sed -n 's/^coldca: error: //p' said | head -n 1 |
		    sed "s|$dir|DIR|g" | tr '\t' ' ')
		case $status in
		0) result=works reason= ;;
		4 | 5) result=refused ;;
		*) result=failed ;;
		esac
		if [ "$result" = failed ] ||
		    { [ "$result" = refused ] && [ -z "$reason" ]; }; then
			failed=$((failed + 1))
			echo "$kind $signer $key: status $status"
			sed 's/^/    /' said
		fi
		printf '%s\t%s\t%s\t%s\t%s\n' "$kind" "$signer" "$key" \
		    "$result" "$reason" >>table
	done
done
cat table
cat table >&5
[ "$failed" -eq 0 ]
