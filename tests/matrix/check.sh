#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: check.sh KIND
#
# What `token check` finds out about one token implementation, that create-ca
# and sign act on it, and that nothing is left behind on the token.
#
# From outside, besides COLDCA and VPIV: LIBP11_KEY, which has libp11 make a key.

here=$(cd "$(dirname "$0")" && pwd)
kind=$1
. "$here/lib.sh"

# pkcs11-tool can not give NSS its arguments.
objects() {
	if [ "$kind" = nss ]; then
		certutil -K -d "sql:$TOKEN_DIR/db" -f "$TOKEN_DIR/pin" |
		    grep -c '^<' || :
	else
		tool --list-objects 2>/dev/null | grep -c 'Object;' || :
	fi
}

# probe STATUS RESULT URI: once for people, once for programs
probe() {
	before=$(objects)
	run "$1" token check --pin-fd=3 "--ca-key=$3" || :
	has out "Result: $2"
	cp said said.text
	run "$1" token check --json --pin-fd=3 "--ca-key=$3" || :
	seen=$((seen + 1))
	jq -e --arg result "$2" '.result == $result and
	    (.spki_sha256 | test("^[0-9a-f]{64}$")) and
	    (.probes | length > 20) and
	    ([.probes[].name] | length == (unique | length)) and
	    (.probes | all(has("what") and has("ckr") and has("verdict") and
	        has("meaning"))) and
	    ((.result == "failed") ==
	        any(.probes[]; .verdict == "UNSAFE"))' out >/dev/null ||
	    fail "the JSON of $3 is not as it should be: $(cat out)"
	seen=$((seen + 1))
	{ [ "$before" -gt 0 ] && [ "$(objects)" = "$before" ]; } ||
	    fail "$3: $before objects before, $(objects) afterwards"
}

# unsafe NAME...: these attempts were found to succeed
unsafe() {
	for name; do
		seen=$((seen + 1))
		jq -e --arg name "$name" 'any(.probes[]; .name == $name and
		    .verdict == "UNSAFE")' out >/dev/null ||
		    fail "$name is not named as UNSAFE: $(cat out)"
	done
}

# listed LABEL: `token list` names the CA key, without a login
listed() {
	run 0 token list --json || :
	seen=$((seen + 1))
	jq -e --arg key "$1" --arg token "$TOKEN_LABEL" '.[] |
	    select(.present and .label == $token) | .ca_keys[] |
	    select(.label == $key) | .public_key and .in_ledger' out \
	    >/dev/null || fail "$1 is not listed: $(cat out)"
}

# generated RESULT TYPE: the key that create-ca makes, and its check
generated() {
	new_ca "ca-$2"
	run 0 create-ca --pin-fd=3 "--certs-dir=$dir/certs-$2" \
	    "--ca-key=$token_uri;object=$2" "--key-type=$2" || return 0
	listed "$2"
	probe 0 "$1" "$token_uri;object=$2"
	# Without a URI it is the ledger's key.
	run 0 token check --pin-fd=3 || :
	has out "Result: $1"
}

held_by_card() {
	new_ca ca
	run 0 token list --json || :
	has out '"present": false'
	for id in %01 %02 %03; do
		probe 0 passed "$token_uri;id=$id"
	done
}

not_trusted() {
	has said.text 'attributes not trustworthy, no way out found'
}

wrapped_by_nss() {
	new_ca ca
	before=$(objects)
	run 5 create-ca --pin-fd=3 "--certs-dir=$dir/certs" \
	    "--ca-key=$token_uri;object=gone" || :
	has said 'WAY OUT: the private key was wrapped'
	has said 'the key is destroyed again'
	seen=$((seen + 1))
	[ "$(objects)" = "$before" ] || fail 'the refused key is still there'
	[ ! -e certs/ca.crt ] || fail 'the refused key has a certificate'
	for type in '-k rsa -g 2048' '-k ec -q nistp256'; do
		# shellcheck disable=SC2086 # options
		nss_key "by-certutil-${type##* }" $type
		probe 5 failed "$token_uri;id=$id"
		unsafe wrap-aes-key-wrap-pad
		has said "legacy_key: $(spki foreign.der)"
		has said 'its token gives it away'
		legacy "by-certutil-${type##* }" "id=$id"
	done
}

# sign STATUS: a request with the CA of COLDCA_DIR
sign() {
	[ -e host ] || run 0 request node n.example.com "--certs-dir=$dir/host"
	run "$1" sign node host/node.csr --host=n.example.com --yes \
	    --overwrite "--out=$dir/bundles" --pin-fd=3
}

# made LABEL ID [OPTION...]: by pkcs11-tool
made() {
	label=$1
	shift
	tool --keypairgen --key-type EC:prime256v1 --label "$label" --id "$@" \
	    >foreign.log 2>&1
}

# foreign LABEL ID: a key that coldca has not made fails
foreign() {
	tool --read-object --type pubkey --id "$2" --output-file foreign.der \
	    >foreign.log 2>&1
	probe 5 failed "$token_uri;object=$1"
	has said "legacy_key: $(spki foreign.der)"
}

# adopt STATUS NAME KEY: create-ca with the key that is there
adopt() {
	run "$1" create-ca --pin-fd=3 --allow-ca-key-reuse --overwrite \
	    "--certs-dir=$dir/certs-$2" "--ca-key=$token_uri;$3"
}

# legacy NAME [KEY]: the key of foreign.der, object=NAME or what KEY says of it,
# is refused unless policy names it
legacy() {
	new_ca "ca-$1"
	key=${2:-object=$1}
	adopt 5 "$1" "$key" || :
	[ ! -e "certs-$1/ca.crt" ] || fail "$1: refused, with a certificate"
	cp "$COLDCA_DIR/policy.yaml" without.yaml
	echo "legacy_key: \"$(spki foreign.der)\"" >>"$COLDCA_DIR/policy.yaml"
	adopt 0 "$1" "$key" || return 0
	has said 'it signs because policy.yaml names it'
	sign 0 || :
	seen=$((seen + 1))
	openssl verify -CAfile "certs-$1/ca.crt" \
	    bundles/node-n.example.com/node.crt >/dev/null ||
	    fail "$1: OpenSSL does not verify what it signed"
	cp without.yaml "$COLDCA_DIR/policy.yaml"
	sign 5 || :
	# Another key's hash opens nothing.
	echo "legacy_key: \"$(spki without.yaml)\"" >>"$COLDCA_DIR/policy.yaml"
	sign 5 || :
}

foreign_keys() {
	new_ca ca-foreign
	made by-default 71
	foreign by-default 71
	unsafe has-decrypt has-unwrap
	"$LIBP11_KEY" "$TOKEN_MODULE" "$TOKEN_LABEL" by-libp11 3<pin
	foreign by-libp11 b1
	unsafe has-decrypt has-unwrap
	has said 'its attributes are not those of a CA'
	legacy by-libp11
	made extractable 72 --extractable --sensitive
	foreign extractable 72
	unsafe has-extractable wrap-aes-key-wrap-pad
	has said 'its token gives it away'
	legacy extractable
}

case $kind in
softhsm)
	generated passed rsa
	generated passed p256
	foreign_keys
	;;
remote)
	generated passed rsa
	generated passed p256
	;;
opencryptoki)
	generated passed rsa
	;;
tpm2)
	generated 'not trusted' rsa
	not_trusted
	generated 'not trusted' p256
	not_trusted
	;;
piv) held_by_card ;;
nss) wrapped_by_nss ;;
esac
result
