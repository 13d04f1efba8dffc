#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: produce.sh DIR
#
# Writes into DIR what the program prints now: help texts, messages, and the
# certificates of each profile. What differs from run to run is replaced.

out_dir=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../e2e/lib.sh"
need openssl faketime jq
make_token ca

# Replaced: paths of this run, key material, serial numbers, digests and times,
# by something as wide where it may stand in a table. Lines of nothing but hex
# become one, however many they are.
normalised() {
	sed -E \
	    -e "s|$work|WORK|g" \
	    -e "s|$here/../vectors|VECTORS|g" \
	    -e 's|/usr/lib/[a-z0-9_-]+/softhsm/|/usr/lib/softhsm/|g' \
	    -e 's/^( +)([0-9a-f]{2}:)*[0-9a-f]{2}:?$/\1HEX/' \
	    -e 's/([0-9A-F]{2}:){7,}[0-9A-F]{2}/HEX/g' \
	    -e 's/\<[0-9a-f]{64}\>/HEX/g' \
	    -e 's/\<[0-9a-f]{32}\>/################################/g' \
	    -e 's/(serial[= ]|^ca +)[0-9a-f]{16}\>/\1################/g' \
	    -e 's/id=(%[0-9A-F]{2})+/id=ID/g' \
	    -e 's/(This one has|connections to them will fail): .*/\1: NAMES/' \
	    -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/YYYY-MM-DDTHH:MM:SSZ/g' \
	    -e 's|[0-9]{4}/[0-9]{2}/[0-9]{2}|YYYY/MM/DD|g' \
	    -e 's/\<[0-9A-F]{32}\>/################################/g' \
	    -e 's/^(  words +)[A-Za-z ]+$/\1WORDS/' \
	    -e 's/(ledger head: entry [0-9]+, ).*/\1WORDS/' \
	    -e 's/("words": ")[A-Za-z ]+"/\1WORDS"/' \
	    -e 's/(Not (Before|After ?): ).*/\1TIME/' \
	    -e 's/((Last|Next) Update|Revocation Date): .*/\1: TIME/' |
	    awk '!(/^ +HEX$/ && $0 == last) { print } { last = $0 }'
}

# shows NAME: what comes on standard input is kept as NAME.txt.
shows() {
	normalised >"$out_dir/$1.txt"
}

# said_command WORD...: the command as it is typed
said_command() {
	printf '$ coldca'
	for word in "$@"; do
		case $word in
		*[!\ -~]*) printf ' %s' "$(printf %s "$word" | jq -aRs .)" ;;
		*[!A-Za-z0-9_./:=,-]*) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
}

# said WORD...: the command, what it says, and its status
said() {
	said_command "$@"
	status=0
	coldca "$@" 2>&1 3<"$work/pin" || status=$?
	printf '[%d]\n\n' "$status"
}

coldca help | shows help
coldca help --dump-commands | while IFS='	' read -r kind name rest; do
	[ "$kind" = command ] || continue
	: "$rest"
	# shellcheck disable=SC2086 # a name of two words
	coldca help $name | shows "help-$(echo "$name" | tr ' ' -)"
done

coldca lint --rules | shows lint-rules

# An operator's first day, with every word that the program says.
{
	said init --mode=test "--module=$module"
	said init --mode=test
	said create-ca --certs-dir=certs '--ca-key=pkcs11:token=ca;object=cluster-ca' --pin-fd=3
	said request node node1.example.com 10.0.0.1 --certs-dir=n1
	said request client maxroach --certs-dir=c1
	said inspect n1/node.csr
	said sign node n1/node.csr --host node1.example.com --host 10.0.0.1 --yes --pin-fd=3
	said sign client c1/client.maxroach.csr --user maxroach --yes --pin-fd=3
	said install outbox/node-node1.example.com --certs-dir=n1
	said list --certs-dir=n1
	said list --certs-dir=outbox/client-maxroach
	said ledger list
	said ledger verify
	said token list "--module=$module"
} | shows first-day

text certs/ca.crt | shows certificate-ca
text outbox/node-node1.example.com/node.crt | shows certificate-node
text outbox/client-maxroach/client.maxroach.crt | shows certificate-client

# What an operator sees of each profile, of odd names, of a second certificate,
# and of many requests at once.
openssl ecparam -name prime256v1 -genkey -noout -out odd.pem
openssl req -new -key odd.pem -config /dev/null -subj /O=Other/CN=node \
    -addext subjectAltName=DNS:xn--pypl-53dc.example.com,DNS:xn--bcher-kva.example.com,IP:10.0.0.9 \
    -out odd.csr
openssl req -new -utf8 -key odd.pem -config /dev/null \
    -subj "/CN=$(printf 'm\316\261x')" -out mixed.csr
{
	said request ui node1.example.com --certs-dir=u1
	said request tenant-client 5 node1.example.com --certs-dir=t1
	said inspect n1/node.csr c1/client.maxroach.csr u1/ui.csr --profile=ui
	said inspect u1/ui.csr --profile=ui
	said inspect t1/client-tenant.5.csr
	said inspect t1/client-tenant.5.csr --json
	said inspect odd.csr mixed.csr
	said inspect odd.csr --json
	said sign ui u1/ui.csr --host node1.example.com --yes --pin-fd=3
	said sign tenant-client t1/client-tenant.5.csr --names-from-request --yes --pin-fd=3
	said sign node n1/node.csr --host node1.example.com --host 10.0.0.2 --lifetime=100h --drop-extra --overwrite --yes --pin-fd=3
	said sign node odd.csr n1/node.csr c1/client.maxroach.csr --names-from-request --overwrite --yes --pin-fd=3
	said sign node odd.csr --names-from-request --overwrite --yes --pin-fd=3 --json
	said lint outbox/node-node1.example.com/node.crt --own
} | shows operators-eye
text outbox/ui-node1.example.com/ui.crt | shows certificate-ui
text outbox/tenant-client-5/client-tenant.5.crt | shows certificate-tenant-client

# Every way to be refused that needs no more than this.
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -new -key key.pem -config /dev/null -subj /OU=Tenants/CN=root \
    -addext basicConstraints=critical,CA:TRUE \
    -addext keyUsage=keyCertSign \
    -addext extendedKeyUsage=serverAuth,codeSigning \
    -addext subjectAltName=DNS:root,DNS:evil.example.com,IP:192.0.2.66,URI:crdb://tenant/1/user/root \
    -out greedy.csr
echo nothing >broken.csr
{
	said
	said frobnicate
	said help frobnicate
	said list --frobnicate
	said list --certs-dir=a --certs-dir=b
	said list --lifetime=1h
	said list --certs-dir
	said list --certs-dir=no-such-directory
	said ledger
	said init --mode=perhaps
	said init --mode=test --module=/nonexistent --ca-dir=third
	said create-ca '--ca-key=pkcs11:token=ca;object=cluster-ca' --certs-dir=again --pin-fd=3
	said init --mode=test "--module=$module" --ca-dir=second --quiet
	said create-ca --ca-dir=second
	said create-ca --ca-dir=second --ca-key=cluster-ca
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=ca' --certs-dir=again --pin-fd=3
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=ca;object=cluster-ca' --certs-dir=again --pin-fd=3
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=ca;object=other' --certs-dir=certs --pin-fd=3
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=cb;object=other' --certs-dir=again --pin-fd=3
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=ca;object=other?pin-value=1' --certs-dir=again
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=ca;object=other' --certs-dir=again --pin=12345678
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=ca;object=other' --certs-dir=again --sig-alg=ecdsa-with-SHA384 --pin-fd=3
	said create-ca --ca-dir=second '--ca-key=pkcs11:token=ca;object=other' --certs-dir=again --pin-fd=9
	said export-ca --ca-dir=second
	said export-ca --ca-dir=no-such-directory
	said request node --certs-dir=n2
	said request node under_score --certs-dir=n2
	said request client 'Bad User' --certs-dir=n2
	said request node node1.example.com --certs-dir=n1
	said request node node1.example.com --certs-dir=n1 --new-key --reuse-key
	said request node node1.example.com --certs-dir=n1 --also-generate-pkcs8-key
	said request client maxroach --certs-dir=n2 --group=no-such-group
	said request server node1.example.com --certs-dir=n2
	said sign node n1/node.csr --yes
	said sign server n1/node.csr --yes
	said sign node n1/node.csr --user maxroach --yes
	said sign node no-such.csr --host node1.example.com --yes --pin-fd=3
	said sign node broken.csr --host node1.example.com --yes --pin-fd=3
	said sign node greedy.csr --host node1.example.com --yes --pin-fd=3
	said sign node n1/node.csr --host node1.example.com --host 10.0.0.1 --yes --pin-fd=3
	said sign node n1/node.csr --host node1.example.com --host 10.0.0.1 --yes --pin-fd=3 --lifetime=870000h --out=other
	said sign node n1/node.csr --host node1.example.com --host 10.0.0.1 --yes --pin-fd=3 --out=other --module=/nonexistent
	said inspect greedy.csr --profile=client --user maxroach
	said create-node --certs-dir=n3
	said create-node under_score --certs-dir=n3
	said create-node node1.example.com --certs-dir=n3 --ca-key=my-safe-directory/ca.key
	said create-node node1.example.com --certs-dir=n3 --key-type=p256 --key-size=2048
	said create-node node1.example.com --certs-dir=n3 --lifetime=43921h
	said create-client 'Bad User' --certs-dir=n3
	said create-client a/b --certs-dir=n3 --disable-username-validation
	said create-client maxroach --certs-dir=n3 --cert-principal-map=root
	said create-tenant-signing 0 --certs-dir=n3
	said install n1 --certs-dir=n1
	said install
	said install outbox/client-maxroach --certs-dir=n1
	said install outbox/client-maxroach --certs-dir=no-such-directory
	said install --rollback --certs-dir=n1
	said install --check --certs-dir=no-such-directory
	said export-ca --format=xml
	said revoke --reason=superseded --yes
	said revoke 1234 --reason=superseded --yes
	said revoke --user=maxroach --yes
	said revoke --user=maxroach --reason=certificateHold --yes
	said revoke --user=nobody --reason=superseded --yes
	said create-crl --out=crl --lifetime=forever --pin-fd=3
	said create-ocsp --pin-fd=3 '--responder=pkcs11:token=ca;object=cluster-ca'
	said create-ocsp-responder
	said compromise --reason=keyCompromise --confirm=ui --overwrite --pin-fd=3
} | shows refusals

# Every way in which a policy is none, and what one permits.
policy() {
	printf '%s\n' "$1" >policy.yaml
	printf '%s\n' "$1" | sed 's/^/| /'
	said policy check policy.yaml --ca-dir=none
}
profile() {
	policy "version: 1
mode: test
profiles: {$1}"
}
{
	while IFS= read -r line; do
		policy "version: 1
mode: test
$line"
	done <<'LINES'
profiles: {
profiles: &all {}
reserved: [*a]
reserved: !!set {}
profiles: [[[[[[[[[
---
modul: {}
mode: test
? [a]
reserved: ops
reserved: ["o p"]
signer: yubikey
legacy_key: 12
module: {path: p11.so, sha256: ab}
module: {path: /p11.so, sha256: ab}
module: {path: /p11.so}
ocsp-url: https://ocsp.example.com
crl-lifetime: 1s
ocsp-lifetime: soon
cas: {root: {}}
cas: {cluster: {key: ca.key}}
cas: {cluster: {key: "pkcs11:token=ca"}}
cas: {cluster: {key: "pkcs11:token=ca;object=a?pin-value=1234"}}
cas: {cluster: {key: "pkcs11:token=ca;object=a;colour=red"}}
cas: {cluster: {standby: ["pkcs11:token=ca;object=a"]}}
cas: {cluster: {profiles: [ca]}}
cas: {cluster: {max-batch: 0}}
LINES
	policy ''
	policy 'mode: test'
	policy 'version: 1'
	policy 'version: 2
mode: test'
	policy 'version: 1
mode: staging'
	profile 'node: {lifetme: 1h}'
	profile 'node: {lifetime: 1s}'
	profile 'node: {lifetime: 2h, max-lifetime: 1h}'
	profile 'node: {backdate: 8d}'
	profile 'node: {keys: [p224]}'
	profile 'node: {keys: []}'
	profile 'node: {rsa-min-bits: 1024}'
	profile 'node: {rsa-min-bits: 4096, rsa-max-bits: 3072}'
	profile 'node: {rsa-exponents: [3]}'
	profile 'node: {rsa-exponents: []}'
	profile 'node: {dns: example.com}'
	profile 'node: {dns: ["*..b"]}'
	profile 'node: {dns: ["10.0.0.1"]}'
	profile 'node: {excluded-dns: ["root"]}'
	profile 'node: {ip: ["10.0.0.0/33"]}'
	profile 'node: {ip: ["10.0.0.1/8"]}'
	profile 'node: {excluded-ip: ["::ffff:10.0.0.0/104"]}'
	profile 'node: {ip: ["10"]}'
	profile 'node: {wildcards: yes}'
	profile 'node: {approvals: 11}'
	profile 'client: {users: ["A*"]}'
	profile 'client: {users: ["a b"]}'
	profile 'tenant-client: {tenants: ["0"]}'
	profile 'tenant-client: {tenants: ["a*"]}'
	policy 'version: 1
mode: production
reserved: [ops]
cas:
  client:
    key: "pkcs11:token=ca;serial=0001;object=client-ca"
    standby: ["pkcs11:token=cb;object=client-ca"]
    signer: cryptoki
    profiles: [client]
    max-lifetime: 720h
    max-batch: 20
profiles:
  node:
    max-lifetime: 8784h
    backdate: 5m
    keys: [p256, rsa]
    rsa-max-bits: 4096
    rsa-exponents: [65537]
    dns: [".db.example.com", "n*.example.com"]
    excluded-dns: ["vault.db.example.com"]
    ip: ["10.0.0.0/8", "fd00::/8"]
    excluded-ip: ["10.9.0.0/16"]
    approvals: 2
  client:
    users: [app-1, app-2, app-3, app-4, app-5, app-6, app-7, app-8, app-9, app-10, app-11, app-12, app-13, ops]
    excluded-users: ["app-7*"]'
	said policy show abc
	said policy show --ca-dir=second
} | shows policy

# What a policy refuses of one request.
mkdir -p strict
cat >strict/policy.yaml <<'POLICY'
version: 1
mode: test
reserved: [ops]
cas:
  cluster: {profiles: [node, client, ui], max-lifetime: 24h}
profiles:
  node:
    lifetime: 20h
    max-lifetime: 30h
    keys: [p256]
    dns: [".example.com", "ops", "app"]
    excluded-dns: ["vault.example.com"]
    ip: ["10.0.0.0/8"]
    excluded-ip: ["10.9.0.0/16"]
  client: {users: ["app", "*"], excluded-users: ["x*"], names-from-request: true}
  ui: {approvals: 1, dns: ["*"], rsa-exponents: [65539], rsa-min-bits: 3072, rsa-max-bits: 3073}
  tenant-client: {keys: [rsa], tenants: ["5*"], excluded-tenants: ["55"], dns: ["*"]}
POLICY
openssl req -new -key key.pem -config /dev/null -subj / -out bare.csr
openssl req -new -newkey rsa:2048 -nodes -keyout rsa.pem -config /dev/null -subj / -out rsa.csr 2>/dev/null
openssl req -new -key key.pem -config /dev/null -subj /CN=root -out root.csr
{
	for host in a.example.org vault.example.com '*.example.com' 10.9.0.1 11.0.0.1 ops app ::ffff:10.0.0.1 root; do
		said inspect bare.csr --ca-dir=strict --profile=node "--host=$host"
	done
	for user in ops xyz root admin app; do
		said inspect bare.csr --ca-dir=strict --profile=client "--user=$user"
	done
	said inspect root.csr --ca-dir=strict --profile=client
	said inspect root.csr --ca-dir=strict --profile=client --allow-root
	said inspect rsa.csr --ca-dir=strict --profile=ui --host=ui.example.com
	said inspect rsa.csr --ca-dir=strict --profile=node --host=a.example.com
	said inspect rsa.csr --ca-dir=strict --profile=tenant-client --tenant=55 --host=a.example.com
	said inspect bare.csr --ca-dir=strict --profile=tenant-client --tenant=6 --host=a.example.com
} | shows policy-refusals

# Orders that are none, and requests that are not as ordered.
{
	while IFS= read -r line; do
		printf 'version: 1\norders:\n- %s\n' "$line" >orders.yaml
		printf '| %s\n' "$line"
		said sign --orders=orders.yaml n1/node.csr --yes --pin-fd=3
	done <<'LINES'
{request: n1/node.csr, profile: node, host: [a.b]}
{profile: node, hosts: [a.b]}
{request: n1/node.csr, profile: ocsp}
{request: n1/node.csr, profile: node}
{request: n1/node.csr, profile: client, user: max, hosts: [a.b]}
{request: /n1/node.csr}
{key: 12}
{hosts: [root]}
{tenant-scope: [0]}
LINES
	cat >orders.yaml <<'ORDERS'
version: 1
orders:
- {request: n1/node.csr, profile: node, hosts: [node1.example.com, 10.0.0.1]}
- {request: root.csr, profile: client, user: root}
- {request: late.csr, profile: client, user: late}
- {request: broken.csr, profile: client, user: broken}
- {request: rsa.csr, key: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff, profile: client, user: rsa}
ORDERS
	cp n1/node.csr node.csr
	said sign --orders=orders.yaml n1/node.csr root.csr broken.csr rsa.csr node.csr bare.csr --yes --pin-fd=3 --out=ordered
	said sign --orders=orders.yaml --lifetime=1h n1/node.csr --yes
	said sign --orders=orders.yaml --ca=ui n1/node.csr --yes
	said sign node --yes
} | shows orders

# A bad day.
{
	said revoke --user=maxroach --reason=superseded --yes
	said revoke --user=maxroach --reason=superseded --yes
	said create-crl --pin-fd=3
	cp outbox/ca.crl first.crl
	said create-ocsp --pin-fd=3
	said ledger list --state=revoked
	said compromise --reason=keyCompromise --confirm=cluster --overwrite --pin-fd=3
	said sign client c1/client.maxroach.csr --user maxroach --yes --overwrite --pin-fd=3
	said ledger verify
} | shows bad-day
openssl crl -in first.crl -noout -text | shows crl

# Certificates that say where to ask about them, and the one that answers.
{
	coldca init --mode=test "--module=$module" --ca-dir=asked
	printf 'ocsp-url: "http://ocsp.example.com/cluster"\n' >>asked/policy.yaml
	coldca create-ca --ca-dir=asked --certs-dir=asked.certs \
	    '--ca-key=pkcs11:token=ca;object=asked-ca' --pin-fd=3 3<pin
	coldca sign client c1/client.maxroach.csr --user maxroach --yes --pin-fd=3 \
	    --ca-dir=asked --out=asked.outbox 3<pin
	chmod 600 pin
	coldca create-ocsp-responder --ca-dir=asked \
	    "--responder=pkcs11:token=ca;object=ocsp?pin-source=file:$work/pin" \
	    "--ca-key=pkcs11:token=ca;object=asked-ca?pin-source=file:$work/pin"
	coldca ledger list --ca-dir=asked --name=ocsp --json |
	    sed -n 's/.*"certificate": "\(.*\)".*/\1/p' | sed 's/\\n/\n/g' >ocsp.crt
} >/dev/null 2>&1
text asked.outbox/client-maxroach/client.maxroach.crt | shows certificate-client-ocsp
text ocsp.crt | shows certificate-ocsp
coldca create-tenant-signing 5 --certs-dir=s5 >/dev/null 2>&1
text s5/tenant-signing.5.crt | shows certificate-tenant-signing

. "$here/produce-rules.sh"
. "$here/produce-pages.sh"
finish
