#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh [PAGE]
#
# Holds the rows of docs/compatibility.md about file names and connections against
# what happens; cert.sh, examples.sh and vault.sh do the others. From outside:
# COLDCA, COLDCA_SOURCE, and COLDCA_BUILD, whose tests the rows may name.

. "$(dirname "$0")/../e2e/lib.sh"
need go jq openssl ctest
page=${1:-$COLDCA_SOURCE/docs/compatibility.md}

# rows HEADING: the rows of the table whose first column is HEADING, their
# cells separated by tabs
rows() {
	awk -F' *[|] *' -v heading="$1" '
	!/^[|]/ { on = 0 }
	on && !/^[|] -/ {
		gsub(/&lt;/, "<")
		line = $2
		for (i = 3; i < NF; i++)
			line = line "\t" $i
		print line
	}
	/^[|]/ && $2 == heading { on = 1 }' "$page" | tr '\t' '\037'
}
us=$(printf '\037')

# File names: the file alone, with a certificate in it.
GOCACHE=$work/go-cache GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local
export GOCACHE GOFLAGS GOPROXY GOTOOLCHAIN
(cd "$COLDCA_SOURCE/tests/handshake" && go build -o "$work/handshake" .)
./handshake make cases
rows file >files
is 'rows of files' yes "$([ "$(wc -l <files)" -ge 30 ] && echo yes)"
while IFS=$us read -r file usage otherwise; do
	rm -rf one
	mkdir one
	cp cases/good/ca.crt "one/$file"
	coldca list --certs-dir=one --json >out 2>err ||
	    failed "$file: list does not end well"
	is "$file: usage" "$usage" "$(jq -r '.files[].usage' out)"
	[ -z "$usage" ] || otherwise=nothing
	got=$(jq -r '.ignored[], (.load_error // empty) |
	    sub("^bad filename one/[^ ]*: "; "") |
	    sub("^problem loading certs directory one: "; "") |
	    sub("^validating node cert: .*"; "")' out)
	is "$file: otherwise" "$otherwise" "${got:-nothing}"
done <files

# Connections: Go and list about the same directory.
rows case >connections
cut -d"$us" -f1 connections | sort >described
names cases | tr ' ' '\n' | sort >made
holds 'each case has a row, each row a case' diff described made
while IFS=$us read -r name _ host wanted list; do
	got=$(./handshake connect "$host" "cases/$name" | cut -f2-)
	[ "$wanted" = ok ] && wanted='ok root'
	case $got in
	*"$wanted"*) ;;
	*) failed "$name: Go says '$got', not '$wanted'" ;;
	esac
	coldca list --certs-dir="cases/$name" --json >out 2>err
	[ "$list" = - ] && list=''
	is "$name: list" "$list" "$(jq -r '[.files[].problems[]] | unique | join(",")' out)"
	is "$name: errors" 0 "$(jq '[.files[] | select(.error)] | length' out)"
done <connections

# Other tests that rows name.
ctest --test-dir "$COLDCA_BUILD" -N | sed -n 's/^ *Test *#[0-9]*: //p' >tests
rows what >named
is 'rows that name tests' yes "$([ -s named ] && echo yes)"
while IFS=$us read -r row test; do
	holds "$row: there is a test $test" grep -qx "$test" tests
done <named

# What coldca makes itself, with one CA.
make_token ca
make_ca
ok coldca request node node.local 127.0.0.1 --certs-dir=own
ok coldca request client root --certs-dir=own
ok with_pin coldca sign node own/node.csr --host=node.local --host=127.0.0.1 --yes
ok with_pin coldca sign client own/client.root.csr --user=root --yes
ok coldca install outbox/node-node.local --certs-dir=own
ok coldca install outbox/client-root --certs-dir=own
for host in node.local 127.0.0.1; do
	ok ./handshake connect "$host" own
	says '^own	ok root$'
done
ok ./handshake connect other.local own
says 'x509: certificate is valid for node\.local, not other\.local'
ok coldca list --certs-dir=own --check

# What it does not make: cases that Go refuses are refused as requests.
for host in node.local. node_1.local root; do
	refused '3|4' '.' coldca request node "$host" --certs-dir=bad
done
finish
