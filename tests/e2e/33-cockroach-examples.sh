#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every example of the page `cockroach cert`, with only the first word and
# --ca-key changed, and what the page shows after it. Prints the table of what
# was run.

page=$(cd "$(dirname "$0")" && pwd)/cockroach-cert-page.txt
. "$(dirname "$0")/lib.sh"
need openssl
make_token ca
ok coldca init --mode=test "--module=$module"
mkdir bin
ln -s "$COLDCA" bin/coldca
PATH=$work/bin:$PATH
uri="pkcs11:token=ca;object=cluster-ca?pin-source=file:$work/pin"

# One line for each command, and behind it what the page shows, as blocks:
# NUMBER.command and NUMBER.shown.
awk '
	/^#/ { next }
	/^[$] / { number++; name = number ".command"; sub(/^[$] /, "") }
	{ print > name }
	name ~ /command$/ && !/\\$/ { name = number ".shown" }
' "$page"
total=$(find . -maxdepth 1 -name '*.command' | wc -l)

# row NUMBER RESULT COMMAND
row() {
	printf '%3s  %-9s %s\n' "$1" "$2" "$3"
}

# run NUMBER COMMAND: as a shell would, and its status in the table
run() {
	ran sh -c "$2"
	cp out "$1.out"
	row "$1" "$status" "$3"
	[ "$status" -eq 0 ] || {
		failed "status $status: $3"
		said
	}
}

# listed FILE: mode and name of each line of `ls -l`
listed() {
	awk '/^[-d]/ { print substr($1, 1, 10), $NF }' "$1"
}

# rows FILE: an expression for each row of the page's table: certificate file, key
# file, a date, notes; whatever stands between the columns
rows() {
	awk -F' *[|] *' '/^[|]/ && $3 != "Certificate File" {
		gsub(/[.*]/, "\\\\&")
		print $3 "[ |]+" $4 "[ |]*[0-9]{4}/[0-9]{2}/[0-9]{2}[ |]+" $6
	}' "$1"
}

# one NUMBER: runs the command and compares
one() {
	command=$(sed 's/\\$//' "$1.command" | tr -d '\n' | tr -s ' ')
	case $command in
	ssh* | scp*)
		row "$1" 'not run' "$command"
		return
		;;
	'cockroach cert <subcommand> --help')
		for name in create-ca create-node create-client list; do
			run "$1" "coldca cert $name --help" \
			    "coldca cert $name --help"
			says "usage: coldca $name"
		done
		return
		;;
	esac
	changed=$(echo "$command" | sed 's/^cockroach /coldca /')
	shown=$(echo "$changed" | sed 's/--ca-key=[^ ]*/--ca-key=URI/')
	run "$1" "$(echo "$changed" | sed "s|--ca-key=[^ ]*|'--ca-key=$uri'|")" \
	    "$shown"
	case $command in
	ls*)
		is "example $1" "$(listed "$1.shown")" "$(listed "$1.out")"
		;;
	'cockroach cert list'*)
		is "example $1: directory" "$(head -n 1 "$1.shown")" \
		    "$(head -n 1 "$1.out")"
		rows "$1.shown" >expressions
		is "example $1: rows" "$(wc -l <expressions)" \
		    "$(grep -Ec -f expressions "$1.out")"
		while read -r expression; do
			says "$expression"
		done <expressions
		;;
	esac
}

echo "URI is pkcs11:token=ca;object=cluster-ca?pin-source=file:PIN"
row '' status command
number=1
while [ "$number" -le "$total" ]; do
	one "$number"
	number=$((number + 1))
done
is 'examples' 17 "$total"

# What the page says beside the examples.
is 'the CA key is in no file' '' "$(names my-safe-directory)"
is 'common names' 'node maxroach' \
    "$(for crt in node client.maxroach; do
	openssl x509 -in "certs/$crt.crt" -noout -subject | sed 's/.*CN = //'
done | paste -sd' ' -)"
for crt in node client.maxroach; do
	holds "$crt is signed by ca.crt" openssl verify -CAfile certs/ca.crt \
	    "certs/$crt.crt"
done
finish
