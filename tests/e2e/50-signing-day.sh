#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A signing day: three hosts ask, a stick carries it to a jumpbox without a
# network, two people approve on machines of their own, and it goes home again;
# the certificates are good for logins. Each machine is a user of its own, who
# reads no other's keys.

. "$(dirname "$0")/lib.sh"
need unshare setpriv ip openssl jq faketime softhsm2-util
. "$(dirname "$0")/lib-users.sh"

if [ "$(id -u)" -eq 0 ]; then
	offline='unshare -n'
else
	offline='unshare -rn'
fi
# shellcheck disable=SC2086 # a command and its options
ran $offline ip -o route
[ "$status" -eq 0 ] || {
	echo 'skipped: this machine gives no network namespaces'
	exit 77
}
person jump "$offline"
for name in node1 node2 node3 client anna bob; do
	person "$name"
done
[ -n "$apart" ] ||
    echo 'this machine gives no users: all of them are one, which can read all'
# jumpbox COMMAND...: there is no network where the CA is
jumpbox() {
	"$as/jump" "$COLDCA" "$@"
}
home() {
	jumpbox "$@" --pin-fd=3 3<jump/pin
}
# on NAME COMMAND...: coldca on NAME's machine
on() {
	who=$1
	shift
	"$as/$who" "$COLDCA" "$@"
}

# The jumpbox: a token, a CA directory, all of it its user's.
SOFTHSM2_CONF=$work/jump/softhsm2.conf
export SOFTHSM2_CONF
# shellcheck disable=SC2016 # for the user's shell
ok "$as/jump" sh -c 'umask 077
mkdir tokens
printf "directories.tokendir = %s\nlog.level = ERROR\n" "$HOME/tokens" >softhsm2.conf
echo 12345678 >pin
echo 87654321 >so-pin'
ok jumpbox token init "--module=$module" --label=ca --pin-fd=3 --so-pin-fd=4 \
    3<jump/pin 4<jump/so-pin
ok jumpbox init --mode=test "--module=$module"
ok home create-ca --certs-dir=certs --ca-key='pkcs11:token=ca;object=cluster-ca'
is 'interfaces of the jumpbox that are up' '' \
    "$("$as/jump" ip -o link show up 2>&1)"

# Nobody signs alone: two others approve each certificate. Their public keys come
# on the stick.
for name in anna bob; do
	plug "$name"
	ok "$as/$name" openssl genpkey -algorithm ed25519 -out key.pem
	ok "$as/$name" openssl pkey -in key.pem -pubout \
	    -out "../stick/$name.pem"
done
plug jump
# shellcheck disable=SC2016 # for the user's shell
ok "$as/jump" sh -c '
sed -i -e "s/^    approvals: 0\$/    approvals: 2/" \
    -e "s/^  client:\$/&\n    approvals: 2/" .coldca/policy.yaml
echo "approvers:" >>.coldca/policy.yaml
for name in anna bob; do
	printf "  - name: %s\n    key: |\n" "$name"
	sed "s/^/      /" "../stick/$name.pem"
done >>.coldca/policy.yaml
rm ../stick/*.pem'
ok jumpbox policy check

# approve DIR: the drafts in the jumpbox's DIR go to both, and their approvals
# come back.
approve() {
	ok "$as/jump" mkdir ../stick/drafts
	ok "$as/jump" sh -c "cp $1/*.draft ../stick/drafts"
	for name in anna bob; do
		plug "$name"
		ok "$as/$name" sh -c "rm -rf drafts
			mkdir drafts
			cp ../stick/drafts/*.draft drafts
			'$COLDCA' approve drafts/*.draft --approver=$name \
			    --key=key.pem --yes
			cp drafts/*.approval ../stick/drafts"
	done
	plug jump
	ok "$as/jump" sh -c "cp ../stick/drafts/*.approval $1
		rm -r ../stick/drafts"
}

# On the hosts, each with a directory of its own.
for n in 1 2 3; do
	plug "node$n"
	ok on "node$n" request node "node$n.example.com" 127.0.0.1 \
	    --certs-dir=certs --manifest
	says 'certs/node.manifest'
	ok "$as/node$n" mkdir -p "../stick/in/n$n"
	ok "$as/node$n" cp certs/node.csr certs/node.manifest "../stick/in/n$n"
done
is 'files of a request' 'node.csr node.key node.manifest' "$(names node1/certs)"
plug client
ok on client request client maxroach --certs-dir=certs --manifest
ok "$as/client" cp certs/client.maxroach.csr certs/client.maxroach.manifest \
    ../stick/in
is 'first line of a manifest' 'coldca request v1' \
    "$(head -1 node1/certs/node.manifest)"
lacks 'no key is on the stick' grep -rqs PRIVATE stick

# On the jumpbox: taken in once, signed as asked.
plug jump
ok jumpbox intake ../stick/in
says 'taken +client.maxroach.csr +client +maxroach'
says 'taken +n3/node.csr +node +DNS:node3.example.com, IP:127.0.0.1'
inbox=$(tail -1 out)
is 'names in the inbox are our own' \
    '0001.csr 0001.manifest 0002.csr 0002.manifest 0003.csr 0003.manifest 0004.csr 0004.manifest' \
    "$(names "jump/$inbox")"
refused 4 'was taken in before' jumpbox intake ../stick/in
is 'nothing more in the inbox' "${inbox##*/}" "$(names jump/inbox)"
ok home sign --intake="$inbox" --prepare=drafts
refused 4 'policy wants 2 approvals' home sign --intake="$inbox" \
    --approved=drafts --yes
approve drafts
ok home sign --intake="$inbox" --approved=drafts --yes
warns '4 signed, 0 refused'
response=$(grep response- out)
is 'a response manifest' 'coldca response v1' "$(head -1 "jump/$response")"
response=${response##*/}
holds 'the ledger has the manifests' jumpbox ledger verify

# The stick goes home: everything was read back.
ok "$as/jump" mkdir ../stick/out
ok jumpbox dispatch ../stick/out
says 'node-node1.example.com +2 .*written'
warns 'read back'
ok jumpbox dispatch ../stick/out
says 'node-node1.example.com +2 .*there already'
lacks 'nothing secret goes home' grep -rqs PRIVATE stick

# Each host gets its folder and the manifest, nothing else.
ok jumpbox export-ca --format=fingerprint
fingerprint=$(openssl x509 -in jump/certs/ca.crt -outform DER | sha256sum)
fingerprint=${fingerprint%% *}
for n in 1 2 3; do
	plug "node$n"
	ok "$as/node$n" mkdir came
	ok "$as/node$n" cp -r "../stick/out/node-node$n.example.com" \
	    "../stick/out/$response" came
	ok on "node$n" install "came/node-node$n.example.com" \
	    --certs-dir=certs --ca-fingerprint="$fingerprint"
done
is 'files of a host' \
    'ca.crt coldca-installed.txt node.crt node.csr node.key node.manifest' \
    "$(names node1/certs)"
plug client
ok on client install ../stick/out/client-maxroach --certs-dir=certs
warns 'trusts no CA yet'
ok on node1 list --certs-dir=certs --check
ok on node1 install --check --certs-dir=certs

# Nobody reads what is another's, though the way there is open to all.
# closed OWNER FILE: its owner reads it, and no one else does
closed() {
	ok "$as/$1" head -c 15 "$2"
	for reader in $people; do
		[ "$reader" = "$1" ] ||
		    lacks "$reader reads $1/$2" "$as/$reader" head -c 15 \
		        "../$1/$2"
	done
}
[ -z "$apart" ] || {
	is 'as many users as people' 7 \
	    "$(for who in $people; do "$as/$who" id -u; done | sort -un | wc -l)"
	lacks 'one of them is root' "$as/jump" test -w /
	for n in 1 2 3; do
		closed "node$n" certs/node.key
	done
	closed client certs/client.maxroach.key
	closed anna key.pem
	closed bob key.pem
	closed jump .coldca/policy.yaml
	closed jump .coldca/ledger.db
	closed jump pin
	for reader in node1 node2 node3 client anna bob; do
		lacks "$reader sees the CA directory" "$as/$reader" \
		    ls ../jump/.coldca
		lacks "$reader sees the token" "$as/$reader" ls ../jump/tokens
		lacks "$reader writes to the jumpbox" "$as/$reader" \
		    touch ../jump/inbox/x
		refused '[^0]' '.' on "$reader" ledger list \
		    "--ca-dir=$work/jump/.coldca"
	done
	plug client
	lacks 'a stick is in two machines' "$as/node1" ls ../stick
}

# A client logs in at each node, and a node at another.
for n in 1 2 3; do
	"$as/node$n" openssl s_server -accept "127.0.0.1:$((26300 + n))" \
	    -cert certs/node.crt -key certs/node.key -CAfile certs/ca.crt \
	    -Verify 1 -verify_return_error -www >server.log 2>&1 &
	server=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		ran "$as/client" openssl s_client \
		    -connect "127.0.0.1:$((26300 + n))" \
		    -cert certs/client.maxroach.crt \
		    -key certs/client.maxroach.key -CAfile certs/ca.crt \
		    -verify_return_error \
		    -verify_hostname "node$n.example.com" </dev/null
		[ "$status" -ne 0 ] || break
		sleep 0.3
	done
	is "login of the client at node $n" 0 "$status"
	says 'Verify return code: 0'
	ran "$as/node1" openssl s_client -connect "127.0.0.1:$((26300 + n))" \
	    -cert certs/node.crt -key certs/node.key -CAfile certs/ca.crt \
	    -verify_return_error </dev/null
	is "login of a node at node $n" 0 "$status"
	lacks 'the jumpbox is on the network' "$as/jump" openssl s_client \
	    -connect "127.0.0.1:$((26300 + n))" </dev/null
	kill "$server"
	wait "$server" 2>/dev/null || :
done

# The next visit: from a host that trusts the CA, with a new key.
ok on node1 request node node1.example.com 127.0.0.1 --certs-dir=certs \
    --new-key --manifest
holds 'the manifest names the CA' grep -q '^ca ' \
    node1/certs/pending/node.manifest
plug node1
ok "$as/node1" rm -r ../stick/in
ok "$as/node1" mkdir ../stick/in
ok "$as/node1" cp certs/pending/node.csr certs/pending/node.manifest ../stick/in
plug jump
ok jumpbox intake ../stick/in
inbox=$(tail -1 out)
ok home sign --intake="$inbox" --prepare=drafts2 --out=out2
approve drafts2
ok home sign --intake="$inbox" --approved=drafts2 --yes --out=out2
ok "$as/jump" mkdir ../stick/out2
ok jumpbox dispatch ../stick/out2 --from=out2
plug node1
ok on node1 install ../stick/out2/node-node1.example.com --certs-dir=certs
lacks 'pending is empty' test -e node1/certs/pending/node.manifest
ok on node1 list --certs-dir=certs --check
refused 4 'older than the one that is installed' \
    on node1 install came/node-node1.example.com --certs-dir=certs

# An auditor reads on one page who approved what, what came in, what went out and
# what was refused. Approvals are in the order in which they were counted, which is
# that of the names of their files.
ok jumpbox report --json
is 'counts' '10 5 5 2' "$(jq -r '.exchange.counts |
    "\(.approvals) \(.certificates) \(.manifests) \(.responses)"' out)"
is 'who approved' 'anna bob' "$(jq -r '.exchange.approved[] |
    select(.name == "client-maxroach") | [.approvals[].approver] | sort | join(" ")' out)"
is 'with which key' "$(openssl pkey -in bob/key.pem -pubout -outform DER |
    sha256sum | cut -d' ' -f1)" \
    "$(jq -r '.exchange.approved[0].approvals[] |
        select(.approver == "bob") | .key_sha256' out)"
is 'who asked' 'maxroach node1.example.com' "$(jq -r \
    '[.exchange.manifests[].host] | unique | "\(.[0]) \(.[1])"' out)"
is 'a replay' true "$(jq '[.exchange.refusals[].why] |
    any(test("taken in before"))' out)"
is 'as many as the ledger has' "$(jq '.exchange.counts.refusals' out)" \
    "$(jq '.exchange.refusals | length' out)"
entry=$(jq '.exchange.responses[1].entry' out)
holds 'the one that was sent' test -e "jump/outbox/response-$entry.txt"
ok jumpbox report --output=report.html
holds 'on the page' grep -q '<li><strong>anna</strong>, .*, key <span' jump/report.html
holds 'and the replay' grep -q 'taken in before' jump/report.html
ok jumpbox minutes --since=1 --output=minutes.md
is 'each decision with its approvers' 5 \
    "$(grep -c '| issued | .* | .*approved by \(anna, bob\|bob, anna\) |$' jump/minutes.md)"
is 'each approval with its key' 10 \
    "$(grep -c '| approval | .*\(anna\|bob\), at .*, holds until .*, key SHA-256 [0-9a-f]\{64\} |$' jump/minutes.md)"
is 'each manifest with its key' 5 \
    "$(grep -c '| manifest .*, holds until .*, key SHA-256 ' jump/minutes.md)"
is 'each response' 2 "$(grep -c ', response manifest SHA-256 ' jump/minutes.md)"
finish
