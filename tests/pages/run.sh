#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The report and the minutes in a browser: of a small CA, of one with hostile
# words, and of one with thousands of certificates. What the browser saw is kept
# in PAGES_KEEP.

. "$(dirname "$0")/../e2e/lib.sh"
need chromium python3 faketime
make_token ca
make_ca
ok with_pin coldca create-client-ca --certs-dir=.coldca.certs \
    --ca-key='pkcs11:token=ca;object=client-ca'
long=$(printf '%060d' 7).$(printf '%060d' 8).$(printf '%060d' 9).example.com
for host in n1.example.com n2.example.com "$long"; do
	ok coldca request node "$host" 10.0.0.1 --certs-dir="$host"
	ok with_pin coldca sign node "$host/node.csr" --host "$host" \
	    --host 10.0.0.1 --yes --lifetime=4000h
done
ok coldca request client max --certs-dir=max
ok with_pin coldca sign client max/client.max.csr --user max --yes --lifetime=900h
ok coldca revoke --user max --reason=keyCompromise --yes
evil=$(printf '<img src=x onerror=alert(1)>\342\200\256%0120d.csr' 5)
cp n1.example.com/node.csr "$evil"
refused 4 'user' with_pin coldca sign client "./$evil" --user root --yes
ok with_pin coldca create-crl
ok coldca report --output=small.html --verify
ok coldca minutes --format=html --operator='Ada Lovelace' \
    --witness='<script>alert(2)</script>' --output=minutes.html

# Nobody signs alone, and what is signed came on a stick: hosts with long names,
# approvers with longer ones, a replay.
sed -i 's/^    approvals: 0$/    approvals: 2/' .coldca/policy.yaml
echo 'approvers:' >>.coldca/policy.yaml
mkdir stick
second=bob-of-the-department-of-very-long-names
for name in anna "$second"; do
	openssl genpkey -algorithm ed25519 -out "$name.key" 2>/dev/null
	printf '  - name: %s\n    key: |\n' "$name"
	openssl pkey -in "$name.key" -pubout | sed 's/^/      /'
done >>.coldca/policy.yaml
for host in n3.example.com n4.example.com "n$long"; do
	ok coldca request node "$host" --certs-dir="$host" --manifest
	mkdir "stick/${host%%.*}"
	cp "$host/node.csr" "$host/node.manifest" "stick/${host%%.*}"
done
ok coldca intake stick
inbox=$(tail -1 out)
refused 4 'taken in before' coldca intake stick
ok coldca sign --intake="$inbox" --prepare=drafts
for name in anna "$second"; do
	ok coldca approve drafts/*.draft "--approver=$name" "--key=$name.key" --yes
done
ok with_pin coldca sign --intake="$inbox" --approved=drafts --yes
ok coldca report --output=approved.html --verify
ok coldca minutes --format=html --operator=Ada --output=decided.html

# A key that was given up, a policy that changed, and a year later.
ok with_pin coldca compromise --ca=client --confirm=client --reason=keyCompromise
ok faketime -f +200d "$COLDCA" report --output=late.html

mkdir large
sed 's/^ *max-lifetime.*/&/' .coldca/policy.yaml >large/policy.yaml
ok "$FILL_LEDGER" large/ledger.db 3000 400 300
ok coldca report --ca-dir=large --output=large.html
ran "$(dirname "$0")/look.py" "$PAGES_KEEP" small.html minutes.html \
    approved.html decided.html late.html large.html
is 'what the browser saw' 0 "$status"
[ "$status" -eq 0 ] || cat out err
finish
