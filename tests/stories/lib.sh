# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the stories share: a token, a CA on it, requests, and what must be true
# after whatever happened. The caller sets `here`, this directory.
#
# From outside: COLDCA, the program; for `fault` COLDCA_FAULT, the module.
#
# shellcheck disable=SC2154,SC2034,SC2119,SC2120 # from and for the callers

export LC_ALL=C
: "${COLDCA:?the program to test}"
tokens=$here/../tokens
unset COCKROACH_CERTS_DIR COCKROACH_CA_KEY

# fail WHAT: with what the program said last
fail() {
	echo "$0: $*" >&2
	[ ! -e said ] || sed 's/^/    /' said >&2
	exit 1
}

tidy() {
	status=$?
	"$tokens/stop.sh" "$dir/token" >"$dir/stop.log" 2>&1 || :
	if [ -z "${STORY_KEEP:-}" ]; then rm -rf "$dir"; else echo "kept: $dir"; fi
	exit "$status"
}

# begin KIND: starts the token, in a fresh directory that is then the current
# one. `fault` is the fault module in front of SoftHSM.
begin() {
	kind=$1
	dir=$(mktemp -d)
	trap tidy EXIT
	trap 'exit 1' HUP INT TERM
	real=$kind
	[ "$kind" != fault ] || real=softhsm
	if [ "$kind" = fault ] && [ ! -e "${COLDCA_FAULT:-}" ]; then
		echo 'skipped: COLDCA_FAULT names no module'
		exit 77
	fi
	status=0
	"$tokens/start.sh" "$real" "$dir/token" >"$dir/start.log" 2>&1 ||
	    status=$?
	if [ "$status" -ne 0 ]; then
		cat "$dir/start.log"
		exit "$status"
	fi
	cd "$dir" || exit
	surroundings
	umask 022
	pin_file pin "$TOKEN_PIN"
	export COLDCA_DIR="$dir/ca"
}

# surroundings: DIR/env, once more after `start.sh --again`
surroundings() {
	# shellcheck source=/dev/null
	. "$dir/token/env"
	[ "$kind" = fault ] || return 0
	behind=$TOKEN_MODULE
	TOKEN_MODULE=$COLDCA_FAULT
	export P11_FAULT_PLAN="$dir/plan"
	[ -e plan ] || plan
}

# plan RULE...: what the fault module does from now on
plan() {
	printf '%s\n' "module $behind" "log $dir/calls" "$@" >plan.new
	mv plan.new plan
}

# pin_file FILE PIN
pin_file() {
	(umask 077 && printf '%s\n' "$2" >"$1")
}

# coldca COMMAND...: in the token's surroundings, its PIN on descriptor 3; what
# it says in `said`, its status in $status. A program that hangs is killed,
# which is status 137.
coldca() {
	status=0
	# shellcheck disable=SC2086 # a command in front, or nothing
	timeout --foreground -s KILL 100 $TOKEN_RUN "$COLDCA" "$@" \
	    3<"${use_pin:-pin}" >said.out 2>said || status=$?
	cat said.out >>said
}

# expect STATUS WHAT
expect() {
	[ "$status" -eq "$1" ] || fail "$2: status $status instead of $1"
}

# says REGEX WHAT
says() {
	grep -Eq "$1" said || fail "$2: does not say $1"
}

# init
init() {
	coldca init --mode=test "--module=$TOKEN_MODULE" \
	    ${TOKEN_INIT_ARGS:+"--module-args=$TOKEN_INIT_ARGS"}
	expect 0 init
}

# key_options: for create-ca, the kind of key that each token makes fast; PIV
# has keys. In $key_uri and $key_kind.
key_options() {
	key_uri="pkcs11:token=$TOKEN_LABEL;object=${1:-ca}"
	key_kind=--key-type=p256
	case $kind in
	opencryptoki) key_kind=--key-type=rsa ;;
	piv)
		key_uri="pkcs11:token=$TOKEN_LABEL;id=%01"
		key_kind=--allow-ca-key-reuse
		;;
	esac
}

# create_ca [LABEL]: the caller looks at the status
create_ca() {
	key_options "$@"
	coldca create-ca --certs-dir=certs "--ca-key=$key_uri" "$key_kind" \
	    --pin-fd=3
}

# found_ca: a CA with its certificate in certs/ca.crt
found_ca() {
	init
	create_ca
	expect 0 create-ca
}

# requests COUNT [FIRST]: client.uN.csr
requests() {
	n=${2:-1}
	while [ "$n" -lt $((${2:-1} + $1)) ]; do
		"$COLDCA" request client "u$n" --certs-dir=host >request.log \
		    2>&1 || fail "request u$n: $(cat request.log)"
		mv "host/client.u$n.csr" .
		n=$((n + 1))
	done
}

# sign [OPTION]... REQUEST...: the caller looks at the status
sign() {
	coldca sign client --names-from-request --yes --out=outbox \
	    --pin-fd=3 "$@"
}

# certificates FILE...: the first of each, one on a line
certificates() {
	for file in "$@"; do
		[ ! -e "$file" ] || awk '
		/^-----BEGIN/ { line = "" }
		/^[^-]/ { line = line $0 }
		/^-----END/ { print line; exit }' "$file"
	done | sort
}

# agrees COUNT: the ledger is whole; what it calls issued is the CA and COUNT
# (or any number of) clients, whose files are there and verify.
agrees() {
	was=$status
	cp said said.before
	coldca ledger verify
	expect 0 'ledger verify'
	coldca ledger list --json
	expect 0 'ledger list'
	mv said.out rows
	cp said.before said
	status=$was
	awk -F'"' '
	$2 == "state" { state = $4 }
	$2 == "certificate" && state == "issued" {
		gsub(/-----(BEGIN|END) CERTIFICATE-----|\\n/, "", $4)
		print $4
	}' rows | sort >issued
	certificates certs/ca.crt outbox/*/client.*.crt >files
	cmp -s issued files ||
	    fail "$(wc -l <issued) issued, $(wc -l <files) files: not the same"
	there=$(($(wc -l <files) - 1))
	[ -z "${1:-}" ] || [ "$there" -eq "$1" ] ||
	    fail "$there certificates instead of $1"
	[ "$there" -gt 0 ] || return 0
	find outbox -name 'client.*.crt' ! -path '*/.*' -exec openssl verify -x509_strict \
	    -purpose sslclient -CAfile certs/ca.crt {} + >verified 2>&1 ||
	    fail "openssl verify: $(tail -n 1 verified)"
	[ "$(grep -c ': OK$' verified)" -eq "$there" ] ||
	    fail 'openssl verify: not of every file'
}

# nothing_pending
nothing_pending() {
	! grep -q '"pending"' rows || fail 'a certificate is pending for ever'
}

# unsigned: the requests that have no bundle, in $left
unsigned() {
	left=
	for file in client.*.csr; do
		name=${file#client.}
		[ -e "outbox/client-${name%.csr}" ] || left="$left $file"
	done
}
