#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The operator writes down what the CA may sign, and it signs that only.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime
make_token ca
make_ca
policy=.coldca/policy.yaml
cp "$policy" permissive.yaml

# with_policy: the policy is what standard input says below the module's pin
with_policy() {
	{
		sed -n '/^version:/p; /^mode:/p; /^module:/,/sha256:/p' \
		    permissive.yaml
		cat
	} >"$policy"
}

ok coldca request node node1.db.example.com 10.0.0.1 --certs-dir=n1
ok coldca request node other.example.com --certs-dir=n2
ok coldca request node rsa.db.example.com --certs-dir=n3 --key-type=rsa
ok coldca request client maxroach --certs-dir=c1
ok coldca request client root --certs-dir=c2
ok coldca request client app-7 --certs-dir=c3

with_policy <<'POLICY'
profiles:
  node:
    lifetime: 24h
    max-lifetime: 48h
    keys: [p256]
    dns: [".db.example.com"]
    ip: ["10.0.0.0/24"]
    wildcards: false
    names-from-request: false
  client:
    users: ["maxroach", "app-*"]
    names-from-request: true
POLICY

node() {
	csr=$1
	shift
	with_pin coldca sign node "$csr" --yes "$@"
}
client() {
	with_pin coldca sign client "$1" --user "$2" --yes
}

refused 4 'other\.example\.com' node n2/node.csr --host other.example.com
refused 4 'db\.example\.com' node n2/node.csr --host db.example.com --drop-extra
refused 4 '10\.0\.1\.1' node n1/node.csr --host 10.0.1.1 --drop-extra
refused 4 '\*\.db\.example\.com' node n1/node.csr --host '*.db.example.com' --drop-extra
refused 4 'rsa' node n3/node.csr --host rsa.db.example.com
refused 4 '49h' node n1/node.csr --host node1.db.example.com --host 10.0.0.1 --lifetime=49h
refused 4 'names come from requests' node n1/node.csr --names-from-request
refused 4 'root' client c2/client.root.csr root
is 'serials used by what policy refuses' 1 "$(serials)"
lacks 'a bundle that policy refuses' [ -e outbox ]

ok node n1/node.csr --host node1.db.example.com --host 10.0.0.1
crt=outbox/node-node1.db.example.com/node.crt
holds 'the lifetime of the policy' openssl x509 -in $crt -noout -checkend 86000
lacks 'a longer lifetime' openssl x509 -in $crt -noout -checkend 87000
ok client c1/client.maxroach.csr maxroach
ok client c3/client.app-7.csr app-7
ok with_pin coldca sign client c1/client.maxroach.csr --names-from-request --yes --overwrite

# root is only permitted where it is spelled.
sed 's/"app-\*"/"*"/' "$policy" >p && cat p >"$policy"
refused 4 'root' client c2/client.root.csr root
sed 's/"\*"/"root"/' "$policy" >p && cat p >"$policy"
ok client c2/client.root.csr root

# root comes from a request only where the operator says so.
refused 4 'nobody has said in person' with_pin coldca sign client c2/client.root.csr \
    --names-from-request --yes --overwrite
refused 4 'nobody has said in person' with_pin coldca sign client c2/client.root.csr \
    --names-from-request --yes --overwrite --allow-node
ok with_pin coldca sign client c2/client.root.csr --names-from-request --yes \
    --overwrite --allow-root

# What is excluded, reserved, or the name of a user is refused though permitted.
with_policy <<'POLICY'
reserved: [ops]
profiles:
  node:
    dns: ["*"]
    excluded-dns: ["s*.db.example.com"]
    ip: ["10.0.0.0/8"]
    excluded-ip: ["10.9.0.0/16"]
    wildcards: true
    backdate: 0s
    rsa-exponents: [65539]
  client:
    users: ["*"]
    excluded-users: ["app-*"]
  ui:
    dns: ["*"]
    approvals: 2
POLICY
count=$(serials)
drop() {
	node n1/node.csr "$@" --drop-extra --out=dropped
}
refused 4 'secret\.db\.example\.com: policy excludes it' drop --host secret.db.example.com
refused 4 '\*\.db\.example\.com: policy excludes it' drop --host '*.db.example.com'
refused 4 '10\.9\.0\.1: policy excludes it' drop --host 10.9.0.1
refused 3 'IPv4 address in IPv6 form' drop --host ::ffff:10.0.0.1
refused 4 'policy reserves this one' drop --host ops
refused 4 'a user of this name has a certificate' drop --host maxroach
refused 4 'this one is reserved' drop --host admin
refused 4 'no such RSA exponent' node n3/node.csr --host rsa.db.example.com
refused 4 'app-7: policy excludes it' client c3/client.app-7.csr app-7
ok coldca request ui ui.example.com --certs-dir=u1
refused 4 'policy wants approvals' with_pin coldca sign ui u1/ui.csr --host ui.example.com --yes
refused 4 'TEST MODE' coldca inspect n1/node.csr --profile=node --host=maxroach
says 'a user of this name has a certificate'
is 'serials used by what policy excludes' "$count" "$(serials)"
ok coldca request node localhost --certs-dir=n9
ok node n9/node.csr --host localhost --out=dropped
holds 'a certificate that begins now' sh -c "! faketime -f -5m openssl verify -CAfile '$ca_crt' dropped/node-localhost/node.crt"
holds 'and is good' openssl verify -CAfile "$ca_crt" dropped/node-localhost/node.crt

# A policy that can not be read stops everything, and says where.
count=$(serials)
with_policy <<'POLICY'
profiles:
  node:
    life-time: 24h
POLICY
line=$(grep -n life-time "$policy" | cut -d: -f1)
refused 3 "policy\.yaml:$line:5:.*life-time" node n1/node.csr --host node1.db.example.com
with_policy <<'POLICY'
profiles:
  node:
    lifetime: 24h
    lifetime: 48h
POLICY
refused 3 'policy\.yaml:[0-9]+:5:.*lifetime' node n1/node.csr --host node1.db.example.com
with_policy <<'POLICY'
profiles: &anchor
  node:
    lifetime: 24h
POLICY
refused 3 'anchor' node n1/node.csr --host node1.db.example.com
sed '/^mode:/d' permissive.yaml >"$policy"
refused 3 'mode' node n1/node.csr --host node1.db.example.com
: >"$policy"
refused 3 'policy\.yaml' node n1/node.csr --host node1.db.example.com
cat permissive.yaml >"$policy"
is 'serials used under a broken policy' "$count" "$(serials)"
finish
