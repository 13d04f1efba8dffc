#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: first-day.sh DIR
#
# A CA's first day, for rehearsal, in a new directory: a software token (package
# softhsm2), a CA, two nodes and a user, from requests to installed certificates.
# PINs come from files here; without --pin-fd, coldca asks on the terminal.

umask 077
mkdir "$1"
cd "$1"
module=/usr/lib/softhsm/libsofthsm2.so
mkdir tokens
echo "directories.tokendir = $PWD/tokens" >softhsm2.conf
export SOFTHSM2_CONF="$PWD/softhsm2.conf" COLDCA_DIR="$PWD/ca"
od -An -N4 -tu4 /dev/urandom | tr -dc 0-9 | sed 's/^/11111/' >pin
od -An -N4 -tu4 /dev/urandom | tr -dc 0-9 | sed 's/^/22222/' >so-pin

coldca token init "--module=$module" --label=ca --pin-fd=3 --so-pin-fd=4 3<pin 4<so-pin
coldca init --mode=test "--module=$module"
coldca create-ca --certs-dir=certs '--ca-key=pkcs11:token=ca;object=cluster-ca' --pin-fd=3 3<pin

for number in 1 2; do
	name=node$number.example.com
	coldca request node "$name" "10.0.0.$number" "--certs-dir=node$number"
	coldca sign node "node$number/node.csr" "--host=$name" "--host=10.0.0.$number" \
	    --yes --pin-fd=3 3<pin
	coldca install "outbox/node-$name" "--certs-dir=node$number"
done
coldca request client root --certs-dir=root
coldca sign client root/client.root.csr --user=root --yes --pin-fd=3 3<pin
coldca install outbox/client-root --certs-dir=root

coldca list --certs-dir=node1
coldca exit-gate outbox
coldca ledger list
coldca ledger verify
