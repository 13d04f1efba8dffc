#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# A token that repeats an ECDSA r has told its key to everybody: the CA stops,
# for ever. Signatures that are wrong or too short are refused, and the next
# run goes on.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
begin fault
found_ca
requests 5

# refused RULE: nothing is issued with it
refused() {
	plan "$1"
	sign client.u1.csr
	expect 5 "$1"
	says '^coldca: error: .*signature' "$1"
	[ ! -e outbox/client-u1 ] || fail "$1: there is a bundle"
	agrees 0
}

refused 'sign wrong 1'
refused 'sign truncate 1'
plan
sign client.u1.csr
expect 0 'a run without faults'
agrees 1
nothing_pending

plan 'sign repeat 2'
sign --sessions=1 client.u2.csr client.u3.csr client.u4.csr
expect 5 'a repeated r'
says 'must be considered disclosed' 'a repeated r'
agrees
stopped=$there
[ "$stopped" -lt 4 ] || fail 'the repeated signature was issued'

# It stays stopped, whatever the token does now.
plan
sign client.u5.csr
expect 5 'the run after'
says 'must be considered disclosed' 'the run after'
[ ! -e outbox/client-u5 ] || fail 'the CA signs on'
agrees "$stopped"
