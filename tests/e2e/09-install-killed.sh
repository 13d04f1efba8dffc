#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `install` is killed at each of its system calls, and each call that touches
# the disk fails once: the certificate directory always holds one whole set,
# the old or the new one, and the next run completes.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-install.sh"
need openssl strace awk
strace -qq -o trace -e trace=none true 2>err || {
	echo "skipped: strace can not trace here"
	exit 77
}

# A node whose set has been replaced once, with all that there is to replace:
# a new key for the node, a new certificate for root's key, a new CA.
new_ca ca-1 'Cockroach CA'
new_ca ca-2 'Cockroach CA'
mkdir host
ok coldca request node node1.example.com --certs-dir=host/certs
ok coldca request client root --certs-dir=host/certs
issue ca-1 host/certs/node.csr first/node.crt "$NODE"
cp ca-1.crt first/ca.crt
ok coldca install first --certs-dir=host/certs
issue ca-1 host/certs/client.root.csr second/client.root.crt "$CLIENT"
ok coldca install second --certs-dir=host/certs
ok coldca request node node1.example.com --certs-dir=host/certs --new-key
mkdir -p host/certs/notes/of-mine
echo mine >host/certs/notes/of-mine/a
ln -s ../elsewhere host/certs/link
issue ca-2 host/certs/pending/node.csr bundle/node.crt "$NODE"
issue ca-2 host/certs/client.root.csr bundle/client.root.crt "$CLIENT"
cat ca-2.crt ca-1.crt >bundle/ca.crt

# run WORD...: one installation, traced so
run() {
	strace -f -qq "$@" "$COLDCA" install "$work/bundle" --certs-dir=certs
}

# complain WHAT: about the point at hand
complain() {
	echo "$call $number $fault: $*" >>"$shard.failed"
}

# both: in $here_now what is in a place, in $set and $before which sets. With
# no more than one process: it is asked some thousand times.
both() {
	hashes=$(cd "$shard" && sha256sum -- certs/*.crt certs/*.key \
	    .certs.previous/*.crt .certs.previous/*.key 2>/dev/null) || :
	set=$(printf '%s\n' "$hashes" | only '*certs/*' '*.previous/*')
	before=$(printf '%s\n' "$hashes" | only '*.previous/*' '')
	here_now=$(cd "$shard" && echo .[!.]* ./* certs/.[!.]* certs/*)
}

# only PATTERN BUT: the lines that fit the first and not the second, with the
# directory's name taken out
only() {
	while read -r hash name; do
		# shellcheck disable=SC2254 # they are patterns
		case $hash$name in
		$2) ;;
		$1) printf '%s %s\n' "$hash" "${name##*/}" ;;
		esac
	done
}

fresh() {
	rm -rf "$shard"
	cp -R -p host "$shard"
}

# try_point: disturbs one run, looks, and runs again where that left a trace.
try_point() {
	status=0
	(cd "$shard" && run -o /dev/null -e "trace=$call" \
	    -e "inject=$call:$fault:when=$number") >"$shard.out" 2>&1 || status=$?
	echo "$status $fault" >>"$shard.statuses"
	both
	case $set in
	"$new") ;;
	"$old") [ "$status" -ne 0 ] || complain 'status 0, and the old set' ;;
	*) complain "neither the old set nor the new one: $set" ;;
	esac
	[ "$set$before$here_now" != "$old$older$untouched" ] || return 0
	echo x >>"$shard.again"
	(cd "$shard" && coldca install "$work/bundle" --certs-dir=certs) \
	    >"$shard.out" 2>&1 || complain "the next run: $(cat "$shard.out")"
	both
	[ "$set" = "$new" ] || complain "not the new set after the next run: $set"
	[ "$before" = "$old" ] || complain "the set before is not kept: $before"
	[ "$here_now" = "$tidy" ] || complain "left over: $here_now"
	[ "$(cat "$shard/certs/notes/of-mine/a")" = mine ] ||
	    complain 'a directory of the operator is not as it was'
	fresh
}

# What a run that nobody disturbs does, and how the sets look.
shard=quiet
fresh
both
old=$set older=$before untouched=$here_now
(cd quiet && strace -f -qq -o "$work/trace" "$COLDCA" install "$work/bundle" \
    --certs-dir=certs >"$work/out" 2>"$work/err") ||
    failed 'an installation that nobody disturbs' "$(cat err)"
both
new=$set tidy=$here_now
lacks 'nothing has changed' [ "$old" = "$new" ]
is 'the set before' "$old" "$before"
holds 'the old pairs' pairs host/certs
holds 'the new pairs' pairs quiet/certs

# Each call, as "name number", and what is done to it: the program is killed
# there; or, once it reads the bundle, the call fails as a disk, a quota or a
# mode can make it fail.
awk '
match($0, /^[0-9]+ +[a-z_0-9]+\(/) {
	name = substr($0, 1, RLENGTH - 1)
	sub(/^[0-9]+ +/, "", name)
	print name, ++count[name], "signal=KILL"
	begun = begun || /openat.*\/bundle"/
	if (!begun)
		next
	if (name ~ /^(openat|write|fsync|linkat|mkdirat)$/)
		print name, count[name], "error=ENOSPC"
	if (name ~ /^(openat|read|fsync|renameat2|unlinkat|fchmod|fchmodat|newfstatat|getdents64|fchown|flistxattr|flock)$/)
		print name, count[name], "error=EIO"
}' trace >points
[ "$(wc -l <points)" -gt 300 ] || failed 'too few calls were found' "$(cat points)"

# Two at a time, each in a place of its own.
for shard in a b; do
	(
		: >$shard.failed
		fresh
		awk -v odd=$shard 'NR % 2 == (odd == "a")' points |
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
echo "$tried points: killed at $killed calls, $refused failing calls reported;" \
    "$(cat a.again b.again | wc -l) left a trace, and the next run completed"
is 'points tried' "$(wc -l <points)" "$tried"
# Not killed: the call by which strace itself starts the program.
[ "$killed" -ge "$(($(grep -c signal points) - 2))" ] || failed "only $killed were killed"
finish
