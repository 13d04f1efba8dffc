#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A request whose every field holds escape sequences, bidirectional and
# zero-width characters and NUL: whatever is done with it, none of them comes
# out as it went in, on no stream and in no form.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca

# ESC [ 2 J, U+009B, U+202E, U+2066, U+200B, U+2028, DEL, BEL
evil=$(printf 'a\033[2J\302\233b\342\200\256c\342\201\246d\342\200\213e\342\200\250f\177g\007h')
openssl ecparam -name prime256v1 -genkey -noout -out key.pem

# With NUL: openssl's own language takes hexadecimal octets.
hex_of() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
	echo 00
}

# configure HEX: names are IA5String (RFC 5280 section 4.2.1.6), so that one
# with more than ASCII is refused as malformed, with nothing of it shown.
configure() {
	hex=$1
	cat <<EOC
[req]
prompt = no
utf8 = yes
string_mask = utf8only
distinguished_name = dn
req_extensions = ext
attributes = attr
[dn]
O = $evil
CN = $evil
[attr]
challengePassword = $evil
[ext]
subjectAltName = DER:$(
    # a dNSName, an rfc822Name and a URI with those octets
    one=$(printf '%02x' $((${#hex} / 2)))
    body="82$one$hex"81$one$hex"86$one$hex"
    printf '30%02x%s' $((${#body} / 2)) "$body")
nsComment = ASN1:UTF8String:$evil
EOC
}
configure "$(hex_of "$evil")" >malformed.cnf
configure "$(hex_of "$(printf 'a:\033[2J\177g\007h')")" >evil.cnf
ok openssl req -new -key key.pem -config malformed.cnf -out malformed.csr
ok openssl req -new -key key.pem -config evil.cnf -out evil.csr
holds 'the request holds an escape and NUL' sh -c \
    "openssl req -in evil.csr -outform DER | od -An -v -tx1 | tr -d ' \\n' | grep -q 1b5b324a.*6800"

# clean WHAT FILE...: no control but newline and tab, none of those characters
clean() {
	what=$1
	shift
	for file in "$@"; do
		lacks "$what: a raw control character in $file" \
		    sh -c "tr -d '\\n\\t\\40-\\176\\200-\\377' <$file | grep -q ."
		lacks "$what: a raw NUL in $file" \
		    sh -c "od -An -v -tx1 <$file | grep -qw 00"
		lacks "$what: a raw format character in $file" \
		    sh -c "od -An -v -tx1 <$file | tr -d ' \\n' |
			grep -qE '(..)*(c29b|e280(8b|8e|8f|a[89abcde])|e281a[6789])'"
	done
}
# shown COMMAND...: all that it says, with and without JSON
shown() {
	ran "$@"
	clean "$*" out err
	ran "$@" --json
	clean "$* --json" out err
}

shown coldca inspect malformed.csr
ran coldca inspect malformed.csr
is 'a name that is not ASCII' 3 "$status"
shown coldca inspect evil.csr
ran coldca inspect evil.csr
holds 'it is shown, escaped' grep -q 'x1B.*u{202E}.*u{200B}' out
shown coldca inspect evil.csr --profile=client
shown coldca inspect evil.csr --profile=node --host node1.example.com
shown with_pin coldca sign node evil.csr --host node1.example.com --yes --out=one
shown with_pin coldca sign node evil.csr --names-from-request --yes --out=two
shown with_pin coldca sign client evil.csr --user maxroach --yes --out=three
shown with_pin coldca sign client evil.csr --names-from-request --drop-extra --yes --out=four
shown with_pin coldca sign client evil.csr --user maxroach --drop-extra --yes --out=five
shown with_pin coldca sign client evil.csr evil.csr --user maxroach --drop-extra --yes --out=six
cp evil.csr "evil$evil.csr"
shown coldca inspect "evil$evil.csr"
shown with_pin coldca sign client "evil$evil.csr" evil.csr --names-from-request --yes --out=seven

# What is kept of it.
shown coldca ledger list
shown coldca ledger verify

# A certificate of that kind, and a directory with it.
sed 's/^challengePassword.*//; s/^attributes.*//' evil.cnf >cert.cnf
ok openssl req -x509 -new -key key.pem -config cert.cnf -extensions ext \
    -days 10 -out evil.crt
shown coldca lint evil.crt
shown coldca lint evil.crt --own --issuer=evil.crt
ran coldca lint evil.crt
holds 'lint says what it holds' grep -q '^  lint-attribute-hidden: ' out
mkdir certs
cp evil.crt certs/ca.crt
cp evil.crt "certs/client.$evil.crt"
shown coldca list --certs-dir=certs
shown coldca exit-gate certs
shown coldca install --check --certs-dir=certs

# Tables in a locale that does not know the characters end as well.
openssl req -new -utf8 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -nodes -keyout emile.pem -config /dev/null \
    -subj "/CN=$(printf '\303\251mile')" -out emile.csr 2>/dev/null
ok with_pin coldca sign client emile.csr --names-from-request --yes --out=eight
for locale in C C.UTF-8; do
	ran env LC_ALL=$locale timeout 20 "$COLDCA" ledger list
	is "status of a list in $locale" 0 "$status"
	clean "a list in $locale" out
done
finish
