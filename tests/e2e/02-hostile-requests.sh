#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Requests that ask for what they may not have get none of it: each is refused
# with its reason, no serial number is used up and no file appears.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca

openssl ecparam -name prime256v1 -genkey -noout -out key.pem

# csr NAME SUBJECT [OPTION...]: NAME.csr from openssl
csr() {
	name=$1 subject=$2
	shift 2
	openssl req -new -key key.pem -config /dev/null -subj "$subject" \
	    -out "$name.csr" "$@" 2>req.log || {
		failed "openssl req could not make $name.csr"
		cat req.log
	}
}

count=$(serials)
touch out err before.list after.list
files() {
	find . -path ./tokens -prune -o -print | sort
}

# hostile STATUS REGEX COMMAND...: refused so, and nothing happened.
hostile() {
	files >before.list
	refused "$@"
	files >after.list
	holds "new files by: $*" cmp -s before.list after.list
	is "serials used by: $*" "$count" "$(serials)"
}

sign_node() {
	file=$1
	shift
	with_pin coldca sign node "$file" --host node1.example.com --yes \
	    --out=outbox "$@"
}

sign_client() {
	file=$1
	shift
	with_pin coldca sign client "$file" --user maxroach --yes \
	    --out=outbox "$@"
}

# What goes beyond the order.
csr is-ca /CN=node -addext basicConstraints=critical,CA:TRUE
hostile 4 'is-ca\.csr.*([Cc][Aa]|basicConstraints)' sign_node is-ca.csr
csr signs /CN=node -addext keyUsage=critical,keyCertSign,cRLSign
hostile 4 'keyCertSign' sign_node signs.csr
csr code /CN=node -addext extendedKeyUsage=serverAuth,codeSigning
hostile 4 '[Cc]ode ?[Ss]igning' sign_node code.csr
csr server-client /CN=maxroach -addext extendedKeyUsage=clientAuth,serverAuth
hostile 4 'serverAuth|[Ss]erver' sign_client server-client.csr
csr dns-root /CN=node -addext subjectAltName=DNS:node1.example.com,DNS:root
hostile 4 'root' sign_node dns-root.csr
csr crdb /CN=maxroach -addext subjectAltName=URI:crdb://tenant/0/user/root
hostile 4 'crdb://tenant/0/user/root' sign_client crdb.csr
csr more-hosts /CN=node \
    -addext subjectAltName=DNS:node1.example.com,DNS:evil.example.com
hostile 4 'evil\.example\.com' sign_node more-hosts.csr
csr more-ip /CN=node -addext subjectAltName=IP:192.0.2.66
hostile 4 '192\.0\.2\.66' sign_node more-ip.csr
csr email /CN=maxroach -addext subjectAltName=email:a@example.com
hostile 4 'a@example\.com' sign_client email.csr
csr path '/CN=..\/..\/x'
hostile 4 '\.\./\.\./x' sign_client path.csr
csr root-name /CN=root
hostile 4 'root' sign_client root-name.csr
csr two-names /CN=maxroach/CN=root
hostile 3 'more than one common name' sign_client two-names.csr
csr tenants /OU=Tenants/CN=maxroach
hostile 4 'Tenants' sign_client tenants.csr
csr extension /CN=node -addext 1.2.3.4=critical,ASN1:NULL
hostile 4 '1\.2\.3\.4' sign_node extension.csr

# Names out of the request are held against the same rules.
from_request() {
	with_pin coldca sign "$1" "$2" --names-from-request --yes --out=outbox
}
hostile 3 'path\.csr' from_request client path.csr
csr from-root /CN=node -addext subjectAltName=DNS:root
hostile 4 'root' from_request node from-root.csr
csr no-name /CN=node
hostile 3 'no-name\.csr' from_request node no-name.csr

# Orders that can not be.
csr plain /CN=node
hostile 2 'host|user|names' with_pin coldca sign node plain.csr --yes
hostile 2 'user' with_pin coldca sign node plain.csr --user maxroach --yes
hostile 3 'under_score' with_pin coldca sign node plain.csr --yes --host under_score.example.com
hostile 4 'root' with_pin coldca sign node plain.csr --yes --host root
hostile 4 'lifetime|shorter' sign_node plain.csr --lifetime=870000h

# Weak keys and signatures.
openssl genrsa -out weak.pem 1024 2>/dev/null
openssl req -new -key weak.pem -config /dev/null -subj /CN=node -out weak.csr
hostile 4 '1024' sign_node weak.csr
openssl ecparam -name secp256k1 -genkey -noout -out k1.pem
openssl req -new -key k1.pem -config /dev/null -subj /CN=node -out k1.csr
hostile 4 'k1\.csr' sign_node k1.csr
csr sha1 /CN=node -sha1
hostile 4 '(SHA-?1|sha-?1)' sign_node sha1.csr

# Possession not proven: one bit of the signature is another.
openssl req -in plain.csr -outform DER -out plain.der
size=$(stat -c %s plain.der)
cp plain.der forged.csr
last=$(tail -c 1 plain.der | od -An -tu1)
# shellcheck disable=SC2059 # the format is the byte
printf "\\$(printf %03o $((last ^ 1)))" |
    dd of=forged.csr bs=1 seek=$((size - 1)) conv=notrunc 2>/dev/null
hostile 4 'forged\.csr.*signature' sign_node forged.csr

# Malformed.
: >empty.csr
hostile 3 'empty\.csr' sign_node empty.csr
head -c $((size - 7)) plain.der >cut.csr
hostile 3 'cut\.csr' sign_node cut.csr
{ cat plain.der; printf x; } >trailing.csr
hostile 3 'trailing\.csr' sign_node trailing.csr
cat plain.csr plain.csr >two.csr
hostile 3 'two\.csr' sign_node two.csr
head -c 70000 /dev/zero >large.csr
hostile 3 'large\.csr.*(65536|larger)' sign_node large.csr
cp key.pem private.csr
hostile 3 'private\.csr' sign_node private.csr

# Not regular files.
mkfifo fifo.csr
hostile 3\|8 'fifo\.csr' sign_node fifo.csr
ln -s plain.csr link.csr
hostile 3\|8 'link\.csr' sign_node link.csr
mkdir directory.csr
hostile 3\|8 'directory\.csr' sign_node directory.csr
hostile 3\|8 'missing\.csr' sign_node missing.csr

# --drop-extra signs what was ordered and none of the rest.
cat >greedy.cnf <<'CNF'
[req]
distinguished_name = dn
req_extensions = ext
prompt = no
[dn]
O = Evil
OU = Tenants
CN = root
[ext]
basicConstraints = critical,CA:TRUE
keyUsage = keyCertSign, cRLSign, dataEncipherment
extendedKeyUsage = serverAuth, codeSigning, emailProtection
subjectAltName = DNS:root, DNS:evil.example.com, IP:192.0.2.66, URI:crdb://tenant/1/user/root, email:a@example.com
1.2.3.4 = ASN1:UTF8String:planted
CNF
openssl req -new -key key.pem -config greedy.cnf -out greedy.csr
hostile 4 'greedy\.csr' sign_node greedy.csr
for what in CA keyCertSign codeSigning 'DNS:root|root' evil.example.com \
    192.0.2.66 crdb://tenant/1/user/root a@example.com 1.2.3.4; do
	warns "$what"
done
ok sign_node greedy.csr --drop-extra
text outbox/node-node1.example.com/node.crt >node.txt
holds 'only the ordered name' \
    grep -Eq '^ *DNS:node1\.example\.com$' node.txt
holds 'the subject of a node' grep -q 'Subject: O = Cockroach, CN = node$' node.txt
lacks 'something of the request is in the certificate' \
    grep -Ei 'evil|root|Tenants|192\.0\.2|crdb|example\.com.*a@|Code Signing|E-mail|CA:TRUE|Certificate Sign|CRL Sign|Data Enc|planted|1\.2\.3\.4' node.txt
ok openssl verify -x509_strict -purpose sslserver -CAfile "$ca_crt" \
    outbox/node-node1.example.com/node.crt
is 'serials after one signature' $((count + 1)) "$(serials)"
finish
