#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Proves that the campaign sees what it is for: puts a program in the place of
# coldca that does one thing wrong, and wants one case to be a violation.
#
# From outside: COLDCA and FAULT_MODULE, as campaign.sh wants them.

# shellcheck disable=SC2016 # what the wrapper runs is not expanded here
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
phase=sign
call='C_Sign 2'
REAL_COLDCA=$COLDCA
export REAL_COLDCA CAMPAIGN_LIMIT=15

# campaign WANTED-STATUS TEXT SHELL [OPTION...]: the case with a coldca that runs
# SHELL after the program of $phase, `sign` or `token`, under a fault; $status is the real one's.
campaign() {
	wanted=$1 text=$2 shell=$3
	shift 3
	cat >"$work/coldca" <<-END
	#!/bin/sh
	status=0
	faulty=''
	! grep -q '^fail' plan 2>/dev/null || faulty=yes
	"\$REAL_COLDCA" "\$@" || status=\$?
	sign() { [ "\$1" = sign ] && [ -n "\$faulty" ]; }
	token() { [ "\$1" = token ] && [ -n "\$faulty" ]; }
	pin() { [ "\$1 \$2" = 'token change-pin' ] && [ -n "\$faulty" ]; }
	init() { [ "\$1 \$2" = 'token init' ] && [ -n "\$faulty" ]; }
	ledger() { [ "\$1" = ledger ] && [ -n "\$faulty" ]; }
	# Which request the faulty signature is of is up to the threads.
	one() { find outbox -name 'client-*' -type d | sort | head -n 1; }
	again() { [ "\$1" = sign ] && [ -z "\$faulty" ] && [ -e rows ]; }
	$shell
	exit "\$status"
	END
	chmod +x "$work/coldca"
	status=0
	COLDCA=$work/coldca "$here/campaign.sh" \
	    --only="^$phase $call CKR_GENERAL_ERROR" "$@" >"$work/out" 2>&1 ||
	    status=$?
	[ "$status" -ne 77 ] || {
		cat "$work/out"
		exit 77
	}
	if [ "$status" -ne "$wanted" ] || ! grep -q -e "$text" "$work/out"; then
		echo "not caught ($status): $shell"
		cat "$work/out"
		failed=1
	fi
}

# Nothing is wrong, and nothing is found.
campaign 0 ' 1 refused, 0 harmless, 0 violations' ''

campaign 1 'it hangs' 'sign "$@" && sleep 60'
campaign 1 'dies of signal 11' 'sign "$@" && kill -SEGV $$'
campaign 1 'dies of signal 6' 'sign "$@" && status=134'
campaign 1 'a sanitizer' 'sign "$@" && echo "ERROR: AddressSanitizer" >&2'
campaign 1 'status 1' 'sign "$@" && status=1'
campaign 1 'not all is there' 'sign "$@" && status=0'
campaign 1 'does not name' 'sign "$@" && : >err'
campaign 1 'never met' 'sign "$@" && : >log'
campaign 1 'ledger verify' 'ledger "$@" && status=7'
campaign 1 'not the same' 'sign "$@" && rm -r "$(one)"'
campaign 1 'not the same' 'sign "$@" && cp -R "$(one)" outbox/client-dave'
campaign 1 'temporary' 'sign "$@" && >outbox/.new'
campaign 1 'openssl verify' 'sign "$@" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -subj /CN=x -out "$(one)/ca.crt" 2>/dev/null'
campaign 1 'afterwards ends with 5' 'again "$@" && status=5'

campaign 1 'not named' 'sign "$@" && echo label=coldca-probe-00 >tokens/left'

# libp11 that waits for ever needs to name no code; coldca does.
silence='sign "$@" && echo "coldca: error: token: C_Login: no answer for 2 s" >err && status=5'
campaign 0 ' 1 refused, ' "$silence"
call='C_OpenSession 1'
campaign 1 'does not name' "$silence"
# The real thing: the session that libp11 logs in with.
call='C_OpenSession 3'
campaign 0 ' 1 refused, 0 harmless, 0 violations' ''
campaign 1 'does not name' 'sign "$@" && : >err'
call='C_Sign 2'

# The commands of the token.
phase=check call='C_GetSessionInfo 3'
campaign 1 'not all is there' 'token "$@" && : >out'
phase=list call='C_GetMechanismList 1'
campaign 1 'not all is there' 'token "$@" && : >out'
campaign 1 'no word of it' 'token "$@" && : >err'
phase=pin call='C_SetPIN 1'
campaign 1 'not exactly one' 'pin "$@" && rm -r tokens/*'
phase=init call='C_InitPIN 1'
campaign 1 'no word of --erase' 'init "$@" && : >err'
phase=sign call='C_Sign 2'

# A violation that is known is none; one that is not in this run is not gone.
printf '%s\n' '# known' 'sign C_Sign 2 CKR_GENERAL_.*' 'sign C_Sign 3 .*' >"$work/known"
campaign 0 '1 violations (1 known)' 'sign "$@" && status=1' \
    "--known=$work/known"
exit "$failed"
