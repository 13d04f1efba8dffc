#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: test_broken_start.sh KIND
#
# What start.sh has started does not outlive a start that fails or is broken
# off half-way; not for long even when start.sh itself is killed.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/test_lib.sh"
kind=$1

# The first and the last process, and a tool without which they are not enough.
case $kind in
remote) first=server last=server tool=p11-kit does='exec sleep 600' ;;
opencryptoki) first=namespaces last=pkcsslotd tool=pkcsconf does='exit 3' ;;
tpm2) first=bus last=manager tool=pkcs11-tool does='exit 3' ;;
piv) first=namespaces last=card tool=pkcs11-tool does='exit 3' ;;
*) die "$kind: starts no process" ;;
esac
mkdir bin
printf '#!/bin/sh\n%s\n' "$does" >"bin/$tool"
chmod +x "bin/$tool"

# break_off SIGNAL NAME: start.sh, as soon as it has started this process; its
# status
break_off() {
	PATH=$work/bin:$PATH "$here/start.sh" "$kind" "$dir" &
	starting=$!
	status=0
	until grep -q " $2\$" "$dir/daemons" 2>/dev/null; do
		kill -s 0 "$starting" 2>/dev/null || break
		sleep 0.02
	done
	kill -s "$1" "$starting" 2>/dev/null || :
	wait "$starting" || status=$?
	[ "$status" -ne 77 ] || exit 77
	grep -q " $2\$" "$dir/daemons" || die "$2 was not started"
	[ ! -e "$dir/env" ] || die 'a broken start left env'
}

break_off TERM "$last"
[ "$status" -eq 1 ] || die "status $status after a broken start"
no_survivors 'after a broken start'
rm -rf "$dir"

TOKEN_LIFETIME=2
export TOKEN_LIFETIME
break_off KILL "$first"
tries=0
while [ -n "$(survivors)" ] && [ "$tries" -lt 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
no_survivors 'after its time'
