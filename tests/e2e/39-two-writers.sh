#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One writer at a time: a second one is told who has the place, or waits.

. "$(dirname "$0")/lib.sh"
need openssl jq flock python3
make_token ca
make_ca
for user in a b c d e f g h; do
	ok coldca request client "$user" --certs-dir=keys
done
sign() {
	user=$1
	shift
	with_pin coldca sign client "keys/client.$user.csr" "--user=$user" --yes --overwrite "$@"
}

# Somebody has the place.
mkfifo begun
flock -o .coldca sh -c 'echo >begun; exec sleep 60' &
holder=$!
read -r _ <begun
refused 7 'ledger\.db: another process is writing: flock, process [0-9]+' sign a
warns 'hint: wait until it has finished, then try again; or --wait=DURATION'
refused 7 'another process is writing' sign a --wait=1s
refused 3 '--wait: ' sign a --wait=soon
ok coldca ledger list
ok coldca ledger verify
pkill -P "$holder"
# flock ends with its child.
wait "$holder" || :
ok sign a

# Somebody reads until the writer has said that it waits.
python3 - <<'EOF' &
import os, sqlite3, time
db = sqlite3.connect("file:.coldca/ledger.db?mode=ro", uri=True, isolation_level=None)
db.execute("BEGIN")
db.execute("SELECT count(*) FROM entry").fetchone()
open("reads", "w").close()
end = time.monotonic() + 60
while not os.path.exists("enough") and time.monotonic() < end:
    time.sleep(0.05)
EOF
reader=$!
until [ -e reads ] || ! kill -0 "$reader"; do sleep 0.05; done
: >"$work/err"
(
	until grep -q 'reads it' "$work/err"; do
		kill -0 "$reader" || exit 0
		sleep 0.05
	done
	: >enough
) 2>/dev/null &
ok sign b --quiet
warns 'ledger\.db: another process reads it: what was done is written as soon as nobody does'
wait "$reader"
ok sign c
lacks 'a word of it where nobody reads' grep -q 'reads it' "$work/err"
is 'certificates that are issued' 4 \
    "$(coldca ledger list --json --state=issued 2>/dev/null | jq length)"

# Many at once, each waiting for its turn.
rounds=3
writers=''
for user in a b c d e f g h; do
	(
		for _ in $(seq "$rounds"); do
			with_pin coldca sign client "keys/client.$user.csr" \
			    "--user=$user" --yes --overwrite "--out=out.$user" \
			    --wait=5m >"$user.log" 2>&1 || echo failed >"$user.failed"
		done
	) &
	writers="$writers $!"
done
# shellcheck disable=SC2086 # words
wait $writers
is 'writers that failed' '' "$(cat ./*.failed 2>/dev/null)"
ok coldca ledger verify
is 'serial numbers' $((8 * rounds + 4)) "$(serials)"
is 'serial numbers that are different' $((8 * rounds + 4)) \
    "$(coldca ledger list --json 2>/dev/null | jq -r '.[].serial' | sort -u | wc -l)"
is 'certificates that are issued' $((8 * rounds + 4)) \
    "$(coldca ledger list --json --state=issued 2>/dev/null | jq length)"

# Without patience, each ends with 0 or with 7.
writers=''
for user in a b c d; do
	(
		status=0
		with_pin coldca sign client "keys/client.$user.csr" "--user=$user" \
		    --yes --overwrite "--out=out.$user" >/dev/null 2>&1 || status=$?
		echo "$status" >"$user.status"
	) &
	writers="$writers $!"
done
# shellcheck disable=SC2086 # words
wait $writers
holds 'every status is 0 or 7' sh -c '! grep -Evx "0|7" ./*.status | grep .'
holds 'somebody signed' grep -qx 0 a.status b.status c.status d.status
ok coldca ledger verify
finish
