#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Proves that the cases can fail: each of these is expected to log in, or to be
# refused in a way that it is not, and the judge must say so.

. "$(dirname "$0")/lib.sh"
need_peers
dir=$certs/p256/p256
trust=$certs/p256/ca.crt
words='[p256 TLSvVERSION P-256 ECDSA-SHA256]'
ca=any leaf=p256

# The server verifies its clients by another CA.
mkdir other-pool
cp "$dir/node.crt" "$dir/node.key" other-pool
cp "$certs/p384/ca.crt" other-pool/ca.crt
each_client 'another pool' "$work/other-pool" "$trust" "$dir/client.p256" \
    p256 localhost "ok $words"
each_client 'other trust' "$dir" "$certs/p384/ca.crt" "$dir/client.p256" \
    p256 localhost "ok $words"
each_client 'other words' "$dir" "$trust" "$dir/client.p256" \
    p256 localhost 'ok [p256 TLSvVERSION P-256 SHA256-RSA]'
each_client 'let in by mistake' "$dir" "$trust" "$dir/client.p256" \
    p256 localhost 'server .'
each_client 'trusted by mistake' "$dir" "$trust" "$dir/client.p256" \
    p256 localhost 'client .'
each_client 'for another reason' "$dir" "$trust" "$dir/client.p256" \
    other localhost 'server signed by unknown authority'
each_client 'on the other side' "$dir" "$trust" "$dir/client.p256" \
    p256 wrong.example.com 'server .'

# A CRL from before the revocation, on the one side or the other.
mkdir unaware unaware/bad
cp "$certs/p256/before/ca.crl" "$certs/p256/before/ca.crt" \
    "$dir/node.crt" "$dir/node.key" unaware
cp "$certs/p256/before/ca.crl" "$certs/p256/before/ca.crt" \
    "$certs/p256/revoked/p256/node."* unaware/bad
each_client 'old CRL, user' "$work/unaware" "$trust" \
    "$certs/p256/revoked/p256/client.p256" p256 localhost \
    'server certificate revoked'
each_client 'old CRL, node' "$work/unaware/bad" "$work/unaware/ca.crt" \
    "$dir/client.p256" p256 localhost 'client .'
each_client 'revoked, not unknown' "$work/unaware" "$certs/p384/ca.crt" \
    "$dir/client.p256" p256 localhost 'alert revoked certificate'
each_client 'control' "$dir" "$trust" "$dir/client.p256" p256 localhost \
    "ok $words"
start_server
run_cases
wait_for_log
awk -f "$here/judge.awk" log results cases >verdicts
awk -f "$here/list.awk" verdicts
grep '/control/' verdicts >control
is 'controls that are right' 4 "$(grep -c '^right' control)"
grep -v '/control/' verdicts >mutants
is 'mistakes' 40 "$(wc -l <mutants)"
is 'mistakes that were not seen' '' "$(grep '^right' mutants)"
finish
