#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Many requests at once: the good ones are signed, the bad ones refused one by
# one with their reasons, and the status is that of the first refusal.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca

for user in alice bob carol dave; do
	ok coldca request client "$user" "--certs-dir=$user"
	cp "$user/client.$user.csr" "$user.csr"
done
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -new -key key.pem -config /dev/null -subj /CN=root -out root.csr
openssl req -new -key key.pem -config /dev/null -subj /CN=erin \
    -addext basicConstraints=critical,CA:TRUE -out erin.csr
echo nothing >broken.csr

batch() {
	with_pin coldca sign client --names-from-request --yes "$@"
}

# All good.
ok batch alice.csr bob.csr --out=good
is 'bundles' 'client-alice client-bob' "$(bundles good)"

# Some bad: the first refusal is the malformed one.
refused 3 'broken\.csr' batch broken.csr carol.csr erin.csr root.csr dave.csr --out=mixed
warns 'erin\.csr'
warns 'root\.csr'
is 'bundles' 'client-carol client-dave' "$(bundles mixed)"
is 'serials used' 5 "$(serials)"
for user in carol dave; do
	ok openssl verify -x509_strict -purpose sslclient -CAfile "$ca_crt" \
	    "mixed/client-$user/client.$user.crt"
	ok coldca install "mixed/client-$user" "--certs-dir=$user"
done

# The first refusal is one of policy.
refused 4 'erin\.csr' batch erin.csr broken.csr --out=none
lacks 'a bundle without a certificate' [ -e none ]
is 'serials used by refusals' 5 "$(serials)"

# A bundle that is there is not written over, and costs no serial.
before=$(sha256sum <good/client-alice/client.alice.crt)
refused 8 'client-alice' batch alice.csr --out=good
is 'the bundle that was there' "$before" "$(sha256sum <good/client-alice/client.alice.crt)"
is 'serials used by a bundle that is there' 5 "$(serials)"
ok batch alice.csr --out=good --overwrite
lacks 'an old bundle after --overwrite' [ "$before" = "$(sha256sum <good/client-alice/client.alice.crt)" ]
is 'serials after --overwrite' 6 "$(serials)"

# Two requests for one name in one batch: which one is meant?
cp alice.csr alice2.csr
refused 4 'client-alice' batch alice.csr bob.csr alice2.csr --out=twice
is 'bundles beside one name for two' client-bob "$(bundles twice)"
is 'serials after one name for two' 7 "$(serials)"

# --host and --user belong to one request.
refused 2 'user' with_pin coldca sign client alice.csr bob.csr --user alice --yes --out=two

# A hundred, over more than one group of the ledger.
mkdir many
i=0
while [ $i -lt 100 ]; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout key.pem -config /dev/null -subj "/CN=user$i" \
	    -out "many/user$i.csr" 2>/dev/null
	i=$((i + 1))
done
before=$(serials)
ok batch many/*.csr --out=hundred
is 'bundles of a hundred' 100 "$(find hundred -name 'client.*.crt' | wc -l)"
is 'serials of a hundred' $((before + 100)) "$(serials)"
ok openssl verify -x509_strict -purpose sslclient -CAfile "$ca_crt" \
    hundred/*/client.*.crt
ok coldca ledger verify
is 'different serials' "$(serials)" "$(coldca ledger list --json 2>/dev/null |
    jq -r '.[].serial' | sort -u | wc -l)"
finish
