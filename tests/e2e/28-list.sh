#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `list`: what CockroachDB's loader says, what it does not, and a status for
# whoever watches over it.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime script
make_token ca
make_ca

ok coldca request node n1.example.com --certs-dir=n1
ok with_pin coldca sign node n1/node.csr --host=n1.example.com --yes --lifetime=2400h
ok coldca install outbox/node-n1.example.com --certs-dir=n1
ok coldca request client marc --certs-dir=n1
ok with_pin coldca sign client n1/client.marc.csr --user=marc --yes --lifetime=1200h
ok coldca install outbox/client-marc --certs-dir=n1

# checks STATUS PROBLEM FILE COMMAND...: a copy of n1 that COMMAND spoiled
checks() {
	want=$1 problem=$2 file=$3
	shift 3
	rm -rf copy
	cp -a n1 copy
	(cd copy && "$@")
	ok coldca list --certs-dir=copy
	ran coldca list --certs-dir=copy --check --json
	is "status: $*" "$want" "$status"
	is "problems: $*" "$problem" "$(jq -r --arg f "$file" \
	    '.files[] | select(.certificate_file == $f) |
	    .problems + (if .error then ["error"] else [] end) | join(",")' out)"
}
checks 0 '' node.crt true
openssl ecparam -name prime256v1 -genkey -noout -out other.key
checks 4 mismatched node.crt cp ../other.key node.key
make_ca other other-ca
checks 4 untrusted node.crt cp "$ca_crt" ca.crt
checks 4 untrusted client.marc.crt cp "$ca_crt" ca-client.crt
checks 4 untrusted node.crt rm ca.crt
checks 4 unfit node.crt sh -c 'cp client.marc.crt node.crt; cp client.marc.key node.key'
checks 3 error node.crt rm node.key
checks 3 error node.crt chmod 644 node.key
checks 3 error client.marc.crt cp /dev/null client.marc.crt
checks 3 '' ca.crt cp node.crt client-tenant.abc.crt

# The dates, by another clock.
at() {
	offset=$1
	shift
	faketime -f "$offset" "$COLDCA" "$@"
}
ran at +25d list --certs-dir=n1 --check
is 'client.marc.crt has 25 days left' 4 "$status"
says 'Client .*client\.marc\.crt.*expires in 2[45] days'
lacks 'node.crt has more' grep -q 'Node .*expires' out
ran at +25d list --certs-dir=n1 --check --expiring=10d
is 'that is enough' 0 "$status"
ran at +25d list --certs-dir=n1 --check --expiring=2000h
says 'Node .*expires in 7[45] days'
ran at +60d list --certs-dir=n1 --check
says 'Client .*expired on 20../../..'
is 'expired' 4 "$status"
ran at +60d list --certs-dir=n1
is 'without --check' 0 "$status"
ran at -3d list --certs-dir=n1 --json
is 'not yet valid' '["expired"]' \
    "$(jq -c '.files[] | select(.certificate_file == "node.crt").problems' out)"
refused 2 'expiring' coldca list --certs-dir=n1 --expiring=soon

ran at +100d list --certs-dir=n1 --check --expiring=0h
is 'on its last day' 4 "$status"
refused 2 'expiring' coldca list --certs-dir=n1 --expiring=0

# Whom they are taken for, by a cockroach with the same flags.
checks 4 unfit client.max.crt sh -c 'mv client.marc.crt client.max.crt; mv client.marc.key client.max.key'
holds 'in its words' grep -qF 'client certificate has principals [\"marc\"], expected \"max\"' out
ok coldca list --certs-dir=copy --check --cert-principal-map=marc:max
ok coldca list --certs-dir=n1 --check --cert-principal-map=marc:marc,node:node
ran coldca list --certs-dir=n1 --check --cert-principal-map=marc:root,node:root
is 'mapped away' 4 "$status"
says 'client certificate has principals \["root"\], expected "marc"'
says 'node certificate has principals \["root" "n1.example.com"\], expected "node"'
ok coldca list --certs-dir=n1 --check --cert-principal-map=node:root \
    --cert-principal-map=n1.example.com:node

# A node's own certificate as a client stands in for node.crt there.
ok coldca request client node --certs-dir=n2
ok with_pin coldca sign client n2/client.node.csr --user=node --yes --out=n2.outbox
ok coldca install n2.outbox/client-node --certs-dir=n2
ok coldca request ui n1.example.com --certs-dir=n2
ok with_pin coldca sign ui n2/ui.csr --host=n1.example.com --yes --out=n2.outbox
cp n2.outbox/ui-n1.example.com/ui.crt n2/node.crt
mv n2/ui.key n2/node.key
ok coldca list --certs-dir=n2 --check
rm n2/client.node.crt
ran coldca list --certs-dir=n2 --check
is 'without it' 4 "$status"
says 'node certificate has principals \["n1.example.com" "n1.example.com"\], expected "node"'

# Distinguished names: of root and nodes, and each in its order.
ok coldca list --certs-dir=n1 --check '--node-cert-distinguished-name=O=Cockroach, CN=node' \
    --root-cert-distinguished-name=CN=somebody
ran coldca list --certs-dir=n1 --check --node-cert-distinguished-name=CN=node,O=Cockroach
is 'another order' 4 "$status"
says 'cert dn did not match set root or node dn: .O=Cockroach,CN=node., not .CN=node,O=Cockroach.'
ok coldca list --certs-dir=n1 --check --node-cert-distinguished-name=O=Cockroach,CN=node \
    --cert-principal-map=node:nobody
checks 4 unfit client.root.crt sh -c 'mv client.marc.crt client.root.crt; mv client.marc.key client.root.key'
ran coldca list --certs-dir=copy --check --root-cert-distinguished-name=O=Cockroach,CN=marc
is 'the name that it has, but still not root' 4 "$status"
says 'expected "root"'
lacks 'a word on its name' grep -q 'cert dn' out
ok coldca list --certs-dir=copy --check --root-cert-distinguished-name=O=Cockroach,CN=marc \
    --cert-principal-map=marc:root

# A wrong directory does not pass for a good one.
mkdir empty
ran coldca list --certs-dir=empty --check
is 'an empty directory' 3 "$status"
warns 'no certificates'
refused 8 'missing: No such file' coldca list --certs-dir=missing --check

# Tenants, names that are ignored, and the order.
rm -rf copy
cp -a n1 copy
for name in client-tenant.10 client-tenant.9 client.a.b tenant-signing.2 ui ca-ui \
    ca-client ca-client-tenant ca.old root; do
	cp n1/node.crt "copy/$name.crt"
	cp -p n1/node.key "copy/$name.key"
done
ok coldca list --certs-dir=copy --json
is 'the order' 'ca.crt ca-client.crt ca-client-tenant.crt ca-ui.crt node.crt ui.crt client.a.b.crt client.marc.crt client-tenant.10.crt client-tenant.9.crt tenant-signing.2.crt' \
    "$(jq -r '.files[].certificate_file' out | paste -sd' ')"
is 'ignored' 2 "$(jq '.ignored | length' out)"
ok coldca list --certs-dir=copy
says '^Tenant Client +client-tenant\.9\.crt +client-tenant\.9\.key'
warns 'bad filename copy/ca\.old\.crt: CA certificate filename should match ca\.crt'
warns 'bad filename copy/root\.crt: unknown prefix "root"'

# Nothing of a key is ever shown.
ok coldca list --certs-dir=n1 --json
sed -n 2p n1/node.key >needle
lacks 'a key' grep -qFf needle out

# Colours, on a terminal alone.
escape=$(printf '\033')
shown() {
	script -qec "$1" /dev/null >shown </dev/null
}
chmod 644 n1/node.key
ok coldca list --certs-dir=n1
lacks 'colours in a file' grep -q "$escape" out
TERM=xterm shown "$COLDCA list --certs-dir=n1"
holds 'colours on a terminal' grep -q "$escape\[31m" shown
lacks 'a good row in colour' grep -q "$escape.*client.marc.crt" shown
TERM=xterm NO_COLOR=1 shown "$COLDCA list --certs-dir=n1"
lacks 'colours with NO_COLOR' grep -q "$escape" shown
TERM=dumb shown "$COLDCA list --certs-dir=n1"
lacks 'colours on a dumb terminal' grep -q "$escape" shown
ok env COCKROACH_SKIP_KEY_PERMISSION_CHECK=true "$COLDCA" list --certs-dir=n1 --check
finish
