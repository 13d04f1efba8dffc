#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A plan signs for the keys of the ledger's requests, or of certificates that
# were made here; where such a key will not do, it says whose, and takes another.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-install.sh"
need openssl jq
make_token ca
make_ca

for host in n1 n2; do
	ok coldca request node $host.example.com --certs-dir=$host --key-size=2048
	ok with_pin coldca sign node $host/node.csr --host=$host.example.com --yes --out=in
	ok coldca install in/node-$host.example.com --certs-dir=$host
done
ok with_pin coldca create-node n3.example.com --certs-dir=n3
for user in max ann; do
	ok coldca request client $user --certs-dir=$user
	ok with_pin coldca sign client $user/client.$user.csr --user=$user --yes --out=in
	ok coldca install in/client-$user --certs-dir=$user
done
ok with_pin coldca create-client eve --certs-dir=eve

everywhere() {	# everywhere COMMAND FOLDER HOST...
	command=$1 folder=$2
	shift 2
	for one in "$@"; do
		case $one in
		n*) bundle=node-$one.example.com ;;
		*) bundle=client-$one ;;
		esac
		ok coldca install "$folder/$bundle" "--certs-dir=$one" --overwrite
		ok coldca "$command" delivered "$bundle"
	done
}

key_of() {	# SHA-256 of the public key in a certificate
	openssl x509 -in "$1" -noout -pubkey | sha256sum
}

policy=.coldca/policy.yaml
cp $policy before.yaml
# policy SCRIPT: the policy of before, changed by sed
policy() {
	sed "$1" before.yaml >$policy
}

# The users are to have new keys. It is said before the step that wants them.
new_key='s/^  client:$/&\n    new-key-on-renewal: true/'
policy "$new_key"
ok with_pin coldca rotate-ca begin '--ca-key=pkcs11:token=ca;object=second-ca'
says '^client-max +client +2 +.*policy wants a new key'
lacks 'nodes among them' grep -q '^node-n1.*new key' out
warns 'rotate-ca emit --request=HOST=FILE'
ok coldca rotate-ca --json
is 'who needs a new request' '["client-ann","client-eve","client-max"]' \
    "$(jq -c '[.new_requests[].name]' out)"
is 'why' 'true' "$(jq '.new_requests | all(.why | test("new key")) and all(.step == 2)' out)"
for user in max ann; do
	ok coldca request client $user --certs-dir=$user --new-key
done
ok coldca request client eve --certs-dir=eve --new-key
everywhere rotate-ca outbox/rotate-1 n1 n2 n3 max ann eve
refused 2 'step 1 \(trust\) signs no certificates' with_pin coldca rotate-ca emit \
    --request=max/pending/client.max.csr
refused 8 'No such file' with_pin coldca rotate-ca next --yes --request=max/pending/nothing.csr
warns 'step 2 has begun; when this is mended: coldca rotate-ca emit'

# The first that comes; the others are refused, and nodes get theirs.
before=$(key_of max/client.max.crt)
refused 4 'client-ann: policy wants a new key' with_pin coldca rotate-ca emit --yes \
    --request=max/pending/client.max.csr
is 'who gets something' 'client-max node-n1.example.com node-n2.example.com node-n3.example.com' \
    "$(names outbox/rotate-2)"
refused 3 'asks for the names of none of the hosts that lack a certificate' with_pin coldca \
    rotate-ca emit --yes --request=max/pending/client.max.csr
refused 3 'client-bob=.*is of none of the hosts' with_pin coldca rotate-ca emit --yes \
    --request=client-bob=ann/pending/client.ann.csr
ok with_pin coldca rotate-ca emit --yes --request=ann/pending/client.ann.csr \
    --request=client-eve=eve/pending/client.eve.csr
is 'nobody needs one any more' 0 "$(coldca rotate-ca --json 2>/dev/null | jq '.new_requests | length')"
everywhere rotate-ca outbox/rotate-2 n1 n2 n3 max ann eve
for host in n1 n2 n3 max ann eve; do
	holds "the pairs of $host" pairs $host
done
[ "$before" != "$(key_of max/client.max.crt)" ] || failed 'max has his old key'
ok with_pin coldca rotate-ca next --yes
everywhere rotate-ca outbox/rotate-3 n1 n2 n3 max ann eve
ok coldca rotate-ca next

# The split: client.node.crt is no renewal, and is for the key that the node has,
# also where that was made here; but a key may be none for a client.
policy "/^  client:/,/^  ui:/s/^    keys: .*/    keys: [p256]/; s/^  node:$/&\n    new-key-on-renewal: true/; $new_key"
ok with_pin coldca split-ca begin '--ca-key=pkcs11:token=ca;object=client-ca'
says '^node-n1[.]example[.]com +node +2 +.*rsa'
is 'who needs a new request' \
    '["2 node-n1.example.com","2 node-n2.example.com","3 client-ann","3 client-eve","3 client-max"]' \
    "$(coldca split-ca --json 2>/dev/null | jq -c '[.new_requests[] | "\(.step) \(.name)"]')"
everywhere split-ca outbox/split-1 n1 n2 n3
for host in n1 n2; do
	ok coldca request client node --certs-dir=$host
done
refused 4 'node-n2.example.com: .*rsa' with_pin coldca split-ca next --yes \
    --request=node-n1.example.com=n1/client.node.csr
is 'n3 for the key that it has' 'ca-client.crt ca.crt client.node.crt' \
    "$(names outbox/split-2/node-n3.example.com)"
is 'just that' "$(key_of n3/node.crt)" "$(key_of outbox/split-2/node-n3.example.com/client.node.crt)"
lacks 'a folder without a certificate' test -e outbox/split-2/node-n2.example.com
refused 3 'does not say of which host it is' with_pin coldca \
    split-ca emit --yes --request=n2/client.node.csr
ok with_pin coldca split-ca emit --yes --request=node-n2.example.com=n2/client.node.csr
everywhere split-ca outbox/split-2 n1 n2 n3
for host in n1 n2 n3; do
	holds "the pairs of $host" pairs $host
done
for user in max ann eve; do
	rm -rf $user/pending
	ok coldca request client $user --certs-dir=$user --new-key
done
ok with_pin coldca split-ca next --yes --request=max/pending/client.max.csr \
    --request=ann/pending/client.ann.csr --request=eve/pending/client.eve.csr
everywhere split-ca outbox/split-3 max ann eve
ok with_pin coldca split-ca next --yes
everywhere split-ca outbox/split-4 n1 n2 n3
for client in n1/client.node.crt n3/client.node.crt max/client.max.crt eve/client.eve.crt; do
	holds "n2 accepts $client" openssl verify -CAfile n2/ca-client.crt $client
done
ok coldca split-ca next
ok coldca ledger verify
finish
