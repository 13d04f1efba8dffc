#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# 30 kinds of certificates, two versions of TLS, four clients, both ends with
# the CRL: who shows what is revoked is refused by the other. Another
# certificate for the same key and names is taken by the same peers, so it is
# the revocation that tells. Go's peers look at the OCSP response too.

. "$(dirname "$0")/lib.sh"
need_peers

# refused_by CLIENT: its words over $version. libpq says that the certificate
# is not good, and tells the server why; over TLS 1.3 OpenSSL sends that
# without encryption, and Go does not take it.
refused_by() {
	case $1/$version in
	go/*) echo "client $revoked" ;;
	openssl/*) echo 'client certificate revoked' ;;
	psql/1.2) echo 'alert revoked certificate' ;;
	psql/1.3) echo 'client certificate verify failed' ;;
	jdbc/*) echo 'client Certificate has been revoked, reason: KEY_COMPROMISE' ;;
	esac
}

# three_cases CLIENT: who is not revoked logs in; a user, a node who is does not
three_cases() {
	one_case "$ca/$leaf/live $version/$1" "$1" "$version" "$server" \
	    "$server/ca.crt" "$good/client.$leaf" "$leaf" localhost \
	    "ok $words"
	one_case "$ca/$leaf/user $version/$1" "$1" "$version" "$server" \
	    "$server/ca.crt" "$bad/client.$leaf" "$leaf" localhost \
	    "server $revoked"
	one_case "$ca/$leaf/node $version/$1" "$1" "$version" "$server/bad" \
	    "$server/ca.crt" "$good/client.$leaf" "$leaf" localhost \
	    "$(refused_by "$1")"
}

# server DIR CERTS: a server's directory, with what its CA says is revoked
server() {
	mkdir -p "$1"
	cp "$2/node.crt" "$2/node.key" "$1"
	cp "$certs/$ca/checked/ca.crt" "$certs/$ca/checked/ca.crl" "$1"
	ln -s "$certs/$ca/checked/ocsp" "$1"
}

revoked='certificate revoked: CRL 2, OCSP reason 1'
for ca in $cas; do
	for leaf in $leaves; do
		good=$certs/$ca/$leaf bad=$certs/$ca/revoked/$leaf
		server=$work/server/$ca/$leaf
		server "$server" "$good"
		server "$server/bad" "$bad"
		for version in 1.2 1.3; do
			words="[$leaf TLSv$version $(key_name "$leaf")"
			words="$words $(signature_name "$ca")]"
			for client in $clients; do
				three_cases "$client"
			done
		done
	done
done

# What these CAs sign themselves, Go can not read, and lets nobody in.
for ca in rsapss ed25519; do
	mkdir "$ca"
	cp "$certs/$ca/p256/node.crt" "$certs/$ca/p256/node.key" "$ca"
	cp -r "$certs/$ca/by-ca/"* "$ca"
	one_case "$ca/p256/OCSP by CA/openssl" openssl 1.3 "$work/$ca" \
	    "$certs/$ca/ca.crt" "$certs/$ca/p256/client.p256" p256 localhost \
	    'server OCSP: .*algorithm unimplemented'
done

start_server
run_cases
judge
awk -f "$here/table.awk" verdicts

# OpenSSL reads both.
count=0
for ca in $cas; do
	for crt in "$certs/$ca/"*/node.crt "$certs/$ca/"*/client.*.crt \
	    "$certs/$ca/revoked/"*/node.crt "$certs/$ca/revoked/"*/client.*.crt; do
		answer=good
		case $crt in */revoked/*) answer=revoked ;; esac
		serial=$(openssl x509 -in "$crt" -noout -serial |
		    sed 's/.*=//' | tr A-F a-f)
		for by in checked by-ca; do
			ok openssl ocsp -CAfile "$certs/$ca/ca.crt" \
			    -issuer "$certs/$ca/ca.crt" -no_nonce -cert "$crt" \
			    -respin "$certs/$ca/$by/ocsp/$serial"
			says "^$crt: $answer"
			warns 'Response verify OK'
			count=$((count + 1))
		done
	done
done
echo "$count OCSP responses as OpenSSL wants them"
finish
