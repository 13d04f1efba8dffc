# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: Apache-2.0
#
# The pages of a small CA, sourced by produce.sh. Its clock is set, so that the
# months of the timeline are the same on any day.

# paged DAY COMMAND OPTION...: as of the CA directory `paged`, on DAY, a minute
# after the last one
minute=10
paged() {
	minute=$((minute + 1))
	time="$1 12:$minute:00" command=$2
	shift 2
	faketime -f "@$time" "$COLDCA" "$command" --ca-dir=paged "$@" 2>/dev/null \
	    3<"$work/pin"
}
first=2031-01-31 second=2031-02-01
{
	paged "$first" init --mode=test "--module=$module"
	paged "$first" create-ca --certs-dir=paged.certs \
	    '--ca-key=pkcs11:token=ca;object=paged-ca' --pin-fd=3
	paged "$first" sign client c1/client.maxroach.csr --user maxroach \
	    --lifetime=2400h --out=paged.outbox --yes --pin-fd=3
	paged "$second" sign node n1/node.csr --host node1.example.com \
	    --host 10.0.0.1 --lifetime=4800h --out=paged.outbox --yes --pin-fd=3
	paged "$second" sign node n1/node.csr --host node1.example.com \
	    --yes --pin-fd=3 || :
	paged "$second" revoke --user maxroach --reason=superseded --yes
	paged "$second" create-crl --out=paged.outbox --pin-fd=3
} >/dev/null

# What is of this machine, and words, which are of hashes.
page_normalised() {
	sed -E \
	    -e '/^<style>$/,/^<\/style>$/d' \
	    -e 's/(class="words">)[^<]*/\1WORDS/' \
	    -e 's/(in words<\/dt><dd[^>]*>)[^<]*/\1WORDS/' \
	    -e 's/^(- in words: ).*/\1WORDS/' \
	    -e 's/((account|host name|kernel|token serial|key id)(: |<\/dt><dd[^>]*>))[^<]*/\1HERE/' \
	    -e 's/serial=[0-9a-f]{16}/serial=NUMBER/' \
	    -e 's|/usr/lib/[^ <]*softhsm/|/usr/lib/softhsm/|'
}

paged "$second" report | page_normalised | shows report
paged "$second" minutes --operator='Ada *L*' | page_normalised | shows minutes
paged "$second" minutes --since=1 --format=html --operator='Ada *L*' \
    --witness='Grace <H>' | page_normalised | shows minutes-html
