#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A ledger that a power cut left half written, with the journal that undoes it:
# any command does that first. Where the disk or its owner does not let it, it
# says so, and changes nothing; the copy of a ledger at rest is read as it is.

. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -ne 0 ] || need setpriv
make_token ca
make_requests a b
record init "$COLDCA" init --mode=test "--module=$module"
record create-ca "$COLDCA" create-ca "--certs-dir=$work/disk/certs" \
    '--ca-key=pkcs11:token=ca;object=cluster-ca' --pin-fd=3
# shellcheck disable=SC2086 # a list of words
record sign "$COLDCA" sign client $csrs --names-from-request --yes --pin-fd=3 \
    "--out=$work/disk/out"
ok replay sign "--hot=$work/hot"
holds 'a journal' test -s hot/ca/ledger.db-journal
cp -R hot/ca frozen
cp -R disk/ca rest

# as_reader COMMAND...: as somebody whom modes stop
as_reader() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}

ok coldca ledger verify --ca-dir=hot/ca
warns '7 entries'
is 'what is left' 'ledger.db policy.yaml' "$(names hot/ca)"

chmod 711 .
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 frozen rest
chmod -R a-w frozen rest
cat frozen/* | sha256sum >before
for command in verify list head export; do
	refused 7 'ledger.db: an interrupted write must be undone first, and the file can not be written' \
	    as_reader "$COLDCA" ledger "$command" --ca-dir=frozen
	warns 'hint: let its owner run any command on it, on a disk that can be written'
done
is 'what could not be written' "$(cat before)" "$(cat frozen/* | sha256sum)"
ok as_reader "$COLDCA" ledger verify --ca-dir=rest
chmod -R u+w frozen
ok as_reader "$COLDCA" ledger verify --ca-dir=frozen
warns '7 entries'
chmod -R u+w rest
finish
