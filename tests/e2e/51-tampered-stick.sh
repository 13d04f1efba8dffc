#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What somebody could do to a stick, to the folders on both machines and to the
# clocks: each is refused for its own reason, and takes nothing else with it.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime mkfifo
make_token ca
make_ca
make_ca "$work/other" other

# Host 1 trusts the CA already; host 2 asks for the first time.
first() {
	ok coldca request node node1.example.com --certs-dir=n1 --manifest
	mkdir day0
	cp n1/node.csr n1/node.manifest day0
	ok coldca intake day0
	folder=$(tail -1 out)
	ok with_pin coldca sign --intake="$folder" --yes --out=old
	ok coldca install old/node-node1.example.com --certs-dir=n1
}
first
ok coldca request node node1.example.com --certs-dir=n1 --new-key --manifest
ok coldca request node node2.example.com --certs-dir=n2 --manifest
ok coldca request node evil.example.com --certs-dir=evil --manifest
mkdir -p good/n1 good/n2
cp n1/pending/node.csr n1/pending/node.manifest good/n1
cp n2/node.csr n2/node.manifest good/n2

count=0
# reason RULE-OR-REGEX: one more was refused, for that
reason() {
	count=$((count + 1))
	echo "$1" >>reasons
}
# stick RULE CHANGE...: host 2's part of a good stick changed is refused by RULE,
# and the part of host 1 is taken.
stick() {
	rule=$1
	shift
	reason "$rule"
	rm -rf stick ca inbox
	cp -r good stick
	cp -r .coldca ca
	(cd stick/n2 && eval "$*")
	ran coldca intake stick --ca-dir=ca --json
	is "$rule: status ($*)" "${want:-4}" "$status"
	is "$rule: rules ($*)" "$rule" \
	    "$(jq -r '.requests[] | select(.state == "refused").rule' out | sort -u | paste -sd' ')"
	is "$rule: the other host ($*)" 1 \
	    "$(jq '[.requests[] | select(.state == "taken" and .request == "n1/node.csr")] | length' out)"
}

# whole STATUS REGEX CHANGE...: nothing of such a stick is taken.
whole() {
	want_status=$1 regex=$2
	shift 2
	reason "$regex"
	rm -rf stick ca inbox
	cp -r good stick
	cp -r .coldca ca
	(cd stick/n2 && eval "$*")
	refused "$want_status" "$regex" coldca intake stick --ca-dir=ca
	lacks "nothing is taken ($*)" test -e inbox
}

hash_of() {
	sha256sum "$1" | cut -d' ' -f1
}
key_of() {
	openssl req -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER |
	    sha256sum | cut -d' ' -f1
}
# forge FILE: the manifest beside it names FILE's hash
forge() {
	sed -i "s/^csr .*/csr $(hash_of "$1")/" node.manifest
}

# Requests.
stick manifest-edited "sed -i '2s/./Q/' node.csr"
stick manifest-edited "cp ../../evil/node.csr ."
stick manifest-edited "cp ../n1/node.csr ."
stick manifest-edited ": >node.csr"
stick manifest-edited "head -c 100 node.csr >x; mv x node.csr"
stick manifest-edited "cat ../../evil/node.csr >>node.csr"
stick intake-missing "rm node.csr"
stick intake-unsigned "rm node.manifest"
stick 'intake-extra' "echo hello >readme.txt"
stick 'intake-extra' "cp ../../evil/node.key ."
# Manifests.
stick manifest-signature "sed -i 's/^host .*/host evil.example.com/' node.manifest"
stick manifest-signature "sed -i 's/^profile .*/profile ui/' node.manifest"
stick manifest-signature "sed -i 's/^expires-at 20/expires-at 21/' node.manifest"
stick manifest-signature "sed -i 's/^nonce .*/nonce 00112233445566778899aabbccddeeff/' node.manifest"
stick manifest-signature "sed -i '/^csr/i host evil.example.com' node.manifest"
stick manifest-key "cp ../../evil/node.csr .; forge node.csr"
stick manifest-signature "cp ../../evil/node.csr .; forge node.csr; sed -i \"s/^key .*/key \$(key_of node.csr)/\" node.manifest"
stick manifest-signature "sed -i '\$d' node.manifest; tail -1 ../../evil/node.manifest >>node.manifest"
want=3
stick manifest-malformed "sed -i '1s/v1/v2/' node.manifest"
stick manifest-malformed "sed -i 's/\$/\\r/' node.manifest"
stick manifest-malformed "sed -i 's/^nonce .*/&\\n&/' node.manifest"
stick manifest-malformed "sed -i '\$d' node.manifest"
stick manifest-malformed "head -c 60 node.manifest >x; mv x node.manifest"
stick manifest-malformed "echo more >>node.manifest"
stick manifest-malformed ": >node.manifest"
want=4
stick intake-twice "cp node.manifest again.manifest"
stick intake-twice "mkdir x; cp node.csr node.manifest x"
# Who has the key may sign what he likes, and not for longer.
stick manifest-lifetime "sed -i -e 's/^expires-at 20/expires-at 21/' -e '\$d' node.manifest
	printf 'signature %s\\n' \"\$(openssl dgst -sha256 -sign ../../n2/node.key node.manifest |
	    base64 -w0)\" >>node.manifest"
# A stranger with the nonce of a good one is refused alone.
stick manifest-signature "cp ../../evil/node.csr a.csr; sed \"s/^nonce .*/\$(grep '^nonce' node.manifest)/\" ../../evil/node.manifest >a.manifest"
# Files that are none.
stick 'intake-missing stick-link' "mv node.csr ../../kept.csr; ln -s ../../kept.csr node.csr"
stick 'intake-missing stick-special' "rm node.csr; mkfifo node.csr"
stick 'intake-missing stick-hard-link' "ln node.csr ../../linked.\$\$"
stick 'stick-size' "head -c 100000 /dev/zero >zero"
whole 4 'directories deep' "mkdir -p a/b/c; cp node.csr a/b/c"
whole 4 'more than 10000' "seq 10050 | sed 's/^/f/' | xargs touch"

# The second time, another CA, and clocks.
rm -rf stick ca inbox
ok coldca intake good --into=taken
folder=$(tail -1 out)
count=$((count + 1))
cp -r good stick
echo 'a replay' >>reasons
refused 4 'was taken in before: a replay' coldca intake stick --json
is 'replay: rules' 'intake-replay' \
    "$(jq -r '.requests[].rule' out | sort -u | paste -sd' ')"
count=$((count + 1))
mkdir older
cp day0/* older
refused 4 'was taken in before: a replay' coldca intake older
# other_host [COMMAND...]: a request from a host, by the clock of COMMAND
other_host() {
	rm -rf h stick
	ok "$@" "$COLDCA" request node node3.example.com --certs-dir=h --manifest
	mkdir stick
	cp h/node.csr h/node.manifest stick
	count=$((count + 1))
}
rm -rf h
other_host env
mkdir -p x && cp other.certs/ca.crt h/ca.crt
ok coldca request node node3.example.com --certs-dir=h --reuse-key --manifest
cp h/node.csr h/node.manifest stick
# clocks REGEX COMMAND...: refused for what a clock says, or for another CA
clocks() {
	echo "$1" >>reasons
	refused 4 "$@"
}
clocks 'trusts another CA' coldca intake stick
other_host faketime -f -20d
clocks 'was good until' coldca intake stick
other_host faketime -f +1d
clocks 'was made at' coldca intake stick
other_host env
rm -rf ca
cp -r .coldca ca
clocks 'was good until' faketime -f +15d "$COLDCA" intake stick --ca-dir=ca
clocks 'which is before' faketime -f -15d "$COLDCA" intake stick

# What was taken in is changed before it is signed.
# taken STATUS REGEX CHANGE...
taken() {
	want_status=$1 regex=$2
	shift 2
	reason "$regex"
	rm -rf changed
	cp -r "$folder" changed
	(cd changed && eval "$*")
	refused "$want_status" "$regex" \
	    with_pin coldca sign --intake=changed --yes --out=bad
	lacks "nothing is signed ($*)" test -e bad
}
taken 4 'edited or exchanged' "cp ../evil/node.csr 0002.csr"
taken 4 'did not sign it' "sed -i 's/^host .*/host evil.example.com/' 0002.manifest"
taken 3 'a request is gone' "rm 0002.csr"
taken 3 'was not taken in with' "echo >x"
taken 4 'was not taken in by this CA' "cp ../evil/node.csr 0003.csr; cp ../evil/node.manifest 0003.manifest"
# A nonce is no secret: with it, somebody signs a manifest of his own.
taken 4 'was not taken in by this CA' "cp ../evil/node.csr 0002.csr
	{ sed \"s/^nonce .*/\$(grep '^nonce' 0002.manifest)/; \\\$d\" ../evil/node.manifest; } >x
	printf 'signature %s\\n' \"\$(openssl dgst -sha256 -sign ../evil/node.key x |
	    base64 -w0)\" >>x
	mv x 0002.manifest"

# Drafts and approvals travel too: two people approve both requests.
cp -r .coldca eyes
sed -i 's/^    approvals: 0$/    approvals: 2/' eyes/policy.yaml
echo 'approvers:' >>eyes/policy.yaml
for name in anna bob mallory; do
	openssl genpkey -algorithm ed25519 -out "$name.key" 2>/dev/null
	[ "$name" != mallory ] || continue
	printf '  - name: %s\n    key: |\n' "$name"
	openssl pkey -in "$name.key" -pubout | sed 's/^/      /'
done >>eyes/policy.yaml
ok coldca sign --intake="$folder" --prepare=drafts --ca-dir=eyes
# approve DIR NAME [KEY]: NAME approves all that is in DIR
approve() {
	ok coldca approve "$1"/*.draft "--approver=$2" "--key=${3:-$2}.key" \
	    --yes --quiet
}
cp -r drafts approved
approve approved anna
approve approved bob
# of NAME: the files of NAME's approvals
of() {
	grep -l "^approver $1\$" ./*.approval
}
# approvals RULE CHANGE...: such drafts and approvals came back
approvals() {
	rule=$1
	shift
	reason "$rule"
	rm -rf back eyes.now
	cp -r approved back
	cp -r eyes eyes.now
	(cd back && eval "$*")
	# shellcheck disable=SC2086 # words
	ran with_pin ${clock-} "$COLDCA" sign --intake="$folder" --yes --json \
	    --approved=back --ca-dir=eyes.now --out=bad
	is "$rule: status ($*)" 4 "$status"
	jq -e --arg rule "$rule" \
	    'any(.. | .rule? // empty; . == $rule)' out >/dev/null || {
		failed "no rule $rule ($*)"
		said
	}
	lacks "nothing is signed ($*)" test -e bad
}
approvals policy-approvals "rm ./*.approval"
approvals policy-approvals "rm \$(of bob)"
approvals approval-twice "for one in \$(of anna); do cp \$one twice-\${one#./}; done; rm \$(of bob)"
approvals approval-signature "sed -i 's/^expires 20\\(.\\)./expires 20\\19/' \$(of bob)"
approvals approval-signature "sed -i 's/^\\(tbs .*\\).......\$/\\10000000/' \$(of bob)"
approvals approval-key "rm \$(of bob); sed -i 's/^approver anna/approver bob/' \$(of anna)"
approvals approval-key "rm \$(of bob); cd ..; approve back bob mallory"
approvals approval-unknown "rm \$(of bob); cd ..; approve back mallory"
clock='faketime -f +8d'
approvals approval-expired ":"
clock='faketime -f -1h'
approvals approval-future ":"
clock=
# by CHANGE: bob's approvals of drafts that were changed before he saw them
by() {
	of bob | xargs rm
	mkdir ../shown
	cp ./*.draft ../shown
	(cd ../shown && eval "$*")
	(cd .. && approve shown bob)
	cp ../shown/*.approval .
	rm -r ../shown
}
approvals approval-lifetime "by \"sed -i 's/^approval-seconds .*/approval-seconds 9999999/' ./*.draft\""
approvals approval-ledger "by \"sed -i 's/^ledger ..../ledger 0000/' ./*.draft\""
ok coldca sign --intake="$folder" --prepare=others --ca-dir=eyes
approvals approval-draft "by 'rm ./*.draft; cp ../others/*.draft .'"
# back STATUS REGEX CHANGE...: such drafts and approvals are none at all
back() {
	want_status=$1 regex=$2
	shift 2
	reason "$regex"
	rm -rf back eyes.now
	cp -r approved back
	cp -r eyes eyes.now
	(cd back && eval "$*")
	refused "$want_status" "$regex" with_pin coldca sign \
	    --intake="$folder" --yes --approved=back --ca-dir=eyes.now --out=bad
	lacks "nothing is signed ($*)" test -e bad
}
back 3 'there is more than may be' "echo 'note hello' >>\$(of bob | head -1)"
back 3 'approval' "head -c 100 \$(of bob | head -1) >x; mv x \$(of bob | head -1)"
back 3 'its draft was changed' "sed -i 's/^tbs-sha256 ../tbs-sha256 00/' ./*.draft"
back 4 'is a draft of another CA' "sed -i 's/^ledger ..../ledger 0000/' ./*.draft"
back 4 'no draft was prepared' "rm ./*.draft"
back 4 'two drafts were prepared' "cp ../others/*.draft ."
rm -rf eyes.now
cp -r eyes eyes.now
ok with_pin coldca sign --intake="$folder" --yes --approved=approved \
    --ca-dir=eyes.now --out=seen
is 'with both of them it is signed' 2 "$(find seen -name node.crt | wc -l)"

# The way home.
ok with_pin coldca sign --intake="$folder" --yes
response=$(grep response- out)
response=${response##*/}
# outbox STATUS REGEX CHANGE...: nothing of such an outbox leaves
outbox() {
	want_status=$1 regex=$2
	shift 2
	reason "$regex"
	rm -rf sent stick
	cp -r outbox sent
	mkdir stick
	(cd sent && eval "$*")
	refused "$want_status" "$regex" coldca dispatch stick --from=sent
	is "nothing left ($*)" '' "$(names stick)"
}
outbox 4 'PRIVATE KEY' "cp ../n1/node.key node-node1.example.com/ca.crt"
outbox 4 'neither certificate' "echo secret >note.txt"
outbox 4 'is not in this ledger' "cp ../other.certs/ca.crt node-node1.example.com/ca.crt"
outbox 4 'no response manifest lists' "cp node-node1.example.com/node.crt node-node2.example.com"
outbox 4 'no response manifest lists' "rm response-*"
outbox 4 'neither certificate' "sed -i 's/^made-at 2/made-at 3/' response-*"
outbox 4 'is in a folder of a folder' "mkdir rotate-1; cp -r node-node1.example.com rotate-1"
outbox 4 'response-[0-9]*.txt: is not in this ledger' "rm -r ./*; cp ../seen/response-* ."
outbox 4 'symbolic link' "ln -s ../n1/node.key x.crt"
rm -rf stick
mkdir -p stick/node-node1.example.com
count=$((count + 1))
refused 8 'something else|can not|No such' coldca dispatch stick
rm -rf stick
mkdir stick
ok coldca dispatch stick
# again STATUS REGEX CHANGE...: what is on the stick by now is not what is sent
again() {
	want_status=$1 regex=$2
	shift 2
	reason "$regex"
	rm -rf worn
	cp -r stick worn
	(cd worn && eval "$*")
	refused "$want_status" "$regex" coldca dispatch worn
}
again 8 'node.crt: is not what was written' "sed -i '2s/./-/' node-node1.example.com/node.crt"
again 8 'response-[0-9]*.txt: is not what was written' "sed -i '1s/v1/v2/' $response"
again 8 'holds something else besides' "cp ../n1/node.crt node-node2.example.com/client.root.crt"
# pulled: a folder half written under its hidden name, and one missing
mkdir stick/.coldca-0011223344556677
cp outbox/node-node1.example.com/ca.crt stick/.coldca-0011223344556677
rm -r stick/node-node2.example.com
ok coldca dispatch stick
says 'node-node2.example.com .*written'
says 'node-node1.example.com .*there already'
lacks 'what was half written is gone' test -e stick/.coldca-0011223344556677

# host STATUS REGEX CHANGE...: host 1 installs nothing
host() {
	want_status=$1 regex=$2
	shift 2
	reason "$regex"
	rm -rf home
	cp -r stick home
	(cd home && eval "$*")
	cp n1/node.crt before.crt
	# shellcheck disable=SC2086 # words
	refused "$want_status" "$regex" ${clock-} "$COLDCA" install \
	    home/node-node1.example.com --certs-dir=n1 ${option-}
	holds "nothing is installed ($*)" cmp -s n1/node.crt before.crt
}
fingerprint=$(openssl x509 -in .coldca.certs/ca.crt -outform DER | sha256sum)
fingerprint=${fingerprint%% *}
host 4 'node.crt: is not what the CA sent' "cp node-node2.example.com/node.crt node-node1.example.com"
host 4 'ca.crt: is not what the CA sent' "cp ../other.certs/ca.crt node-node1.example.com"
host 4 'a file that the CA sent is not in it' "rm node-node1.example.com/ca.crt"
host 4 'the CA did not send it' "cp node-node1.example.com/node.crt node-node1.example.com/client.root.crt"
host 4 'what it lists is not what the CA signed' "sed -i 's/^file ../file 00/' $response"
host 4 'the CA did not sign it so' "sed -i 's/^entry .*/entry 99/' $response"
host 4 'the CA did not sign it so' "sed -i '\$d' $response; tail -1 ../old/response-*.txt >>$response"
host 3 'response manifest|line ' "sed -i '\$d' $response"
option=--require-response
host 4 'no response manifest beside it lists it' "rm $response"
option=
host 4 'node.crt: is not what the CA sent' "rm $response; cp ../old/response-*.txt ."
clock='faketime -f -2h'
host 4 'and it is' ":"
clock=
option="--ca-fingerprint=$(printf %.30s "$fingerprint")"
host 3 'at least 16 are wanted' ":"
option=--ca-fingerprint=00112233445566778899aabbccddeeff
host 4 'has the fingerprint' ":"
host 4 'has the fingerprint' "rm $response"
# One trusted CA does not vouch for another that somebody put beside it.
option="--ca-fingerprint=$fingerprint"
host 4 'a CA that is neither trusted here' "rm $response; cat ../other.certs/ca.crt >>node-node1.example.com/ca.crt"
host 4 'ca.crt: is not what the CA sent' "cat ../other.certs/ca.crt >>node-node1.example.com/ca.crt"
option="--without-response --ca-fingerprint=$fingerprint"
host 2 'ca-fingerprint: not together with' ":"
option=
for word in check rollback; do
	refused 2 'require-response: not together with' coldca install \
	    "--$word" --require-response --certs-dir=n1
done
count=$((count + 2))
refused 4 'is for another key' \
    coldca install stick/node-node2.example.com --certs-dir=n1
ok with_pin coldca sign node n1/pending/node.csr --host=node1.example.com \
    --yes --ca-dir=other --out=foreign
refused 4 'signed by a CA that is not trusted here' \
    coldca install foreign/node-node1.example.com --certs-dir=n1 \
    --require-response
# What came without its manifest, and was there already when that came: an older
# one is an older one all the same.
cp -r n1 late
ok coldca install stick/node-node1.example.com --certs-dir=late \
    --without-response
cp late/coldca-installed.txt before.txt
ok coldca install stick/node-node1.example.com --certs-dir=late
lacks 'the manifest is remembered' cmp -s late/coldca-installed.txt before.txt
refused 4 'older than the one that is installed' \
    coldca install old/node-node1.example.com --certs-dir=late
ok coldca install stick/node-node1.example.com --certs-dir=n1
count=$((count + 1))
refused 4 'older than the one that is installed' \
    coldca install old/node-node1.example.com --certs-dir=n1
ok coldca ledger verify
[ "$count" -ge 85 ] || failed "$count tamperings"
[ "$(sort -u reasons | wc -l)" -ge 60 ] || failed "$(sort -u reasons | wc -l) reasons"
finish
