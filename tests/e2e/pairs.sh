# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the stories of the commands of `cockroach cert` share.

# make COMMAND WORD...: in certs, with the cluster CA's key
make() {
	with_pin coldca cert "$@" --certs-dir=certs "--ca-key=${key:?names the key}"
}

# pair STEM: certificate and key belong together, with the right modes
pair() {
	is "mode of $1.crt" 644 "$(stat -c %a "$1.crt")"
	is "mode of $1.key" 600 "$(stat -c %a "$1.key")"
	is "$1: one key" \
	    "$(openssl x509 -in "$1.crt" -noout -pubkey 2>&1)" \
	    "$(openssl pkey -in "$1.key" -pubout 2>&1)"
}

# signed_by FILE CA-FILE
signed_by() {
	holds "$1 is signed by $2" openssl verify -x509_strict -CAfile "$2" "$1"
}

subject() {
	openssl x509 -in "$1" -noout -subject -nameopt RFC2253,sep_comma_plus
}

# extension FILE NAME: its value, on one line
extension() {
	openssl x509 -in "$1" -noout -ext "$2" | tail -n +2 | sed 's/^ *//'
}

# hours FILE FIELD: from now, to the nearest hour
hours() {
	at=$(date -d "$(openssl x509 -in "$1" -noout "-$2" | cut -d= -f2)" +%s)
	awk -v s=$((at - $(date +%s))) 'BEGIN { printf "%.0f\n", s / 3600 }'
}
