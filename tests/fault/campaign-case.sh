#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: campaign-case.sh PHASE FUNCTION NUMBER FAULT
#
# One case of campaign.sh, whose environment it needs: one line, which is
# `refused CASE`, `harmless CASE` or `VIOLATION CASE: what is wrong`.

set -u

phase=$1 function=$2 number=$3 fault=$4
name="$phase $function $number $fault"
dir=$CAMPAIGN_WORK/case-$phase-$function-$number-$fault

. "$CAMPAIGN_HERE/campaign-lib.sh"

ended() {
	cd /
	[ -n "$CAMPAIGN_KEEP" ] || rm -rf "$dir"
	echo "$1"
	exit 0
}

violation() {
	said=$(grep '^coldca: \(error\|warning\)' "$errors" | head -n 1 | cut -c1-300)
	ended "VIOLATION $name: $*${said:+; it says: $said}"
}

# certificates FILE...: one certificate on a line
certificates() {
	[ -e "$1" ] || return 0
	awk '
	/^-----BEGIN/ { line = "" }
	/^[^-]/ { line = line $0 }
	/^-----END/ { print line }' "$@" | sort
}

# issued: the same, of what the ledger says is issued
issued() {
	awk -F'"' '
	$2 == "state" { state = $4 }
	$2 == "certificate" && state == "issued" {
		sub(/^-----BEGIN CERTIFICATE-----\\n/, "", $4)
		sub(/-----END CERTIFICATE-----\\n$/, "", $4)
		gsub(/\\n/, "", $4)
		print $4
	}' rows | sort
}

# judge WHEN: what must be true after every run
judge() {
	ASAN_OPTIONS=$no_leaks
	timeout -s KILL "$limit" "$CAMPAIGN_JUDGE" ledger verify >verified 2>&1 ||
	    violation "$1: ledger verify: $(tail -n 1 verified)"
	timeout -s KILL "$limit" "$CAMPAIGN_JUDGE" ledger list --json >rows 2>listed ||
	    violation "$1: ledger list: $(tail -n 1 listed)"
	issued >issued.txt
	{
		certificates certs/ca.crt
		certificates outbox/*/client.*.crt
	} | sort >files.txt
	cmp -s issued.txt files.txt ||
	    violation "$1: $(wc -l <issued.txt) issued, $(wc -l <files.txt) files: not the same certificates"
	! find certs outbox -name '.*' 2>/dev/null | grep -q . ||
	    violation "$1: a temporary file is left"
	! grep -rqs coldca-probe- tokens || grep -q coldca-probe- err ||
	    violation "$1: a throw-away key is left on the token, and not named"
	[ "$phase" = sign ] || [ ! -e certs/ca.crt ] ||
	    openssl verify -x509_strict -check_ss_sig -CAfile certs/ca.crt \
		certs/ca.crt >checked 2>&1 ||
	    violation "$1: openssl verify: $(tail -n 1 checked)"
	[ ! -e outbox ] || {
		find outbox -type f ! -path 'outbox/response-*.txt' \
		    -exec openssl verify -x509_strict \
		    -CAfile certs/ca.crt {} + >checked 2>&1 ||
		    violation "$1: openssl verify: $(tail -n 1 checked)"
		[ "$(grep -c ': OK$' checked)" -eq \
		    "$(find outbox -type f ! -path "outbox/response-*.txt" | wc -l)" ] ||
		    violation "$1: openssl verify: not of every file"
	}
}

# listed [OPTION...]: `token list` without the plan, in `tried`
listed() (
	unset P11_FAULT_PLAN
	export COLDCA="$CAMPAIGN_JUDGE"
	run_token list "$@" >tried 2>&1
)

# logs_in LABEL DESCRIPTOR: whether the PIN there is that token's
logs_in() {
	listed --login "--token=pkcs11:token=$1" "--pin-fd=$2"
}

# is_fresh: whether there is a token that `token init` has labelled
is_fresh() {
	listed && grep -q '^fresh ' tried
}

# judge_token WHEN: what must be true of what `pin` and `init` change. Sets
# $usable: `new`, `old` or nothing.
judge_token() {
	usable=''
	case $phase in
	pin)
		! logs_in ca 3 || usable=old
		! logs_in ca 4 || usable=${usable}new
		case $usable in
		old | new) ;;
		*) violation "$1: not exactly one of the two PINs logs in" ;;
		esac
		;;
	init)
		if logs_in fresh 3; then
			usable=new
		elif is_fresh; then
			grep -q '^coldca: hint: .*--erase' "$errors" ||
			    violation "$1: half initialized, and no word of --erase"
		fi
		;;
	esac
}

# all_there: what the phase was to make is there.
all_there() {
	case $phase in
	sign) [ "$(wc -l <files.txt)" -eq 4 ] ;;
	check) grep -q '^Result: passed$' out ;;
	list) grep -q '^ca ' out ;;
	pin | init) [ "$usable" = new ] ;;
	*) [ -e certs/ca.crt ] ;;
	esac
}

# told: the failure is named on standard error: the function, or libp11's
# function that calls it, and the code. Where the token is pulled, the first
# call that notices it is named. Where libp11 waits for ever after a failure,
# as 0.4.12 does when C_OpenSession fails, there is no code to name.
told() {
	caller=$(awk '$NF == "plan:2" { print $4; exit }' log)
	case $caller in
	libp11.so*)
		! grep -Eq '^coldca: error: .*: no answer for [0-9]+ s' err ||
		    return 0
		;;
	esac
	case $fault in
	removed)
		grep -Eq '^coldca: .*(no token|does not show it|CKR_[A-Z_]*(REMOVED|PRESENT|INVALID))' err
		;;
	wrong | truncate | repeat)
		grep -q '^coldca: error: .*signature' err
		;;
	*)
		grep '^coldca: \(error\|warning\)' err | grep -w "$fault" |
		    grep -Eq "\<$function\>|\<PKCS11_[a-z_]+"
		;;
	esac
}

# by_chance: libp11 opens one more session only where two signatures happen to
# be made at the same time.
by_chance() {
	[ "$phase $function" = 'sign C_OpenSession' ] && [ "$number" -gt 3 ] &&
	    ! grep -q ' plan:2$' log
}

# allowed: it may go without a word, by who called.
allowed() {
	grep -v '^#' "$CAMPAIGN_HERE/harmless.txt" | awk \
	    -v name="$phase $function $caller $fault" \
	    -v numbered="$phase $function $number $caller $fault" '
	NF > 0 && (name ~ "^(" $0 ")$" || numbered ~ "^(" $0 ")$") { found = 1 }
	END { exit !found }'
}

# The requests that have no bundle, signed; or one more where all have.
sign_again() {
	set --
	for user in alice bob carol; do
		[ -e "outbox/client-$user" ] || set -- "$@" "client.$user.csr"
	done
	[ $# -gt 0 ] || {
		mv outbox kept
		run_sign client.alice.csr
		status=$?
		mv outbox/client-alice kept/client-again
		mv outbox/response-*.txt kept
		rmdir outbox
		mv kept outbox
		return "$status"
	}
	run_sign "$@"
}

# init_again: a token that the run with a fault has begun is erased.
init_again() {
	if is_fresh; then
		run_init --token=pkcs11:token=fresh --erase=fresh
	else
		run_init
	fi
}

# What the run with a fault has not done; or the same once more.
run_again() {
	case $phase in
	check | list) run_phase "$phase" && all_there ;;
	pin)
		case $usable in
		old) run_pin 3 4 ;;
		new) run_pin 4 3 ;;
		esac
		;;
	init) init_again ;;
	*)
		if [ -e certs/ca.crt ]; then
			sign_again
		else
			run_create_ca "$label"
		fi
		;;
	esac
}

# The stack that libp11's leak is known by (lsan.supp) takes long to unwind: only
# where there is one. What only reads the ledger leaks nothing of libp11's.
leaks=${ASAN_OPTIONS:-}
no_leaks="${leaks:+$leaks:}detect_leaks=0"
deep="${leaks:+$leaks:}fast_unwind_on_malloc=0:malloc_context_size=8"
case $function in
C_GetSlotInfo | C_GetTokenInfo) ;;
*) deep=$leaks ;;
esac
export ASAN_OPTIONS="$leaks"

cp -R "$CAMPAIGN_WORK/$phase" "$dir" && cd "$dir" || exit 1
in_case
errors=err
case $fault in
removed) rule="remove after $function $number" ;;
wrong | truncate | repeat) rule="sign $fault $number" ;;
*) rule="fail $function $number $fault" ;;
esac
plan "$rule" "$(phase_rule "$phase")"

status=0
ASAN_OPTIONS=$deep
run_phase "$phase" >out 2>err || status=$?
case $status in
137) violation 'it hangs' ;;
12[89] | 1[3-9]? | 2??) violation "it dies of signal $((status - 128))" ;;
esac
! grep -q Sanitizer err || violation 'a sanitizer has found something'
[ "$fault" = removed ] || [ "$(grep -c ' plan:2$' log)" -eq 1 ] || by_chance ||
    violation 'the fault was never met'
judge 'after the fault'
judge_token 'after the fault'

if [ "$status" -eq 0 ]; then
	all_there || violation 'status 0, and not all is there'
	[ "$fault" = removed ] || told || allowed || by_chance ||
	    violation 'status 0, no word of it, and not in harmless.txt'
else
	case $status in
	5 | 6) ;;
	*) violation "status $status" ;;
	esac
	told ||
	    violation "status $status, and the message does not name the call and the code"
fi

# A key that could not be removed from the token is named, and is in the way.
label=cluster-ca
! grep -Eq 'key (is still there|stays on the token)' err || label=another-ca

plan "$([ -e certs/ca.crt ] || echo "$no_wrapping")"
before=$status
status=0
ASAN_OPTIONS=$leaks
COLDCA=$CAMPAIGN_JUDGE run_again >out 2>err.again || status=$?
errors=err.again
[ "$status" -eq 0 ] ||
	violation "a run without faults afterwards ends with $status"
judge 'after the run without faults'
judge_token 'after the run without faults'
[ "$phase" != init ] || [ "$usable" = new ] ||
    violation 'a run without faults afterwards makes no token'
! grep -q '"pending"' rows || violation 'a certificate is pending for ever'
[ "$before" -ne 0 ] || ended "harmless $name"
ended "refused $name"
