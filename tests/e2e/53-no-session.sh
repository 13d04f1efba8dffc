#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What no session of sign made goes home by the same stick: CRLs and OCSP responses
# say themselves who signed them, and for the folders of a plan and those of
# ledger export the CA signs a response manifest.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca
make_ca "$work/other" other

# Two hosts that take nothing without a manifest.
fingerprint=$(openssl x509 -in "$work/.coldca.certs/ca.crt" -outform DER |
    sha256sum | cut -c1-64)
for n in 1 2; do
	ok coldca request node "node$n.example.com" "--certs-dir=n$n"
	ok with_pin coldca sign node "n$n/node.csr" \
	    "--host=node$n.example.com" --yes
	ok coldca install "outbox/node-node$n.example.com" "--certs-dir=n$n" \
	    "--ca-fingerprint=$fingerprint" --require-response
done

# CRLs and OCSP responses.
ok with_pin coldca create-crl
ok with_pin coldca create-ocsp
mkdir stick
ok coldca dispatch stick
says 'ca.crl +1 .*written'
says 'ocsp +2 .*written'
holds 'the CRL is the same' cmp -s outbox/ca.crl stick/ca.crl
holds 'the responses are the same' diff -r outbox/ocsp stick/ocsp
# published REGEX CHANGE...: of such an outbox nothing leaves
published() {
	regex=$1
	shift
	rm -rf sent stick2
	cp -r outbox sent
	mkdir stick2
	(cd sent && eval "$*")
	refused 4 "$regex" coldca dispatch stick2 --from=sent
	is "nothing left ($*)" '' "$(names stick2)"
}
ok coldca ledger verify
published 'neither certificate' "sed -i '2s/./-/' ca.crl"
published 'PRIVATE KEY|private key' "cp ../n1/node.key ocsp"
published 'neither certificate' "echo note >ocsp/note"
published 'not in this ledger' "cp ../other.certs/ca.crt ocsp/x.crt"
ok with_pin coldca create-crl --ca-dir=other --out=foreign
ok coldca request node node3.example.com --certs-dir=n3
ok with_pin coldca sign node n3/node.csr --host=node3.example.com --yes \
    --ca-dir=other --out=foreign
ok with_pin coldca create-ocsp --ca-dir=other --out=foreign
published 'ca.crl: is not in this ledger' "cp ../foreign/ca.crl ."
published 'ca.crl: is not in this ledger' "cat ../foreign/ca.crl >>ca.crl"
published 'ca.crl.der: is not in this ledger' "cp ../foreign/ca.crl.der ."
published 'ocsp/.*: is not in this ledger' "cp ../foreign/ocsp/* ocsp"
published 'ca.crl.der: is not in this ledger' "printf xxx |
	dd of=ca.crl.der conv=notrunc bs=1 seek=\$((\$(stat -c %s ca.crl.der) - 3)) status=none"
# A responder's are the CA's too.
ok with_pin coldca create-ocsp-responder \
    --responder='pkcs11:token=ca;object=ocsp' --responder-pin-fd=4 4<pin
ok with_pin coldca create-ocsp --out=delegated \
    --responder='pkcs11:token=ca;object=ocsp'
mkdir stick6
ok coldca dispatch stick6 --from=delegated
says 'ocsp +2 .*written'
# On the stick: the next dispatch sees it.
for file in ca.crl ocsp/$(names outbox/ocsp | cut -d' ' -f1); do
	rm -rf worn
	cp -r stick worn
	printf x | dd of="worn/$file" conv=notrunc status=none
	refused 8 "${file##*/}: is not what was written" coldca dispatch worn
done

# A plan: the folders have no manifest, and neither side takes them without.
ok with_pin coldca rotate-ca begin \
    --ca-key='pkcs11:token=ca;object=cluster-2'
plan=outbox/rotate-1
is 'folders of the step' 'node-node1.example.com node-node2.example.com' \
    "$(names "$plan")"
mkdir stick3
refused 4 'is in a folder of a folder' coldca dispatch stick3
refused 4 'no response manifest lists' coldca dispatch stick3 "--from=$plan"
is 'nothing of the plan left' '' "$(names stick3)"
refused 4 'no response manifest beside it lists it' coldca install \
    "$plan/node-node1.example.com" --certs-dir=n1 --require-response

# What is in it is judged before the CA signs that it made it.
# unfit STATUS REGEX CHANGE...
unfit() {
	want=$1 regex=$2
	shift 2
	rm -rf edited
	cp -r "$plan" edited
	(cd edited && eval "$*")
	before=$(coldca ledger head --json 2>/dev/null | jq .entry)
	refused "$want" "$regex" with_pin coldca create-response --out=edited
	is "no manifest ($*)" '' "$(find edited -name 'response-*')"
	is "nothing is recorded ($*)" "$before" \
	    "$(coldca ledger head --json 2>/dev/null | jq .entry)"
}
unfit 4 'not in this ledger' "cat ../other.certs/ca.crt >>node-node1.example.com/ca.crt"
unfit 4 'PRIVATE KEY' "cp ../n1/node.key node-node1.example.com"
unfit 4 'neither certificate' "echo note >node-node1.example.com/note"
unfit 4 'symbolic link' "ln -s ../../n1/node.crt node-node1.example.com/node.crt"
unfit 4 'is in a folder of a folder' "mkdir in; mv node-* in"
unfit 3 'there is no bundle in it' "rm -r node-*; cp ../outbox/ca.crl ."
unfit 8 'there is nothing in it' "rm -r ./*"
refused 8 'No such file' with_pin coldca create-response --out=nowhere

ok with_pin coldca create-response "--out=$plan"
says "$plan/response-[0-9]+.txt"
warns '2 bundles: each file is listed'
response=$(names "$plan" | grep -o 'response-[0-9]*.txt')
holds 'the ledger has it' coldca ledger verify
ok coldca dispatch stick3 "--from=$plan"
says 'node-node1.example.com +1 .*written'
says "$response +1 .*written"

# install_plan STATUS REGEX CHANGE...: host 1 takes nothing
install_plan() {
	want=$1 regex=$2
	shift 2
	rm -rf home
	cp -r stick3 home
	(cd home && eval "$*")
	cp n1/ca.crt before.crt
	refused "$want" "$regex" coldca install home/node-node1.example.com \
	    --certs-dir=n1 --require-response
	holds "nothing is installed ($*)" cmp -s n1/ca.crt before.crt
}
install_plan 4 'ca.crt: is not what the CA sent' "cp ../n1/ca.crt node-node1.example.com"
install_plan 4 'the CA did not send it' "cp ../n1/node.crt node-node1.example.com"
install_plan 4 'what it lists is not what the CA signed' "sed -i 's/^file ../file 00/' $response"
install_plan 4 'the CA did not sign it so' "sed -i 's/^entry .*/entry 99/' $response"
install_plan 4 'no response manifest beside it lists it' "rm $response"
for n in 1 2; do
	ok coldca install "stick3/node-node$n.example.com" "--certs-dir=n$n" \
	    --require-response
	is "CAs that host $n trusts" 2 "$(grep -c BEGIN "n$n/ca.crt")"
done
refused 4 'older than the one that is installed' coldca install \
    outbox/node-node1.example.com --certs-dir=n1 --require-response

# The step that signs: the folders have the new certificates, and one manifest.
ok coldca rotate-ca delivered --all
ok with_pin coldca rotate-ca next --yes
plan=outbox/rotate-2
ok with_pin coldca create-response "--out=$plan"
is 'certificates that it lists' 2 \
    "$(cat "$plan"/response-*.txt | grep -c '^certificate ')"
mkdir stick4
ok coldca dispatch stick4 "--from=$plan"
ok coldca install stick4/node-node1.example.com --certs-dir=n1 \
    --require-response
ok coldca list --certs-dir=n1 --check

# A bundle that is written again from the ledger.
serial=$(openssl x509 -in n1/node.crt -noout -serial | cut -d= -f2)
ok coldca ledger export "--certificate=$serial" --out=again
mkdir stick5
refused 4 'no response manifest lists' coldca dispatch stick5 --from=again
ok with_pin coldca create-response --out=again --json
is 'what it says as JSON' "node-node1.example.com $(names again |
    grep -o 'response-[0-9]*.txt')" "$(jq -r '.bundles[].bundle + " " + .file' out)"
ok coldca dispatch stick5 --from=again
ok coldca install stick5/node-node1.example.com --certs-dir=n1 \
    --require-response
ok coldca ledger verify
finish
