#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What OpenSSL, GnuTLS and NSS say of 30 kinds of certificates: a node is a
# server of its names and a client, a client is a client and no server, and
# with the CRL what is revoked is neither.

. "$(dirname "$0")/lib.sh"
need openssl certtool certutil crlutil vfychain

openssl_accepts() {	# openssl_accepts server|client FILE [HOST]
	openssl verify -x509_strict -auth_level 2 -CAfile "$trust" \
	    -crl_check -CRLfile "$crl" -purpose "ssl$1" \
	    ${3:+-verify_hostname "$3"} "$2.crt"
}

gnutls_accepts() {
	case $1 in server) purpose=1 ;; client) purpose=2 ;; esac
	certtool --verify --verify-profile=medium \
	    --load-ca-certificate "$trust" --load-crl "$crl" \
	    --infile "$2.crt" \
	    --verify-purpose "1.3.6.1.5.5.7.3.$purpose" \
	    ${3:+--verify-hostname "$3"}
}

# vfychain takes no host name.
nss_accepts() {
	case $1 in client) usage=0 ;; server) usage=1 ;; esac
	vfychain -d "sql:nss.$ca" -u "$usage" -a "$2.crt"
}

# judged TOOL: its verdicts on $dir; a word in $verdict
judged() {
	verdict=ok
	for question in "server $dir/node $leaf.example.com" \
	    "server $dir/node localhost" "client $dir/node" \
	    "client $dir/client.$leaf"; do
		# shellcheck disable=SC2086 # a list of words
		ran "$1_accepts" $question
		[ "$status" -eq 0 ] && continue
		verdict=no
		return
	done
	ran "$1_accepts" server "$dir/client.$leaf"
	[ "$status" -ne 0 ] || verdict='server!'
	for question in "server $certs/$ca/revoked/$leaf/node" \
	    "client $certs/$ca/revoked/$leaf/client.$leaf"; do
		# shellcheck disable=SC2086 # a list of words
		ran "$1_accepts" $question
		grep -Eqi 'certificate revoked|chain revoked|is revoked|has been revoked|-8180' \
		    out err && [ "$status" -ne 0 ] || verdict='revoked!'
	done
	[ "$1" = nss ] && return
	ran "$1_accepts" server "$dir/node" "wrong.example.com"
	[ "$status" -ne 0 ] || verdict='host!'
}

why=''
printf '%-8s %-9s %-9s %-9s %s\n' CA leaf OpenSSL GnuTLS NSS
for ca in $cas; do
	trust=$certs/$ca/ca.crt crl=$certs/$ca/checked/ca.crl
	mkdir "nss.$ca"
	ok certutil -N -d "sql:nss.$ca" --empty-password
	# NSS 3.87 does not even take a CA with an Ed25519 key.
	status_of=ok
	[ "$ca" != ed25519 ] || status_of=ran
	"$status_of" certutil -A -d "sql:nss.$ca" -n ca -t CT,C,C -a -i "$trust"
	"$status_of" crlutil -I -d "sql:nss.$ca" -i "$crl.der"
	for leaf in $leaves; do
		dir=$certs/$ca/$leaf
		line=''
		for tool in openssl gnutls nss; do
			judged "$tool"
			# Nor has it a use for a certificate with one.
			case $tool/$ca/$leaf/$verdict in
			*/ok) ;;
			nss/ed25519/*/no | nss/*/ed25519/no)
				verdict=$(sed -n 's/.*ERROR \(-[0-9]*\): .*/\1/p' \
				    out err | head -n 1)
				why="$why$(sed -n 's/.*ERROR \(-[0-9]*: .*\)/\1/p' \
				    out err)
"
				;;
			*)
				failed "$tool of $ca/$leaf: $verdict"
				said
				;;
			esac
			line="$line $(printf '%-9s' "$verdict")"
		done
		printf '%-8s %-9s%s\n' "$ca" "$leaf" "$line"
	done
done
printf '%s' "$why" | sort | uniq -c
finish
