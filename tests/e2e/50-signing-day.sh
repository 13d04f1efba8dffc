#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A signing day: three hosts ask, a stick carries it to a jumpbox without a
# network, two people approve on machines of their own, and it goes home again;
# the certificates are good for logins.

. "$(dirname "$0")/lib.sh"
need unshare ip openssl jq faketime
make_token ca

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
# jumpbox COMMAND...: there is no network where the CA is
jumpbox() {
	# shellcheck disable=SC2086
	$offline "$COLDCA" "$@" --ca-dir="$work/.coldca"
}
home() {
	# shellcheck disable=SC2086
	with_pin $offline "$COLDCA" "$@" --ca-dir="$work/.coldca"
}

ok jumpbox init --mode=test --module="$module"
ok home create-ca --certs-dir=certs --ca-key='pkcs11:token=ca;object=cluster-ca'

# Nobody signs alone: two others approve each certificate.
sed -i -e 's/^    approvals: 0$/    approvals: 2/' \
    -e 's/^  client:$/&\n    approvals: 2/' .coldca/policy.yaml
echo 'approvers:' >>.coldca/policy.yaml
for name in anna bob; do
	mkdir "$name"
	openssl genpkey -algorithm ed25519 -out "$name/key.pem" 2>/dev/null
	printf '  - name: %s\n    key: |\n' "$name"
	openssl pkey -in "$name/key.pem" -pubout | sed 's/^/      /'
done >>.coldca/policy.yaml
ok jumpbox policy check

# approve DIR: both look at the drafts in it, and their approvals come back
approve() {
	for name in anna bob; do
		rm -rf "$name/drafts"
		mkdir "$name/drafts"
		cp "$1"/*.draft "$name/drafts"
		ok coldca approve "$name"/drafts/*.draft "--approver=$name" \
		    "--key=$name/key.pem" --yes
		cp "$name"/drafts/*.approval "$1"
	done
}

# On the hosts, each with a directory of its own.
for n in 1 2 3; do
	ok coldca request node "node$n.example.com" 127.0.0.1 \
	    --certs-dir="n$n" --manifest
	says "n$n/node.manifest"
	mkdir -p "stick/in/n$n"
	cp "n$n/node.csr" "n$n/node.manifest" "stick/in/n$n"
done
is 'files of a request' 'node.csr node.key node.manifest' "$(names n1)"
ok coldca request client maxroach --certs-dir=c1 --manifest
cp c1/client.maxroach.csr c1/client.maxroach.manifest stick/in
is 'first line of a manifest' 'coldca request v1' "$(head -1 n1/node.manifest)"
lacks 'no key is on the stick' grep -rqs PRIVATE stick

# On the jumpbox: taken in once, signed as asked.
ok jumpbox intake stick/in
says 'taken +client.maxroach.csr +client +maxroach'
says 'taken +n3/node.csr +node +DNS:node3.example.com, IP:127.0.0.1'
inbox=$(tail -1 out)
is 'names in the inbox are our own' \
    '0001.csr 0001.manifest 0002.csr 0002.manifest 0003.csr 0003.manifest 0004.csr 0004.manifest' \
    "$(names "$inbox")"
refused 4 'was taken in before' jumpbox intake stick/in
is 'nothing more in the inbox' "${inbox##*/}" "$(names inbox)"
ok home sign --intake="$inbox" --prepare=drafts
refused 4 'policy wants 2 approvals' home sign --intake="$inbox" \
    --approved=drafts --yes
approve drafts
ok home sign --intake="$inbox" --approved=drafts --yes
warns '4 signed, 0 refused'
response=$(grep response- out)
is 'a response manifest' 'coldca response v1' "$(head -1 "$response")"
holds 'the ledger has the manifests' jumpbox ledger verify

# The stick goes home: everything was read back.
mkdir stick/out
ok jumpbox dispatch stick/out
says 'node-node1.example.com +2 .*written'
warns 'read back'
ok jumpbox dispatch stick/out
says 'node-node1.example.com +2 .*there already'
lacks 'nothing secret goes home' grep -rqs PRIVATE stick

# Each host gets its folder and the manifest, nothing else.
ok coldca export-ca --format=fingerprint --ca-dir=.coldca
fingerprint=$(openssl x509 -in certs/ca.crt -outform DER | sha256sum)
fingerprint=${fingerprint%% *}
for n in 1 2 3; do
	mkdir "at$n"
	cp -r "stick/out/node-node$n.example.com" "stick/out/${response##*/}" \
	    "at$n"
	ok coldca install "at$n/node-node$n.example.com" --certs-dir="n$n" \
	    --ca-fingerprint="$fingerprint"
done
is 'files of a host' \
    'ca.crt coldca-installed.txt node.crt node.csr node.key node.manifest' \
    "$(names n1)"
ok coldca install stick/out/client-maxroach --certs-dir=c1
warns 'trusts no CA yet'
ok coldca list --certs-dir=n1 --check
ok coldca install --check --certs-dir=n1

# A client logs in at each node, and a node at another.
for n in 1 2 3; do
	openssl s_server -accept "127.0.0.1:$((26300 + n))" -cert "n$n/node.crt" \
	    -key "n$n/node.key" -CAfile "n$n/ca.crt" -Verify 1 \
	    -verify_return_error -www >server.log 2>&1 &
	server=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		ran openssl s_client -connect "127.0.0.1:$((26300 + n))" \
		    -cert c1/client.maxroach.crt -key c1/client.maxroach.key \
		    -CAfile c1/ca.crt -verify_return_error \
		    -verify_hostname "node$n.example.com" </dev/null
		[ "$status" -ne 0 ] || break
		sleep 0.3
	done
	is "login of the client at node $n" 0 "$status"
	says 'Verify return code: 0'
	ran openssl s_client -connect "127.0.0.1:$((26300 + n))" \
	    -cert n1/node.crt -key n1/node.key -CAfile n1/ca.crt \
	    -verify_return_error </dev/null
	is "login of a node at node $n" 0 "$status"
	kill "$server"
	wait "$server" 2>/dev/null || :
done

# The next visit: from a host that trusts the CA, with a new key.
ok coldca request node node1.example.com 127.0.0.1 --certs-dir=n1 --new-key \
    --manifest
holds 'the manifest names the CA' grep -q '^ca ' n1/pending/node.manifest
rm -r stick/in
mkdir stick/in
cp n1/pending/node.csr n1/pending/node.manifest stick/in
ok jumpbox intake stick/in
inbox=$(tail -1 out)
ok home sign --intake="$inbox" --prepare=drafts2 --out=out2
approve drafts2
ok home sign --intake="$inbox" --approved=drafts2 --yes --out=out2
mkdir stick/out2
ok jumpbox dispatch stick/out2 --from=out2
ok coldca install stick/out2/node-node1.example.com --certs-dir=n1
lacks 'pending is empty' test -e n1/pending/node.manifest
ok coldca list --certs-dir=n1 --check
refused 4 'older than the one that is installed' \
    coldca install at1/node-node1.example.com --certs-dir=n1

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
holds 'the one that was sent' test -e "outbox/response-$entry.txt"
ok jumpbox report --output=report.html
holds 'on the page' grep -q '<li><strong>anna</strong>, .*, key <span' report.html
holds 'and the replay' grep -q 'taken in before' report.html
ok jumpbox minutes --since=1 --output=minutes.md
is 'each decision with its approvers' 5 \
    "$(grep -c '| issued | .* | .*approved by \(anna, bob\|bob, anna\) |$' minutes.md)"
is 'each approval with its key' 10 \
    "$(grep -c '| approval | .*\(anna\|bob\), at .*, holds until .*, key SHA-256 [0-9a-f]\{64\} |$' minutes.md)"
is 'each manifest with its key' 5 \
    "$(grep -c '| manifest .*, holds until .*, key SHA-256 ' minutes.md)"
is 'each response' 2 "$(grep -c ', response manifest SHA-256 ' minutes.md)"
finish
