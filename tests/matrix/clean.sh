#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: clean.sh KIND asan|valgrind
#
# An operator's life with one token implementation under a memory checker: list,
# create-ca (or adoption of a key that is there), check, two certificates by
# each signer, another PIN. Any report is a failure: a bad access, undefined
# behaviour, a leak that tests/tokens/lsan.supp or valgrind.supp does not name as
# the module's own.
#
# From outside, besides VPIV: COLDCA and LEAKING, a program that leaks, built
# with sanitizers for `asan` and without for `valgrind`.

here=$(cd "$(dirname "$0")" && pwd)
kind=$1
checker=$2
if [ "$checker" = valgrind ] && ! command -v valgrind >/dev/null; then
	echo 'skipped: no valgrind here'
	exit 77
fi
. "$here/lib.sh"
found=99 # the status that a report makes; none of coldca's own

# What the module leaks, for LeakSanitizer, which knows no `this, called by that`.
suppressions=$tokens/lsan.supp
[ ! -e "$tokens/lsan-$kind.supp" ] || suppressions=$tokens/lsan-$kind.supp

# checked COMMAND...: with the reports in report.PID. What valgrind calls
# indirectly lost is reached from something that is definitely lost, and gone
# with its suppression.
checked() {
	# shellcheck disable=SC2086 # a command in front, or nothing
	case $checker in
	asan)
		ASAN_OPTIONS=verify_asan_link_order=0:fast_unwind_on_malloc=0:exitcode=$found:log_path=$dir/report \
		UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:exitcode=$found:log_path=$dir/report \
		LSAN_OPTIONS=suppressions=$suppressions:print_suppressions=0:exitcode=$found \
		    timeout --foreground 1500 $TOKEN_RUN \
		    env "LD_PRELOAD=$TOKEN_PRELOAD" "$@"
		;;
	valgrind)
		timeout --foreground 1500 $TOKEN_RUN \
		    env "LD_PRELOAD=$TOKEN_PRELOAD" valgrind --quiet \
		    --leak-check=full --errors-for-leak-kinds=definite \
		    --show-leak-kinds=definite \
		    "--suppressions=$tokens/valgrind.supp" \
		    --error-exitcode=$found "--log-file=$dir/report.%p" "$@"
		;;
	esac
}

# valgrind 3.19 knows neither of the two calls that the sandbox is made by.
unboxed=
[ "$checker" != valgrind ] || unboxed=--no-sandbox

coldca() {
	# shellcheck disable=SC2086 # an option, or nothing
	checked "$COLDCA" "$@" $unboxed 3<"$dir/pin" 4<"$dir/new-pin"
}

# without_reports WHAT: and away with those that are there. That valgrind 3.19
# does not know mlock2() either is none.
without_reports() {
	seen=$((seen + 1))
	cat report.* 2>/dev/null |
	    sed '/WARNING: unhandled amd64-linux syscall: 325$/,/valgrind[.]org/d' \
		>reports || :
	rm -f report.*
	[ -s reports ] || return 0
	fail "$checker on $1:"
	sed 's/^/    /' reports >&2
}

# step STATUS COMMAND...: it ends so, and nothing is reported. What a token
# answers in a second takes valgrind a minute on a machine that is busy.
step() {
	run "$@" --token-timeout=500 || :
	without_reports "$2 $3"
}

# found_out: the checker is on
found_out() {
	status=0
	seen=$((seen + 1))
	checked "$LEAKING" >out 2>said 3<pin || status=$?
	if [ "$status" -ne "$found" ] || ! ls report.* >/dev/null 2>&1; then
		fail "$checker does not report a leak: status $status"
		sed 's/^/    /' out said >&2
	fi
	rm -f report.*
}

# ca_options [ID]: the key, in $key_uri and $key
ca_options() {
	key_uri="$token_uri;object=ca"
	key=--key-type=p256
	case $kind in
	opencryptoki) key='--key-type=rsa --key-size=2048' ;;
	nss)
		nss_key ca -k ec -q nistp256
		echo "legacy_key: \"$(spki foreign.der)\"" \
		    >>"$COLDCA_DIR/policy.yaml"
		key_uri="$token_uri;id=$id"
		key=--allow-ca-key-reuse
		;;
	piv)
		key_uri="$token_uri;id=%$1"
		key=--allow-ca-key-reuse
		;;
	esac
}

# life [ID]: of one CA; ID: its key on the card
life() {
	new_ca "ca$*"
	without_reports init
	ca_options "$@"
	# shellcheck disable=SC2086 # options
	step 0 create-ca "--certs-dir=$dir/certs$*" "--ca-key=$key_uri" \
	    $key --pin-fd=3
	for signer in libp11 engine cryptoki; do
		step 0 sign client --names-from-request --yes \
		    "--signer=$signer" "--out=$dir/$signer$*" --pin-fd=3 \
		    host/client.a.csr host/client.b.csr
		for user in a b; do
			[ -e "$signer$*/client-$user" ] ||
			    fail "$signer: no certificate for $user"
		done
	done
}

: "${LEAKING:?the program that leaks}"
printf '%s' "$TOKEN_PIN" | rev >new-pin
found_out
for user in a b; do
	run 0 request client "$user" "--certs-dir=$dir/host"
done
without_reports request

case $kind in
piv)
	life 01
	life 02 # the PIN for each signature
	;;
*) life ;;
esac
case $kind in
nss) step 5 token check --pin-fd=3 "--ca-key=$key_uri" ;;
*) step 0 token check --pin-fd=3 "--ca-key=$key_uri" ;;
esac
step 0 token list
step 0 token change-pin "--token=$token_uri" --pin-fd=3 --new-pin-fd=4
result
