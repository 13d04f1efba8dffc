#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: make.sh FILE
#
# Writes to FILE a small ledger in the format of today: a CA, a node's and
# clients' certificates, one of them revoked, a CRL, a refused request, and one
# certificate that was never finished; since format 5 a node's request with a
# manifest and two approvals, and what came back of it. format-N.db are what this
# made when N was the format; they are never made again, since a program must go on
# reading old ones.

out=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
. "$(dirname "$0")/../../e2e/lib.sh"
make_token ca
make_ca

for user in maxroach other; do
	ok coldca request client "$user" "--certs-dir=$user"
	ok with_pin coldca sign client "$user/client.$user.csr" \
	    "--user=$user" --yes
done
ok coldca request node localhost 127.0.0.1 --certs-dir=node
ok with_pin coldca sign node node/node.csr --host=localhost \
    --host=127.0.0.1 --yes
refused 4 'policy' with_pin coldca sign client other/client.other.csr \
    --user=other --lifetime=4000d --yes
ok coldca revoke --user=other --reason=superseded --yes
ok with_pin coldca create-crl

policy=$HOME/.coldca/policy.yaml
sed -i 's/^    approvals: 0$/    approvals: 2/' "$policy"
echo 'approvers:' >>"$policy"
for name in anna bob; do
	case $name in
	anna) openssl genpkey -algorithm ed25519 -out anna.key ;;
	*) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	    -out bob.key 2>err ;;
	esac
	printf '  - name: %s\n    key: |\n' "$name"
	openssl pkey -in "$name.key" -pubout | sed 's/^/      /'
done >>"$policy"
ok coldca request node node2.example.com --certs-dir=node2 --manifest
mkdir stick
cp node2/node.csr node2/node.manifest stick
ok coldca intake stick
inbox=$(tail -1 out)
ok coldca sign --intake="$inbox" --prepare=drafts
for name in anna bob; do
	ok coldca approve drafts/*.draft "--approver=$name" "--key=$name.key" \
	    --yes
done
ok with_pin coldca sign --intake="$inbox" --approved=drafts --yes
ok coldca ledger verify
[ "$failures" -eq 0 ] && cp "$HOME/.coldca/ledger.db" "$out"
finish
