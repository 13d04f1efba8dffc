#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: 40-sign-killed.sh [STEP]
#
# `sign` of six requests is killed at its system calls, and calls that touch the
# disk fail: the ledger verifies, no certificate exists that it does not know,
# and the same command run again completes all six. STEP 1 is each call, for
# which there is an hour; without it a part of them is taken.

. "$(dirname "$0")/lib.sh"
need openssl jq strace awk
step=${1:-97}
strace -qq -o trace -e trace=none true 2>err || {
	echo "skipped: strace can not trace here"
	exit 77
}
make_token ca
make_ca
users='a b c d e f'
csrs=''
for user in $users; do
	ok coldca request client "$user" "--certs-dir=$work/keys"
	csrs="$csrs $work/keys/client.$user.csr"
done
cp -R "$HOME/.coldca" good

# One session, so that the calls have the same order each time.
# run COMMAND...: signs, with COMMAND in front
run() {
	# shellcheck disable=SC2086 # a list of words
	"$@" "$COLDCA" sign client $csrs --names-from-request --yes \
	    --overwrite --sessions=1 "--ca-dir=$shard/ca" "--out=$shard/out" \
	    --pin-fd=3 3<"$work/pin"
}

complain() {
	echo "$call $number $fault: $*" >>"$shard.failed"
}

fresh() {
	rm -rf "$shard"
	mkdir "$shard"
	cp -R good "$shard/ca"
	cp -R tokens "$shard"
	# SoftHSM has no way to share a token with one that is killed.
	sed "s|^directories.tokendir = .*|directories.tokendir = $shard/tokens|" \
	    softhsm2.conf >"$shard/softhsm2.conf"
	export SOFTHSM2_CONF="$shard/softhsm2.conf"
}

# known: every certificate below the shard is one that the ledger has issued,
# also in what a killed run has left under a name of its own.
known() {
	coldca ledger list --json --state=issued "--ca-dir=$shard/ca" 2>/dev/null |
	    jq -r '.[].certificate' | tr -d '\n' >"$shard.known"
	find "$shard/out" -name 'client.*.crt' 2>/dev/null |
	    while read -r file; do
		pem=$(tr -d '\n' <"$file")
		case $(cat "$shard.known") in
		*"$pem"*) ;;
		*) complain "$file is not in the ledger" ;;
		esac
	done
}

try_point() {
	status=0
	run strace -f -qq -o /dev/null -e "trace=$call" \
	    -e "inject=$call:$fault:when=$number" >"$shard.out" 2>&1 || status=$?
	echo "$status $fault" >>"$shard.statuses"
	coldca ledger verify "--ca-dir=$shard/ca" >"$shard.out" 2>&1 ||
	    complain "verify: $(cat "$shard.out")"
	known
	# SoftHSM empties its token's file before it writes that anew: one that is
	# killed there has lost the token, and nobody can sign.
	rm -rf "$shard/tokens"
	cp -R tokens "$shard"
	run env >"$shard.out" 2>&1 || complain "the next run: $(cat "$shard.out")"
	[ "$(bundles "$shard/out" | sed 's/\.coldca-[0-9a-f]* //g')" = \
	    'client-a client-b client-c client-d client-e client-f' ] ||
	    complain "not six bundles after the next run: $(bundles "$shard/out")"
	known
	coldca ledger verify "--ca-dir=$shard/ca" >"$shard.out" 2>&1 ||
	    complain "verify after the next run: $(cat "$shard.out")"
	fresh
}

shard=$work/quiet
fresh
run strace -f -qq -o "$work/trace" >out 2>err || failed 'a run that nobody disturbs' "$(cat err)"
is 'bundles' 6 "$(find quiet/out -name 'client.*.crt' | wc -l)"

# Each call, as "name number", from the moment on that the ledger is opened.
awk -v step="$step" '
match($0, /^[0-9]+ +[a-z_0-9]+\(/) {
	name = substr($0, 1, RLENGTH - 1)
	sub(/^[0-9]+ +/, "", name)
	count[name]++
	begun = begun || /openat.*policy\.yaml/
	if (!begun)
		next
	point[++points] = name " " count[name] " signal=KILL"
	if (name ~ /^(openat|write|pwrite64|fsync|fdatasync|ftruncate|linkat|mkdirat)$/)
		point[++points] = name " " count[name] " error=ENOSPC"
	if (name ~ /^(openat|write|pwrite64|fsync|fdatasync|ftruncate|renameat2|unlinkat|unlink)$/)
		point[++points] = name " " count[name] " error=EIO"
}
END {
	for (i = 1; i <= points; i += step)
		print point[i]
	print points >"points.all"
}' trace >points
[ "$(cat points.all)" -gt 500 ] || failed 'too few calls were found' "$(cat points)"

for part in a b; do
	(
		shard=$work/$part
		: >"$shard.failed"
		: >"$shard.statuses"
		fresh
		awk -v odd=$part 'NR % 2 == (odd == "a")' points |
		    while read -r call number fault; do
			try_point
		done
	) &
done
wait
cat a.failed b.failed
failures=$((failures + $(cat a.failed b.failed | wc -l)))
tried=$(cat a.statuses b.statuses | wc -l)
killed=$(cat a.statuses b.statuses | grep -c '^137 signal' || :)
refused=$(cat a.statuses b.statuses | grep -vc '^0 \|signal' || :)
echo "$tried of $(cat points.all) points: killed at $killed calls," \
    "$refused failing calls reported; the ledger verified each time, and the next run completed"
is 'points that were tried' "$(wc -l <points)" "$tried"
finish
