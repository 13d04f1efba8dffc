#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A prepared batch: what is ordered is signed, and nothing else.

. "$(dirname "$0")/lib.sh"
need openssl jq
: "${MAKE_CSRS:?the program that makes many requests}"
make_token ca
make_ca
for n in 1 2 3; do
	ok coldca request node "n$n.example.com" --certs-dir="n$n"
done
ok coldca request client maxroach --certs-dir=c1
ok coldca request client root --certs-dir=c2
ok coldca request tenant-client 5 t5.example.com --certs-dir=t5

orders() {
	{
		printf 'version: 1\norders:\n'
		cat
	} >orders.yaml
}
sign() {
	with_pin coldca sign --orders=orders.yaml --yes "$@"
}
spki() {
	openssl req -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER |
	    sha256sum | cut -d' ' -f1
}

# Everything is there and as ordered.
orders <<ORDERS
- request: n1/node.csr
  profile: node
  hosts: [n1.example.com, lb.example.com]
  lifetime: 720h
- key: $(spki n2/node.csr)
  profile: node
  hosts: [n2.example.com]
- {request: client.maxroach.csr, profile: client, user: maxroach, tenant-scope: [7]}
- {request: client-tenant.5.csr, profile: tenant-client, tenant: 5, hosts: [t5.example.com]}
ORDERS
ok sign n1/node.csr n2/node.csr c1/client.maxroach.csr t5/client-tenant.5.csr
is 'the bundles' \
    'client-maxroach node-n1.example.com node-n2.example.com tenant-client-5' "$(bundles outbox)"
n1=outbox/node-n1.example.com/node.crt
holds 'a host that only the order names' sh -c "openssl x509 -in $n1 -noout -ext subjectAltName | grep -q lb.example.com"
holds 'the lifetime ordered' openssl x509 -in $n1 -noout -checkend 2591000
lacks 'a longer one' openssl x509 -in $n1 -noout -checkend 2592100
holds 'the scope ordered' sh -c 'openssl x509 -in outbox/client-maxroach/client.maxroach.crt -noout -ext subjectAltName | grep -q crdb://tenant/7/user/maxroach'

# What is missing, not ordered, different or twice there is named; the rest is signed.
count=$(serials)
cp n1/node.csr copy.csr
orders <<ORDERS
- {request: n1/node.csr, key: $(spki n1/node.csr), profile: node, hosts: [n1.example.com]}
- {request: n2/node.csr, key: $(spki n1/node.csr | tr 0-9a-f 1-9a-f0), profile: node, hosts: [n2.example.com]}
- {request: n3/node.csr, profile: node, hosts: [n3.example.com]}
- {key: $(spki c1/client.maxroach.csr), profile: client, user: maxroach}
- {request: t5/client-tenant.5.csr, profile: tenant-client, tenant: 6, hosts: [t5.example.com]}
- {request: broken.csr, profile: ui, hosts: [ui.example.com]}
ORDERS
echo nothing >broken.csr
refused 4 'n2/node\.csr: its key is not the one that is ordered in line 4' sign --out=some \
    n1/node.csr n2/node.csr c1/client.maxroach.csr c2/client.root.csr \
    t5/client-tenant.5.csr broken.csr copy.csr
warns 'c2/client\.root\.csr: nothing is ordered for it'
warns 'n3/node\.csr: is ordered in line 5, and is not among the requests'
warns 'n2/node\.csr: is ordered in line 4, and is not among the requests'
warns 't5/client-tenant\.5\.csr: CN=5: is neither'
warns 'broken\.csr: no PEM|broken\.csr: '
lacks 'a broken request called missing' grep -q 'broken.csr: is ordered' err
warns 'copy\.csr: nothing is ordered for it'
is 'what is signed' 'client-maxroach node-n1.example.com' "$(bundles some)"
is 'serials of it' $((count + 2)) "$(serials)"
orders <<ORDERS
- {key: $(spki n1/node.csr), profile: node, hosts: [n1.example.com]}
ORDERS
refused 4 'copy\.csr: line 3 orders one request, and n1/node\.csr is that' sign --out=twice n1/node.csr copy.csr
is 'what is signed of two' 'node-n1.example.com' "$(bundles twice)"
refused 4 'key [0-9a-f]{64}: is ordered in line 3, and is not among the requests' sign --out=none n2/node.csr
lacks 'a bundle of nothing' [ -e none ]

# Policy is above orders, and root wants the operator's word.
orders <<'ORDERS'
- {request: client.root.csr, profile: client, user: root}
ORDERS
refused 4 'user root: nobody has said in person' sign c2/client.root.csr
warns '--allow-root, or --allow-node'
refused 4 'user root: nobody has said in person' sign c2/client.root.csr --allow-node
ok sign c2/client.root.csr --allow-root
orders <<'ORDERS'
- {request: n1/node.csr, profile: node, hosts: [n1.example.com], lifetime: 900000h}
- {request: n2/node.csr, profile: node, hosts: [maxroach, n2.example.com]}
ORDERS
refused 3 'orders.lifetime: 900000h: not between' sign n1/node.csr n2/node.csr
sed 's/900000h/50000h/' orders.yaml >o && cat o >orders.yaml
refused 4 'n1/node\.csr: lifetime 50000h: is longer than the policy' sign --out=policy n1/node.csr n2/node.csr
warns 'host maxroach: CockroachDB takes a DNS name for a user'

# One run is for one CA.
ok with_pin coldca create-client-ca --certs-dir=certs '--ca-key=pkcs11:token=ca;object=client-ca'
orders <<'ORDERS'
- {request: n1/node.csr, profile: node, hosts: [n1.example.com]}
- {request: client.maxroach.csr, profile: client, user: maxroach}
ORDERS
ok sign --out=split n1/node.csr c1/client.maxroach.csr
warns '1 of the orders are for the client CA: run it again with --ca=client'
is 'what the cluster CA signs' node-n1.example.com "$(bundles split)"
ok sign --out=split --ca=client n1/node.csr c1/client.maxroach.csr
is 'what both sign' 'client-maxroach node-n1.example.com' "$(bundles split)"
refused 2 'nothing is ordered that the ui CA signs' sign --ca=ui n1/node.csr

# The file is read strictly, and says all that a request gets.
orders <<'ORDERS'
- {request: n1/node.csr, profile: node, host: [n1.example.com]}
ORDERS
refused 3 'orders\.yaml:3:41: unknown key "host" in orders' sign n1/node.csr
refused 8 'no-such\.yaml' with_pin coldca sign --orders=no-such.yaml n1/node.csr --yes
for option in --host=a.b --user=a --tenant=5 --names-from-request --lifetime=1h --tenant-scope=5; do
	refused 2 'does not go with --orders' sign "$option" n1/node.csr
done
refused 2 'a PROFILE and at least one CSR' with_pin coldca sign node --yes
# One key for two nodes, and for a client of which both could be: neither of the
# nodes gets it, whichever comes first.
ok coldca request node a.example.com --certs-dir=shared
for name in 1 2 3; do
	cp shared/node.csr "shared-$name.csr"
done
orders <<ORDERS
- {request: shared-1.csr, profile: node, hosts: [a.example.com]}
- {request: shared-2.csr, profile: client, user: node}
- {request: shared-3.csr, profile: node, hosts: [b.example.com]}
ORDERS
count=$(serials)
refused 4 'has it too, for node-[ab]\.example\.com, and one key is of one name' \
    sign shared-1.csr shared-2.csr shared-3.csr --allow-node --drop-extra --out=shared-out
lacks 'a shared key for a' test -e shared-out/node-a.example.com
lacks 'a shared key for b' test -e shared-out/node-b.example.com

# Of many, which are vetted side by side, each is what it would be in its turn:
# the first that fits takes its order, whatever became of it.
mkdir many other copies
ok "$MAKE_CSRS" 70 many
: >wanted
: >lines
for csr in many/*.csr; do
	name=${csr##*/} user=$(basename "$csr" .csr)
	order="profile: client, user: $user"
	case $user in
	*0) # by key, and there twice
		cp "$csr" "copies/$name"
		echo "- {key: $(spki "$csr"), $order}" >>lines
		echo "$csr signed" >>wanted
		echo "copies/$name refused orders-twice" >>wanted
		;;
	*1) # by name; what has the name and can not be read is first
		echo nothing >"copies/$name"
		echo "- {request: $name, $order}" >>lines
		echo "copies/$name refused csr-form" >>wanted
		echo "$csr refused orders-twice" >>wanted
		;;
	*2) echo "$csr refused orders-extra" >>wanted ;;
	*3) # another key, and its copy is the same
		cp "$csr" "copies/$name"
		echo "- {request: $name, key: $(spki "$csr" | tr 0-9a-f 1-9a-f0), $order}" >>lines
		echo "copies/$name refused orders-key" >>wanted
		echo "$csr refused orders-key" >>wanted
		;;
	*4) # what is refused has taken its order all the same
		cp "$csr" "copies/$name"
		echo "- {request: $name, profile: client, user: root}" >>lines
		echo "$csr refused principal-spelled" >>wanted
		echo "copies/$name refused orders-twice" >>wanted
		;;
	*5) # another CA's, and two of them
		cp "$csr" "copies/$name"
		echo "- {request: $name, profile: node, hosts: [$user.example.com]}" >>lines
		echo "copies/$name refused orders-twice" >>wanted
		;;
	*)
		echo "- {request: $name, $order}" >>lines
		echo "$csr signed" >>wanted
		;;
	esac
done
orders <lines
for csr in many/*3.csr; do
	echo "${csr##*/} refused orders-missing" >>wanted
done
set --
for csr in many/*.csr; do
	name=${csr##*/}
	case $name in
	*[13].csr) set -- "$@" "copies/$name" "$csr" ;;
	*[045].csr) set -- "$@" "$csr" "copies/$name" ;;
	*) set -- "$@" "$csr" ;;
	esac
done
refused 3 . sign "$@" --ca=client --drop-extra --json --out=many-out
jq -r '.[] | "\(.request) \(.status) \([.findings[] | select(.refused) |
    .rule] | join(" "))"' out | sed 's/ $//' >got
holds 'each is what it would be alone, in order' diff wanted got
warns 'copies/user00001\.csr'
warns 'many/user00001\.csr: line [0-9]+ orders one request, and copies/user00001\.csr is that'
warns '7 of the orders are for the cluster CA'
is 'bundles of many' 35 "$(bundles many-out | wc -w)"

ok coldca ledger verify
finish
