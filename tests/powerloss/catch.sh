#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The judge sees what it is there for: where barriers are taken away from a
# recorded session, something is left that no power cut may leave.

. "$(dirname "$0")/lib.sh"
make_token ca
# So many that their bundles are had on disk by syncfs().
make_requests a b c d e f g h i
record init "$COLDCA" init --mode=test "--module=$module"
record create-ca "$COLDCA" create-ca "--certs-dir=$work/disk/certs" \
    '--ca-key=pkcs11:token=ca;object=cluster-ca' --pin-fd=3
for name in sign overwrite; do
	# shellcheck disable=SC2086 # a list of words
	record "$name" "$COLDCA" sign client $csrs --names-from-request --yes \
	    --overwrite --pin-fd=3 "--out=$work/disk/out"
done
[ "$failures" -eq 0 ] || finish

# caught SESSION WHAT REGEX...: without these barriers there are violations, of
# which one says each REGEX.
caught() {
	session=$1 what=$2
	shift 2
	ran replay "$session" "--ignore=$what" --step=8
	is "the status of $session without $what" 1 "$status"
	echo "$session without $what: $(tail -1 out)"
	for regex in "$@"; do
		grep -E "^VIOLATION: $regex" out >found ||
		    failed "$session without $what: none says '$regex'"
		echo "    $(head -1 found)"
	done
}

ok replay sign --step=40
caught sign journal '.*ledger.db: .*(in database main|malformed|not a ledger)'
caught sign ledger '.*ledger.db: .*in database main' \
    'ledger.db: does not know a certificate that was signed'
caught sign syncfs 'out/client-[a-i]: is not complete'
caught sign directory '.*ledger.db: .*in database main' \
    'out/client-[a-i]: was promised and is lost'
caught create-ca file 'certs/ca.crt: is not complete'
caught overwrite directory 'out/client-[a-i]: is not complete'
caught init directory 'ledger.db: is lost'
finish
