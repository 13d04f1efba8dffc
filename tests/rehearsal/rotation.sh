#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A CA is replaced and then clients get one of their own, while 5 nodes and 20
# clients are connected: nobody who follows the plan loses a connection. Who
# does not, does.

. "$(dirname "$0")/lib.sh"
need jq
make_token ca
make_ca
first_certificates
start_cluster
no_loss 'before'

# The CA is replaced.
ok with_pin coldca rotate-ca begin '--ca-key=pkcs11:token=ca;object=second-ca'
# shellcheck disable=SC2086 # words
step rotate-ca 1 $hosts
ok with_pin coldca rotate-ca next --yes
# Not in the same order, and clients before nodes.
# shellcheck disable=SC2086 # words
step rotate-ca 2 $clients n5 n3 n1 n2 n4
ok with_pin coldca rotate-ca next --yes
# shellcheck disable=SC2086 # words
step rotate-ca 3 n2 $clients n1 n3 n5 n4
ok with_pin coldca rotate-ca next --yes
warns 'the plan is finished'
no_loss 'with the new CA'

# Clients get a CA of their own.
ok with_pin coldca split-ca begin '--ca-key=pkcs11:token=ca;object=client-ca'
# shellcheck disable=SC2086 # words
step split-ca 1 $nodes
ok with_pin coldca split-ca next --yes
step split-ca 2 n4 n2 n5 n1 n3
ok with_pin coldca split-ca next --yes
# shellcheck disable=SC2086 # words
step split-ca 3 $clients
ok with_pin coldca split-ca next --yes
step split-ca 4 n3 n1 n5 n2 n4
ok with_pin coldca split-ca next --yes
warns 'the plan is finished'
no_loss 'with a client CA'
is 'connections lost by the plans' 0 "$(logged)"

# The operator says that everybody has what n1 alone has: n1 shows a
# certificate by a CA that is not known to the others.
ok with_pin coldca rotate-ca begin '--ca-key=pkcs11:token=ca;object=third-ca'
place outbox/rotate-1 n1
no_loss 'n1 alone trusts the third CA'
ok coldca rotate-ca delivered --all
ok with_pin coldca rotate-ca next --yes
place outbox/rotate-2 n1
loss 'a certificate too early' \
    'n[2-5]: connection to n1: .*unknown authority'
holds 'a client too' grep -q 'to n1: .*unknown authority' "$state"/u*.log
lacks 'nobody else' grep -hq 'to n[2-5]: ' "$state"/*.log

# Kept connections live on, and what was left out can be made up for.
lacks 'a kept connection' grep -h 'lost the connection' "$state"/*.log
for host in $hosts; do
	[ "$host" = n1 ] || place outbox/rotate-1 "$host"
done
meet
seen=$(logged)
no_loss 'everybody trusts the third CA'

# The old CA is dropped while n3 still has a certificate by it.
place outbox/rotate-2 n2
ok coldca rotate-ca delivered --all
ok with_pin coldca rotate-ca next --yes
refused 4 'node\.crt and which the bundle.s ca\.crt would drop' \
    coldca install "outbox/rotate-3/$(folder n3)" --certs-dir=hosts/n3
grep -h error err
no_loss 'what is refused changes nothing'
place outbox/rotate-3 n2 --overwrite
loss 'the old CA dropped too early' \
    'n2: connection to n3: .*unknown authority'

# Certificates for the others, and nobody is shut out any more.
for host in n3 n4 n5; do
	place outbox/rotate-2 "$host"
done
meet
seen=$(logged)
no_loss 'everybody has a certificate by the third CA'
[ ! -s crashed ] || failed "$(cat crashed)"

ok coldca ledger verify
finish
