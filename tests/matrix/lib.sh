# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests that bring coldca and a token together share. The caller sets
# `here` and `kind`, and finds itself in the fresh directory $dir, with the
# token at $dir/token.
#
# From outside: COLDCA, and VPIV for the card.
#
# shellcheck disable=SC2154,SC2034 # variables from DIR/env, and for the tests

tokens=$here/../tokens
: "${COLDCA:?the program to test}"

dir=$(mktemp -d)
trap '"$tokens/stop.sh" "$dir/token" >/dev/null 2>&1 || :; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

status=0
"$tokens/start.sh" "$kind" "$dir/token" >"$dir/start.log" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
	cat "$dir/start.log"
	exit "$status"
fi
# shellcheck source=/dev/null
. "$dir/token/env"
cd "$dir" || exit
printf '%s' "$TOKEN_PIN" >pin
chmod 600 pin
token_uri="pkcs11:token=$(printf '%s' "$TOKEN_LABEL" | sed 's/ /%20/g')"

# coldca COMMAND...: in the token's surroundings, with its PIN on descriptor 3
coldca() {
	# shellcheck disable=SC2086 # a command in front, or nothing
	timeout --foreground 120 $TOKEN_RUN "$COLDCA" "$@" 3<"$dir/pin"
}

# tool OPTION...: pkcs11-tool on the token, logged in
tool() {
	# shellcheck disable=SC2086 # a command in front, or nothing
	timeout --foreground 60 $TOKEN_RUN pkcs11-tool \
	    --module "$TOKEN_MODULE" --token-label "$TOKEN_LABEL" --login \
	    --pin "$TOKEN_PIN" "$@"
}

# spki FILE: SHA-256 of the public key that FILE holds in DER
spki() {
	sha256sum <"$1" | cut -d' ' -f1
}

# nss_key NAME OPTION...: certutil makes a key. Its CKA_ID, as a URI has it, in
# $id, its public key in foreign.der.
nss_key() {
	name=$1
	shift
	openssl rand -out noise 64
	certutil -S -x -d "sql:$TOKEN_DIR/db" -f "$TOKEN_DIR/pin" -n "$name" \
	    -s "CN=$name" -t u,u,u "$@" -z noise >foreign.log 2>&1
	certutil -L -d "sql:$TOKEN_DIR/db" -n "$name" -a |
	    openssl x509 -noout -pubkey |
	    openssl pkey -pubin -outform DER -out foreign.der
	id=$(certutil -K -d "sql:$TOKEN_DIR/db" -f "$TOKEN_DIR/pin" |
	    sed -n "s/^<.*> *[a-z]* *\([0-9a-f]*\) .*[: ]$name\$/\1/p" |
	    sed 's/../%&/g')
}

# The rest is for tests that look at one answer after the other.

wrong=0
seen=0
fail() {
	echo "$kind: $*" >&2
	wrong=$((wrong + 1))
}

# run STATUS COMMAND...: coldca ends with STATUS. What it said is in said, its
# output in out.
run() {
	wanted=$1
	shift
	status=0
	seen=$((seen + 1))
	coldca "$@" >out 2>said || status=$?
	[ "$status" -eq "$wanted" ] && return
	fail "coldca $*: status $status, not $wanted"
	sed 's/^/    /' out said >&2
	return 1
}

# has FILE TEXT: TEXT is somewhere in FILE
has() {
	seen=$((seen + 1))
	grep -qF -- "$2" "$1" && return
	fail "no \"$2\" in $1"
	sed 's/^/    /' "$1" >&2
}

# new_ca NAME [LINE]: a CA directory; LINE goes into its policy
new_ca() {
	export COLDCA_DIR="$dir/$1"
	run 0 init --mode=test "--module=$TOKEN_MODULE" \
	    ${TOKEN_INIT_ARGS:+"--module-args=$TOKEN_INIT_ARGS"}
	[ $# -eq 1 ] || printf '%s\n' "$2" >>"$COLDCA_DIR/policy.yaml"
}

# result: how many were seen; the status of the script
result() {
	echo "$kind: $seen checks, $wrong wrong"
	[ "$wrong" -eq 0 ]
}
