# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What campaign.sh and campaign-case.sh share. The current directory is that
# of one case.

# A program hangs when it has not ended after this many seconds; without a
# fault it takes a tenth of one, with a sanitizer one.
limit=$CAMPAIGN_LIMIT

# in_case: the environment of the programs, all of it relative
in_case() {
	export SOFTHSM2_CONF=softhsm2.conf HOME=. COLDCA_DIR=ca-dir
	export P11_FAULT_PLAN=plan
}

# plan [RULE...]: the log of this case, RULE from line 2 on
plan() {
	printf '%s\n' 'log log' "$@" >plan.new
	mv plan.new plan
}

# run_create_ca LABEL
run_create_ca() {
	timeout -s KILL "$limit" "$COLDCA" create-ca --certs-dir=certs \
	    "--ca-key=pkcs11:token=ca;object=$1" --pin-fd=3 \
	    ${CAMPAIGN_TIMEOUT:+"$CAMPAIGN_TIMEOUT"} 3<pin
}

# run_sign [REQUEST...]: of all three where none is named
run_sign() {
	[ $# -gt 0 ] || set -- client.alice.csr client.bob.csr client.carol.csr
	timeout -s KILL "$limit" "$COLDCA" sign client --names-from-request \
	    --yes --out=outbox --pin-fd=3 \
	    ${CAMPAIGN_TIMEOUT:+"$CAMPAIGN_TIMEOUT"} "$@" 3<pin
}

# run_token COMMAND [OPTION...]: at 3, 4, 5 the PIN, the next one and the SO's
run_token() {
	timeout -s KILL "$limit" "$COLDCA" token "$@" \
	    ${CAMPAIGN_TIMEOUT:+"$CAMPAIGN_TIMEOUT"} 3<pin 4<new-pin 5<so-pin
}

# run_pin OLD NEW: the descriptors of the PINs
run_pin() {
	run_token change-pin --token=pkcs11:token=ca "--pin-fd=$1" \
	    "--new-pin-fd=$2"
}

# run_init [OPTION...]
run_init() {
	run_token init --label=fresh --so-pin-fd=5 --pin-fd=3 "$@"
}

# A token that wraps no key: coldca then makes no RSA key to wrap the new key
# with, which would take longer than all the rest of a case.
no_wrapping='fail C_WrapKey * CKR_FUNCTION_NOT_SUPPORTED'

# phase_rule PHASE: what is in every plan of it
phase_rule() {
	[ "$1" != create-ca ] || echo "$no_wrapping"
}

# run_phase PHASE
run_phase() {
	case $1 in
	create-ca | probe) run_create_ca cluster-ca ;;
	sign) run_sign ;;
	check) run_token check --pin-fd=3 ;;
	list) run_token list ;;
	pin) run_pin 3 4 ;;
	init) run_init ;;
	esac
}
