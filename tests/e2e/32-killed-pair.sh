#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# create-node is killed before each call that changes the certificate directory,
# one after the other. A certificate never stands beside another's key, and the
# next run finishes what was begun, or begins anew.

. "$(dirname "$0")/lib.sh"
need openssl jq strace
make_token ca
make_ca

calls=mkdirat,renameat,renameat2,unlinkat
if ! strace -f -e "trace=$calls" -o trace true 2>err; then
	echo "skipped: strace can not trace here"
	exit 77
fi

# create HOST OPTION...: a pair in certs
create() {
	with_pin coldca create-node --certs-dir=certs --quiet "$@"
}

# killed N CALL HOST OPTION...: the same, and the Nth CALL is its end
killed() {
	number=$1 call=$2
	shift 2
	status=0
	strace -f -o trace -e "trace=$call" -e signal=none \
	    -e "inject=$call:signal=KILL:when=$number" \
	    "$COLDCA" create-node --certs-dir=certs --quiet --pin-fd=3 "$@" \
	    3<pin >out 2>err || status=$?
}

host() {
	openssl x509 -in certs/node.crt -noout -ext subjectAltName |
	    sed -n 's/^ *DNS://p'
}

# matched WHAT: either there is no certificate, or the key beside it is its own
matched() {
	[ -e certs/node.crt ] || return 0
	is "$1: one key" "$(openssl x509 -in certs/node.crt -noout -pubkey)" \
	    "$(openssl pkey -in certs/node.key -pubout)"
}

# hidden: what coldca has begun and not finished
hidden() {
	find certs -mindepth 1 -maxdepth 1 -name '.coldca-*' -printf '%f\n' |
	    sed 's/[0-9a-f]\{16\}$/RANDOM/'
}

# trial OLD N CALL: with an OLD pair or without, killed at the Nth CALL
#
# False: there is no such call, and the run came to its end.
trial() {
	old=$1 number=$2 call=$3
	what="$old pair, $call $number"
	rm -rf certs
	mkdir certs
	cp "$ca_crt" certs
	[ "$old" = no ] || ok create old.example.com
	killed "$number" "$call" new.example.com --overwrite
	[ "$status" -ne 0 ] || return 1
	matched "$what"
	is "$what: names besides" '' \
	    "$(names certs | tr ' ' '\n' | grep -Ev '^(ca|node)\.(crt|key)$|^\.coldca-')"
	case $(hidden) in
	.coldca-replace-node.crt)
		# Written whole: the next run finishes, and then sees it.
		ran create new2.example.com
		is "$what: the next run's status" 8 "$status"
		warns 'earlier run was interrupted'
		is "$what: whose certificate" new.example.com "$(host)"
		finished=$((finished + 1))
		;;
	'' | .coldca-RANDOM)
		# Not begun, or over: nothing between the two.
		ok create new2.example.com --overwrite
		is "$what: whose certificate" new2.example.com "$(host)"
		;;
	*)
		failed "$what: $(hidden)"
		;;
	esac
	matched "$what: afterwards"
	is "$what: what is hidden afterwards" '' "$(hidden)"
}

# Of each pair: before the old certificate goes, before the key and before the new
# certificate come, before the hidden directory goes.
finished=0
trials=0
for old in no old; do
	for call in $(echo "$calls" | tr , " "); do
		number=1
		while trial "$old" "$number" "$call"; do
			number=$((number + 1))
			trials=$((trials + 1))
			[ "$number" -lt 40 ] || break
		done
	done
done
echo "$trials places to be killed at, $finished of them finished by the next run"
holds 'runs that were finished by the next one' [ "$finished" -eq 8 ]
ok coldca ledger verify
finish
