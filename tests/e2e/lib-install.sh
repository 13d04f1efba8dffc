# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2034,SC2154 # for the stories, and from lib.sh
#
# What the stories of `install` share: a CA of OpenSSL's, which is quicker to
# have than a token, and bundles of its certificates.

NODE='extendedKeyUsage=serverAuth,clientAuth
subjectAltName=DNS:node1.example.com,IP:10.0.0.1'
SERVER='extendedKeyUsage=serverAuth
subjectAltName=DNS:node1.example.com,IP:10.0.0.1'
CLIENT='extendedKeyUsage=clientAuth'

# new_ca NAME COMMON-NAME [DAYS]: NAME.crt, NAME.key
new_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -config /dev/null -keyout "$1.key" -out "$1.crt" \
	    -subj "/O=Cockroach/CN=$2" -days "${3:-3650}" \
	    -addext basicConstraints=critical,CA:TRUE \
	    -addext keyUsage=critical,keyCertSign 2>/dev/null
}

# issue CA CSR FILE EXTENSIONS [DAYS]: a certificate for the request
issue() {
	mkdir -p "$(dirname "$3")"
	printf '%s\n' "$4" >"$work/extensions"
	openssl x509 -req -in "$2" -CA "$1.crt" -CAkey "$1.key" -out "$3" \
	    -days "${5:-365}" -extfile "$work/extensions" 2>/dev/null
}

# pairs DIR: each certificate but a CA's has the key that is beside it.
pairs() {
	for crt in "$1"/*.crt; do
		case ${crt##*/} in
		ca.crt | ca-*.crt) continue ;;
		esac
		[ "$(openssl x509 -in "$crt" -noout -pubkey)" = \
		    "$(openssl pkey -in "${crt%.crt}.key" -pubout)" ] || {
			echo "$crt: is not for ${crt%.crt}.key"
			return 1
		}
	done
}
