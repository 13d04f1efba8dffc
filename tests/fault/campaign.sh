#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: campaign.sh [--all | --only=REGEX] [--first=N] [--jobs=N] [--keep] [--known=FILE]
#
# Lets every PKCS#11 function that `coldca create-ca`, `coldca sign` and
# `coldca token` call fail, one call at a time, and looks at what is left: each
# of the first N calls (20) with each of the return values below is one case, and so is the
# token pulled for good after each of them, and each signature wrong, too short
# or an earlier one. campaign-case.sh judges a case. Without --all the cases
# are thinned out as campaign-cases.awk says.
#
# A case is named PHASE FUNCTION NUMBER FAULT, and --only=REGEX runs all whose
# name matches; --keep leaves their directories. What may fail without harm is
# in harmless.txt. A violation is a failure of this test unless known.txt (or
# FILE) lists it; and so is, with --all, a line of it that nothing matches.
#
# From outside: COLDCA, the program; FAULT_MODULE, libcoldca_fault.so; and, to
# save time where COLDCA is built with a sanitizer, CAMPAIGN_JUDGE, the same
# program built without, which looks at the ledger and runs without a fault.

set -eu

: "${COLDCA:?names the program to test}"
: "${FAULT_MODULE:?names libcoldca_fault.so}"
here=$(cd "$(dirname "$0")" && pwd)
first=20 jobs=2 all='' only='' keep='' known=$here/known.txt
faults='CKR_DEVICE_REMOVED CKR_SESSION_HANDLE_INVALID CKR_GENERAL_ERROR'
faults="$faults CKR_DEVICE_MEMORY CKR_PIN_INCORRECT CKR_USER_NOT_LOGGED_IN"
faults="$faults removed wrong truncate repeat"

for option in "$@"; do
	case $option in
	--first=*) first=${option#*=} ;;
	--jobs=*) jobs=${option#*=} ;;
	--all) all=yes ;;
	--only=*) all=yes only=${option#*=} ;;
	--known=*) known=${option#*=} ;;
	--keep) keep=yes ;;
	*)
		sed -n 's/^# usage/usage/p' "$0" >&2
		exit 2
		;;
	esac
done

for tool in softhsm2-util openssl awk xargs timeout; do
	command -v "$tool" >/dev/null && continue
	echo "skipped: no $tool here"
	exit 77
done

# Every case syncs a ledger some twenty times: in memory that costs nothing.
[ -n "${TMPDIR:-}" ] || { [ -d /dev/shm ] && [ -w /dev/shm ] &&
    TMPDIR=/dev/shm; } || TMPDIR=/tmp
work=$(mktemp -d "$TMPDIR/coldca-campaign-XXXXXX")
clean_up() {
	status=$?
	if [ -n "$keep" ]; then
		echo "kept: $work"
	else
		rm -rf "$work"
	fi
	exit "$status"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

umask 022
export LC_ALL=C COLDCA FAULT_MODULE
export CAMPAIGN_JUDGE="${CAMPAIGN_JUDGE:-$COLDCA}"
export CAMPAIGN_WORK="$work" CAMPAIGN_HERE="$here" CAMPAIGN_KEEP="$keep"
: "${CAMPAIGN_LIMIT:=60}"
export CAMPAIGN_LIMIT
export LSAN_OPTIONS="suppressions=$here/lsan.supp:print_suppressions=0"
unset COLDCA_DIR COCKROACH_CERTS_DIR COCKROACH_CA_KEY CDPATH

. "$here/campaign-lib.sh"

# The phases, and the directories that their cases are copies of, in which all
# paths are relative: `create-ca` with a token that wraps no key, `probe`, the
# same with one that does, for what that one is asked more, and `sign`. Then
# token check, list, change-pin and init, which are `check`, `list`, `pin` and
# `init`, for what no phase before calls as often, and for all that comes once a
# PIN is about to be changed or a token to be initialized.
phases='create-ca probe sign check list pin init'
mkdir -p "$work/create-ca/tokens"
cd "$work/create-ca"
printf '%s\n' 'directories.tokendir = tokens' 'objectstore.backend = file' \
    'log.level = ERROR' >softhsm2.conf
in_case

# do_it COMMAND...: without it there is nothing to learn.
do_it() {
	"$@" >"$work/out" 2>&1 || {
		cat "$work/out"
		echo "fails without a fault: $*"
		exit 1
	}
}

do_it softhsm2-util --init-token --free --label ca --pin 12345678 \
    --so-pin 87654321
(umask 077 && echo 12345678 >pin && echo 23456789 >new-pin &&
    echo 87654321 >so-pin)
plan
do_it "$COLDCA" init --mode=test "--module=$FAULT_MODULE"
for user in alice bob carol; do
	do_it "$COLDCA" request client "$user" "--certs-dir=$user"
	mv "$user/client.$user.csr" .
	rm -r "$user"
done
cp -R "$work/create-ca" "$work/probe"
cp -R "$work/create-ca" "$work/sign"
cd "$work/sign"
in_case
plan "$no_wrapping"
do_it run_create_ca cluster-ca
rm -f log "$work/create-ca/log" "$work/probe/log"
for phase in check list pin init; do
	cp -R "$work/sign" "$work/$phase"
done

# clean PHASE: how often a run without faults calls what, in counts-PHASE, and
# what of that is to fail, in new-PHASE
clean() {
	cp -R "$work/$1" "$work/clean"
	cd "$work/clean"
	in_case
	plan "$(phase_rule "$1")"
	do_it run_phase "$1"
	cd "$work"
	cut -d' ' -f2 clean/log | sort | uniq -c >counts
	case $1 in
	create-ca | sign) cp counts "new-$1" ;;
	probe)
		sort counts counts-create-ca counts-create-ca | uniq -u \
		    >"new-$1"
		;;
	*)
		awk -v from="$(first_change "$1")" \
		    -f "$here/campaign-new.awk" counts-* clean/log >"new-$1"
		;;
	esac
	mv counts "counts-$1"
	rm -r clean
}

# first_change PHASE: the function whose call begins what is its own
first_change() {
	case $1 in
	pin) echo C_Login ;;
	init) echo C_InitToken ;;
	esac
}

# Where the program bounds its calls, it need not take a minute for it.
CAMPAIGN_TIMEOUT=''
! "$COLDCA" sign --help 2>/dev/null | grep -q -e '--token-timeout' ||
    CAMPAIGN_TIMEOUT=--token-timeout=5
export CAMPAIGN_TIMEOUT

: >cases
for phase in $phases; do
	clean "$phase"
	echo "$phase calls:"
	cat "new-$phase"
	awk -v phase="$phase" -v faults="$faults" -v first="$first" \
	    -v all="$all" -f "$here/campaign-cases.awk" "new-$phase" |
	    grep -E -e "${only:-.}" >>cases || :
done

[ -s cases ] || {
	echo 'there is no such case'
	exit 2
}
started=$(date +%s)
xargs -P "$jobs" -n 4 "$here/campaign-case.sh" <cases >results || :
whole=$all
[ -z "$only" ] && [ "$first" -ge 20 ] || whole=''
[ -n "$all" ] || echo 'thinned out: --all runs every case'
awk -v known_file="$known" -v whole="$whole" -v seconds="$(($(date +%s) - started))" \
    -v expected="$(wc -l <cases)" -f "$here/campaign.awk" results
