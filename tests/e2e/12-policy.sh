#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The operator writes down what the CA may sign, and it signs that only.

. "$(dirname "$0")/lib.sh"
need openssl jq
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
