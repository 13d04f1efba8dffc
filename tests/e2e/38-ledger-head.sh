#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Who has noted the head of the ledger sees that it was put back to what it was,
# and no clock that goes wrong is signed by.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime
make_token ca
refused 4 'which is before 2026-11-01T00:00:00Z, when this coldca was made' \
    faketime '2026-10-31 12:00:00' "$COLDCA" init --mode=test "--module=$module" --ca-dir=early
make_ca
ok coldca request client a --certs-dir=a
sign() {
	with_pin coldca sign client a/client.a.csr --user=a --yes --overwrite "$@"
}
words() {
	sed -n 's/^coldca: note: ledger head: entry [0-9]*, //p' err
}

# Each session that writes says its head, and the CA's key has signed it.
ok sign
head=$(words)
is 'how many words' 16 "$(echo "$head" | wc -w)"
ok coldca ledger head
says 'entry +[0-9]+, of '
says 'signed +up to entry '
ok coldca ledger head --json
is 'the words of the head' "$head" "$(jq -r .words out)"
is 'the entry before it is signed' "$(jq .entry out)" "$(jq '.signed_entry + 1' out)"
hex=$(jq -r .hash out)
ok coldca ledger verify "--expect-head=$head"
ok coldca ledger verify "--expect-head=$(echo "$head" | tr ' a-z' '-A-Z')"
ok coldca ledger verify "--expect-head=$hex"
ok coldca ledger verify "--expect-head=$(echo "$hex" | cut -c1-32)"

# The disk is put back; another session follows, and then the honest one.
cp -r .coldca before
ok sign
after=$(words)
ok coldca ledger verify "--expect-head=$head"
warns 'the head that --expect-head names is entry [0-9]+; 3 were added since'
refused 7 'before/ledger\.db: the head that --expect-head names is not in it: the ledger was put back' \
    sign --ca-dir=before "--expect-head=$after"
warns 'hint: sign nothing'
ok sign --ca-dir=before
refused 7 'put back to what it was earlier, or changed' sign --ca-dir=before "--expect-head=$after"
ok sign "--expect-head=$after"

# shellcheck disable=SC2016 # backquotes of the message
refused 3 '--expect-head: word 2, `nonsense`: is not in the list' sign '--expect-head=aardvark nonsense'
refused 3 '--expect-head: 2 words: a head has 16' sign '--expect-head=aardvark adroitness'
refused 3 '--expect-head: word 1' sign '--expect-head=adroitness'

# The same with a file on another disk.
refused 8 'elsewhere: No such file' sign --head-file=elsewhere
warns 'hint: coldca ledger head --head-file=FILE begins one'
ok coldca ledger head --head-file=elsewhere
holds 'the file of the head' grep -Eqx 'coldca head v1 [0-9]+ [0-9a-f]{64}' elsewhere
cp -r .coldca before-2
ok sign --head-file=elsewhere
lacks 'the old head in the file' cmp -s elsewhere before-2/elsewhere
is 'the head in the file' "$(coldca ledger head --json 2>/dev/null | jq -r .hash)" \
    "$(cut -d' ' -f5 elsewhere)"
cp elsewhere kept
refused 7 'the head that --head-file names is not in it' sign --ca-dir=before-2 --head-file=elsewhere
refused 7 'the head that --head-file names is not in it' \
    coldca ledger head --ca-dir=before-2 --head-file=elsewhere
holds 'the file as it was' cmp elsewhere kept
ok coldca ledger list --head-file=elsewhere
holds 'the file as it was' cmp elsewhere kept
echo 'another file' >broken
refused 3 'broken: not what --head-file writes' sign --head-file=broken
head -c 300 /dev/zero >long
refused 3 'long: ' sign --head-file=long

# The clock.
refused 4 'which is before .*, the last entry of the ledger' with_pin faketime -f -2h "$COLDCA" \
    sign client a/client.a.csr --user=a --yes --overwrite
refused 4 'over 30 days after the last entry of the ledger, ' with_pin faketime -f +31d "$COLDCA" \
    sign client a/client.a.csr --user=a --yes --overwrite
date=$(sed -n 's/.*hint: where it is right: --confirm-date=//p' err)
refused 4 'is confirmed, and the clock of this machine says' sign "--confirm-date=$date"
refused 3 '--confirm-date: not a date like' sign --confirm-date=tomorrow
ok with_pin faketime -f +31d "$COLDCA" sign client a/client.a.csr --user=a --yes --overwrite "--confirm-date=$date"
# Who only reads may have any clock.
ok coldca ledger verify
ok coldca ledger list
refused 4 'which is before' sign
finish
