#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What only looks like a certificate of the CA: made with OpenSSL.

. "$(dirname "$0")/lib.sh"
need_peers
real=$certs/p256
dir=$real/p256
trust=$real/ca.crt
ca=any leaf=p256

key() {	# key FILE
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	    -out "$1" 2>/dev/null
	chmod 600 "$1"
}

# ca_cert FILE KEY MASK KEY-ID: a CA with the real one's name, its strings of
# the kind that MASK asks for
ca_cert() {
	cat >ca.cnf <<-CNF
		[req]
		distinguished_name = name
		prompt = no
		string_mask = $3
		x509_extensions = extensions
		[name]
		O = Cockroach
		CN = Cockroach CA
		[extensions]
		basicConstraints = critical,CA:TRUE
		keyUsage = critical,keyCertSign
		subjectKeyIdentifier = $4
	CNF
	ok openssl req -x509 -config ca.cnf -key "$2" -days 30 -out "$1"
}

# leaf_cert CERT SUBJECT CA-CERT CA-KEY EXTENSION...: CERT.crt, CERT.key
leaf_cert() {
	cert=$1 subject=$2 issuer=$3 issuer_key=$4
	shift 4
	mkdir -p "${cert%/*}"
	key "$cert.key"
	printf '%s\n' 'authorityKeyIdentifier = keyid' "$@" >extensions
	ok openssl req -new -config /dev/null -key "$cert.key" \
	    -subj "$subject" -out leaf.csr
	ok openssl x509 -req -in leaf.csr -CA "$issuer" -CAkey "$issuer_key" \
	    -days 20 -extfile extensions -out "$cert.crt"
	pk8 "$cert"
}

pk8() {
	ok openssl pkcs8 -topk8 -nocrypt -outform DER -in "$1.key" \
	    -out "$1.key.pk8"
}

# self_signed CERT SUBJECT EXTENSION
self_signed() {
	mkdir -p "${1%/*}"
	key "$1.key"
	ok openssl req -x509 -config /dev/null -key "$1.key" -days 20 \
	    -subj "$2" -addext "$3" -out "$1.crt"
	pk8 "$1"
}

user_use='extendedKeyUsage = clientAuth'
node_use='extendedKeyUsage = serverAuth, clientAuth'
node_names='subjectAltName = DNS:localhost, IP:127.0.0.1'
person='/O=Cockroach/CN=p256'
node='/O=Cockroach/CN=node'
key_id=$(openssl x509 -in "$trust" -noout -ext subjectKeyIdentifier |
    sed -n 's/^ *\([0-9A-F:]*\)$/\1/p')

# The real CA's name and key identifier, byte for byte, and another key.
key forged.key
ca_cert forged.crt forged.key default "$key_id"
is 'the name of the forged CA' \
    "$(openssl x509 -in "$trust" -noout -subject -nameopt RFC2253,show_type)" \
    "$(openssl x509 -in forged.crt -noout -subject -nameopt RFC2253,show_type)"
is 'its key identifier' "$key_id" "$(openssl x509 -in forged.crt -noout \
    -ext subjectKeyIdentifier | sed -n 's/^ *\([0-9A-F:]*\)$/\1/p')"
leaf_cert forged/client.p256 "$person" forged.crt forged.key "$user_use"
leaf_cert forged/node "$node" forged.crt forged.key "$node_use" "$node_names"
cp "$trust" forged/ca.crt
each_client 'user of a forged CA' "$dir" "$trust" "$work/forged/client.p256" \
    p256 localhost 'server certificate signed by unknown authority'
each_client 'node of a forged CA' "$work/forged" "$trust" \
    "$dir/client.p256" p256 localhost "client $unknown_ca|SSL error: EVP lib"

self_signed alone/client.p256 "$person" "$user_use"
self_signed alone/node "$node" "$node_names"
cp "$trust" alone/ca.crt
# Go and the driver look whether the server would know the issuer.
each_client 'self-signed user' "$dir" "$trust" "$work/alone/client.p256" \
    p256 localhost \
    'server no client certificate was sent|signed by unknown authority'
each_client 'self-signed node' "$work/alone" "$trust" "$dir/client.p256" \
    p256 localhost "client $unknown_ca|self.signed certificate"

# A certificate is public; without its key it is worth nothing. The driver does
# not look whether they fit.
mkdir stolen
cp "$dir/client.p256.crt" stolen
cp alone/client.p256.key alone/client.p256.key.pk8 stolen
for client in go openssl psql; do
	one_case "any/p256/stolen certificate/$client" "$client" 1.3 "$dir" \
	    "$trust" "$work/stolen/client.p256" p256 localhost \
	    'client private key does not match|key values mismatch'
done
for version in 1.2 1.3; do
	one_case "any/p256/stolen certificate/jdbc $version" jdbc "$version" \
	    "$dir" "$trust" "$work/stolen/client.p256" p256 localhost \
	    'server invalid signature by the client certificate'
done

# One key, one name, written in two kinds of strings.
key soft.key
ca_cert printable.crt soft.key default hash
ca_cert utf8.crt soft.key utf8only hash
mkdir soft
cp printable.crt soft/ca.crt
leaf_cert soft/node "$node" printable.crt soft.key "$node_use" "$node_names"
leaf_cert soft/client.p256 "$person" printable.crt soft.key "$user_use"
leaf_cert utf8/client.p256 "$person" utf8.crt soft.key "$user_use"
leaf_cert utf8/node "$node" utf8.crt soft.key "$node_use" "$node_names"
cp printable.crt utf8/ca.crt
leaf_cert server-only/client.p256 "$person" printable.crt soft.key \
    'extendedKeyUsage = serverAuth'
trust=$work/soft/ca.crt
each_client 'OpenSSL user' "$work/soft" "$trust" "$work/soft/client.p256" \
    p256 localhost 'ok [p256 TLSvVERSION P-256 ECDSA-SHA256]'
each_client 'user, issuer in UTF8' "$work/soft" "$trust" \
    "$work/utf8/client.p256" p256 localhost \
    'server no client certificate was sent|signed by unknown authority'
each_client 'user for servers only' "$work/soft" "$trust" \
    "$work/server-only/client.p256" p256 localhost \
    'server incompatible key usage'
# The others compare names, Go compares bytes.
one_case 'any/p256/node, issuer in UTF8/go' go 1.3 "$work/utf8" "$trust" \
    "$work/soft/client.p256" p256 localhost "client $unknown_ca"
for client in openssl psql jdbc; do
	one_case "any/p256/the same, without Go/$client" "$client" 1.3 \
	    "$work/utf8" "$trust" "$work/soft/client.p256" p256 localhost \
	    'ok [p256 TLSv1.3 P-256 ECDSA-SHA256]'
done

start_server
run_cases
judge
awk -f "$here/list.awk" verdicts
finish
