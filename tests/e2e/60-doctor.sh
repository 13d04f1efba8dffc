#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Is the machine fit? What doctor sees, what is refused where policy wants a fit
# machine, and the backup that it asks for.

. "$(dirname "$0")/lib.sh"
need jq sqlite3 unshare ip
make_token ca

# Without a CA directory the machine alone is looked at.
ran coldca doctor --json
is 'a list' array "$(jq -r type out)"
is 'rows without a why or a way out' 0 \
    "$(jq '[.[] | select(.why == "" or .mend == "")] | length' out)"
is 'the CA directory' 'not told' "$(jq -r '.[] | select(.check == "ca-dir").verdict' out)"
verdict() {
	jq -r ".[] | select(.check == \"$1\").verdict" out
}

make_ca
ran coldca doctor --json
is 'the CA directory' good "$(verdict ca-dir)"
is 'the pinned module' good "$(verdict module-hash)"
is 'no backup' bad "$(verdict backup)"

# The backup: a CA directory, complete and verified.
refused 8 'nowhere: No such file' coldca ledger backup nowhere
mkdir disk
ok coldca ledger backup disk
says '^disk/ca-[0-9]+: policy and ledger, verified$'
copy=$(echo disk/ca-*)
is 'what is in it' 'ledger.db policy.yaml' "$(names "$copy")"
ok coldca ledger verify "--ca-dir=$copy"
is 'the head of the copy' "$(coldca ledger head --json 2>/dev/null | jq -r .hash)" \
    "$(coldca ledger head --json "--ca-dir=$copy" 2>/dev/null | jq -r .hash)"
refused 8 'File exists' coldca ledger backup disk
warns 'hint: a backup is never overwritten'
is 'nothing is left behind' "${copy#disk/}" "$(names disk)"
ran coldca doctor --json
is 'the backup' good "$(verdict backup)"
ok coldca request client a --certs-dir=a
ok with_pin coldca sign client a/client.a.csr --user=a --yes
ran coldca doctor --json
is 'a young backup' good "$(verdict backup)"
sed -E 's/^(coldca backup v1 [0-9]+) [0-9]+/\1 1795000000/' .coldca/last-backup >old
cp old .coldca/last-backup
ran coldca doctor
says '^backup +warning +the last one is [0-9]+ days old, and [0-9]+ entries'
says '^backup: what was issued since would be forgotten'
echo nonsense >.coldca/last-backup
ran coldca doctor
says "backup +warning .*last-backup: not what .coldca ledger backup. writes"
# A ledger that was changed gets no backup.
cp -r .coldca bad
sqlite3 bad/ledger.db "DROP TRIGGER IF EXISTS entry_no_update; UPDATE entry SET detail = 'x' WHERE id = 1" 2>/dev/null || :
printf 'x' | dd of=bad/ledger.db bs=1 seek=100000 conv=notrunc 2>/dev/null
mkdir other
ran coldca ledger backup other --ca-dir=bad
[ "$status" -ne 0 ] || failed 'a changed ledger was copied'
is 'and nothing of it is there' '' "$(names other)"

# Where policy wants a fit machine, no command signs on another.
echo 'require_air_gap: true' >>.coldca/policy.yaml
before=$(coldca ledger head --json 2>/dev/null | jq .entry)
offline() {
	if [ "$(id -u)" -eq 0 ]; then
		unshare -n "$@"
	else
		unshare -rn "$@"
	fi
}
online() {
	# shellcheck disable=SC2016 # for the inner shell
	offline sh -c '{ ip link add eth9 type dummy || ip link add eth9 type veth; } 2>/dev/null
	    ip link set eth9 up && exec "$@"' - "$@"
}
ran online true
[ "$status" -eq 0 ] || {
	echo 'skipped: no network namespace with an interface in it'
	exit 77
}
# /sys shows the namespace of whoever mounted it: the real one is looked at
# where it can not be mounted again.
sign_in() {
	# shellcheck disable=SC2016 # for the inner shell
	"$1" unshare -m sh -c 'mount -t sysfs none /sys && "$@" --pin-fd=3 3<pin' - \
	    "$COLDCA" sign client a/client.a.csr --user=a --yes --overwrite
}
refused 4 'machine: network: eth9 is up' sign_in online
warns 'hint: pull the cable'
warns 'error: machine: not fit to be an offline CA: 1 critical check failed'
warns 'hint: policy.yaml wants a fit machine: require_air_gap'
is 'nothing was recorded' "$before" "$(coldca ledger head --json 2>/dev/null | jq .entry)"
ok sign_in offline
# A pair that signs itself is made on such a machine, too.
make_tenant() {
	# shellcheck disable=SC2016 # for the inner shell
	"$1" unshare -m sh -c 'mount -t sysfs none /sys && "$@"' - \
	    "$COLDCA" create-tenant-signing 5 --certs-dir=tenant
}
refused 4 'machine: network: eth9 is up' make_tenant online
[ ! -e tenant ] || failed 'a pair was made'
ok make_tenant offline

# Any critical check refuses, and by its own name.
chmod g+w .coldca
refused 4 'machine: ca-dir: .*can be written by others' sign_in offline
chmod g-w .coldca
preload() {
	LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libz.so.1 offline unshare -m sh -c \
	    'mount -t sysfs none /sys && "$@" --pin-fd=3 3<pin' - "$COLDCA" create-crl
}
refused 4 'machine: preload: LD_PRELOAD is ' preload
# What does not sign goes on: an emergency is no time for a network cable.
ok coldca ledger list
ok coldca revoke --user=a --reason=superseded --yes
finish
