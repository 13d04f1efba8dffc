#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the stacks of real hosts make, made now: OpenSSL, GnuTLS, Go, Java and
# NSS with each kind of key that they have. All of it is accepted, with no
# notice but the one that is named.

here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/../e2e/lib.sh"
need openssl certtool go keytool certutil jq
touch out err
san=DNS:node1.example.com,IP:10.0.0.1,IP:::1

# good FILE [NOTICE...]: `inspect --permissive` accepts it.
good() {
	file=$1
	shift
	ran coldca inspect --permissive --json "$file"
	[ "$status" -eq 0 ] || {
		failed "status $status: $file"
		said
		return
	}
	is "notices about $file" "$*" \
	    "$(jq -r '.[0].findings[].rule' out | paste -sd' ' -)"
	made=$((made + 1))
}
made=0

# OpenSSL: each kind of key, PEM and DER, with and without text.
openssl_req() {
	name=openssl-$1
	shift
	openssl req -new -nodes -keyout key.pem -config /dev/null \
	    -subj '/O=Cockroach/CN=node' -addext "subjectAltName=$san" \
	    -addext basicConstraints=critical,CA:FALSE \
	    -addext keyUsage=critical,digitalSignature \
	    -addext extendedKeyUsage=serverAuth,clientAuth \
	    -out "$name.csr" "$@" 2>log || {
		failed "openssl req: $name"
		cat log
		return
	}
	good "$name.csr"
}
for curve in P-256 P-384 P-521; do
	openssl_req "$curve" -newkey ec -pkeyopt "ec_paramgen_curve:$curve"
done
openssl_req rsa2048 -newkey rsa:2048
openssl_req rsa3072-sha512 -newkey rsa:3072 -sha512
openssl_req ed25519 -newkey ed25519
openssl_req pss -newkey rsa:2048 -sigopt rsa_padding_mode:pss
openssl_req pss-digest -newkey rsa:2048 -sigopt rsa_padding_mode:pss \
    -sigopt rsa_pss_saltlen:digest -sha384
openssl_req der -newkey ec -pkeyopt ec_paramgen_curve:P-256 -outform DER
openssl_req text -newkey ec -pkeyopt ec_paramgen_curve:P-256 -text
openssl_req new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -newhdr
openssl_req multi -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -subj '/O=Acme+OU=DB/CN=node'
openssl req -new -nodes -newkey rsa:2048 -keyout key.pem -config /dev/null \
    -subj / -out openssl-bare.csr 2>log
good openssl-bare.csr
sed 's/$/\r/' openssl-bare.csr >openssl-crlf.csr
good openssl-crlf.csr
{ printf '\357\273\277'; cat openssl-crlf.csr; } >openssl-bom.csr
good openssl-bom.csr

# GnuTLS, with a challenge password.
cat >template <<'T'
cn = node
organization = Cockroach
dns_name = node1.example.com
ip_address = 10.0.0.1
uri = https://node1.example.com/
email = a@example.com
challenge_password = secret
signing_key
encryption_key
tls_www_server
T
for kind in 'rsa --bits=2048' 'ecdsa --curve=secp256r1' \
    'ecdsa --curve=secp384r1' 'ecdsa --curve=secp521r1' eddsa; do
	name=gnutls-$(echo "$kind" | tr -dc '[:alnum:]')
	# shellcheck disable=SC2086 # several words
	certtool --generate-privkey --key-type=$kind --outfile key.pem 2>log
	certtool --generate-request --load-privkey key.pem --template template \
	    --outfile "$name.csr" 2>>log || cat log
	good "$name.csr"
done
certtool --generate-privkey --key-type=rsa --bits=2048 --outfile key.pem 2>log
certtool --generate-request --load-privkey key.pem --template template \
    --sign-params=rsa-pss --hash=sha256 --outfile gnutls-pss.csr 2>>log || cat log
good gnutls-pss.csr
certtool --generate-request --load-privkey key.pem --template template \
    --outder --outfile gnutls-der.csr 2>>log
good gnutls-der.csr

# Go. Not RSASSA-PSS: what Go 1.19 calls so is a signature by PKCS #1 v1.5, and
# refused as such.
HOME=$work GOCACHE=$work/gocache GO111MODULE=off GOFLAGS='' \
    go build -o make_csr "$here/go/make_csr.go" || failed 'go build'
for kind in p256 p384 p521 ed25519 rsa; do
	./make_csr "$kind" "go-$kind.csr" || failed "go: $kind"
	good "go-$kind.csr"
done

# Java.
java_req() {
	name=java-$1
	shift
	keytool -genkeypair -alias "$name" -keystore keys.p12 -storetype PKCS12 \
	    -storepass secret -dname 'CN=node, O=Cockroach' "$@" >log 2>&1 ||
	    cat log
	keytool -certreq -alias "$name" -keystore keys.p12 -storepass secret \
	    -ext "san=dns:node1.example.com,ip:10.0.0.1" -ext bc:c=ca:false \
	    -ext ku:c=digitalSignature -file "$name.csr" >log 2>&1 || cat log
	good "$name.csr"
}
java_req rsa -keyalg RSA -keysize 2048
java_req p256 -keyalg EC -groupname secp256r1
java_req p384 -keyalg EC -groupname secp384r1
java_req p521 -keyalg EC -groupname secp521r1
java_req ed25519 -keyalg Ed25519
java_req rsa-pss -keyalg RSA -keysize 2048 -sigalg RSASSA-PSS

# NSS, in DER and in PEM with text in front.
mkdir nss
head -c 100 /dev/urandom >noise
certutil -N -d nss --empty-password >log 2>&1
nss_req() {
	name=nss-$1
	shift
	certutil -R -d nss -s 'CN=node,O=Cockroach' -z noise -o "$name.csr" \
	    --keyUsage digitalSignature --extKeyUsage serverAuth \
	    -8 node1.example.com "$@" >log 2>&1 || {
		failed "certutil: $name"
		cat log
		return
	}
	good "$name.csr"
}
nss_req rsa -k rsa -g 2048
nss_req rsa-text -k rsa -g 2048 -a
nss_req p256 -k ec -q nistp256
nss_req p384 -k ec -q nistp384 -a
nss_req p521 -k ec -q nistp521

echo "$made requests"
is 'requests that were made' 38 "$made"
finish
