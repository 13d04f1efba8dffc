#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A batch that is larger than what is held in memory: everything is as it is for
# a small one, and memory does not grow with it. It is stopped in the middle by
# Ctrl-C, without a loss, and goes on with the rest.

. "$(dirname "$0")/lib.sh"
need openssl jq expect
: "${FAULT_MODULE:?the module that makes things happen}"
: "${MAKE_CSRS:?the program that makes many requests}"
: "${MEASURE:?the program that says how much memory a command takes}"
make_token ca
mkdir csr
ok "$MAKE_CSRS" 60 csr
csrs=$(find csr -name '*.csr' | sort | paste -sd' ' -)
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -new -key key.pem -config /dev/null -subj /CN=root -out root.csr
echo nothing >broken.csr
# The first one's key under another name.
openssl ecparam -name prime256v1 -genkey -noout -out twin.pem
for user in twin1 twin2; do
	openssl req -new -key twin.pem -config /dev/null -subj "/CN=$user" \
	    -out "$user.csr"
done
make_ca

# The good ones are signed, in order; the bad ones refused, each for its reason.
# shellcheck disable=SC2086 # a list of words
ran with_pin coldca sign client broken.csr $csrs root.csr twin1.csr twin2.csr \
    --names-from-request --yes --out=large
is 'the status of the first refusal' 3 "$status"
warns 'broken\.csr'
warns 'root\.csr'
warns 'twin1\.csr.*twin2\.csr has it too'
warns 'twin2\.csr.*twin1\.csr has it too'
warns '60 signed, 4 refused'
is 'bundles' 60 "$(bundles large | wc -w)"
is 'what is printed is in order' \
    "$(echo "$csrs" | tr ' ' '\n' | sed 's|csr/\(.*\)\.csr|large/client-\1|')" \
    "$(grep -v response- out)"
ok coldca ledger verify
is 'serials' 61 "$(serials)"
for bundle in large/client-*; do
	openssl verify -x509_strict -purpose sslclient -CAfile "$ca_crt" \
	    "$bundle"/client.*.crt >verified 2>&1 || cat verified
done >failed.verify
is 'certificates that do not verify' '' "$(cat failed.verify)"
is 'nothing hidden is left' '' "$(find large .coldca -name '.coldca-*')"

# JSON says the same of each as in a small batch.
# shellcheck disable=SC2086 # a list of words
ran with_pin coldca sign client $csrs root.csr --names-from-request --yes \
    --json --out=json
is 'the status' 4 "$status"
cp out large.json
is 'objects' 61 "$(jq length large.json)"
is 'signed' 60 "$(jq '[.[] | select(.status == "signed")] | length' large.json)"
set -- csr/*.csr
ok with_pin coldca sign client "$1" --names-from-request --yes --json --out=one
shape='[.[] | select(.status == "signed")] | first | keys | join(" ")'
is 'the keys of an object' "$(jq -r "$shape" out)" "$(jq -r "$shape" large.json)"
is 'bundles are named' 60 "$(jq -r '.[].bundle // empty' large.json | sort -u | wc -l)"
is 'the last certificates are told' 60 \
    "$(jq '[.[] | select(.last.same_key == true)] | length' large.json)"

# None of it waits in memory: five times as many take hardly more. A sanitizer
# keeps what is freed.
mkdir many
ok "$MAKE_CSRS" 1500 many
ok coldca init --mode=test "--module=$module" --ca-dir=many.ca
ok with_pin coldca create-ca '--ca-key=pkcs11:token=ca;object=many' \
    --ca-dir=many.ca --certs-dir=many-certs
# peak COUNT: KiB that it takes to sign that many, into COUNT.json
peak() {
	# shellcheck disable=SC2046 # a list of words
	with_pin "$MEASURE" peak "$COLDCA" sign client \
	    $(find many -name '*.csr' | sort | head -n "$1") --ca-dir=many.ca \
	    --names-from-request --yes --quiet --json "--out=$1" \
	    >"$1.json" 2>err && cut -d' ' -f3 peak
}
few=$(peak 300) all=$(peak 1500)
is 'objects of many, in order' "$(find many -name '*.csr' | sort)" \
    "$(jq -r '.[] | select(.status == "signed") | .request' 1500.json)"
is 'those that had one before' 300 "$(jq '[.[] | select(.last)] | length' 1500.json)"
is 'which is told as it was' "$(jq -r '.[].serial' 300.json)" \
    "$(jq -r '.[].last.serial // empty' 1500.json)"
grep -q __asan_init "$COLDCA" ||
    holds "$all KiB for 1500, $few KiB for 300" \
	[ $((all * 100)) -lt $((few * 125)) ]

# On a terminal there is a line that tells how far it is, and Ctrl-C stops it
# after what the token has: nothing is open, and the rest can be signed.
plan() {
	printf '%s\n' "module $module" "$@" >plan
}
export P11_FAULT_PLAN="$work/plan" COLDCA_DIR="$work/slow"
plan
ok coldca init --mode=test "--module=$FAULT_MODULE"
ok with_pin coldca create-ca '--ca-key=pkcs11:token=ca;object=slow' \
    --certs-dir=slow-certs
plan 'delay C_Sign * 100'
cat >stop.exp <<'EXPECT'
set timeout 120
log_file -noappend screen
spawn -noecho sh -c "exec \"\$@\" 3<pin" - {*}$argv
expect {
	-re {signed \[#* *\] [1-9][0-9]* of 60} {}
	timeout { exit 99 }
	eof { exit 97 }
}
send -- "\003"
expect {
	timeout { exit 99 }
	eof
}
exit [lindex [wait] 3]
EXPECT
status=0
# shellcheck disable=SC2086 # a list of words
expect -f stop.exp "$COLDCA" sign client $csrs --names-from-request --yes \
    --sessions=2 --pin-fd=3 --out=stopped >expect.log 2>&1 || status=$?
is 'the status of a batch that was stopped' 4 "$status"
made=$(bundles stopped | wc -w)
holds "stopped after $made, more than none" [ "$made" -gt 0 ]
holds "stopped after $made, less than all" [ "$made" -lt 60 ]
holds 'it says how many' grep -q "stopped by a signal after $made of 60" screen
holds 'and what to do' grep -q "$((60 - made)) are not signed: run the command again with these" screen
lacks 'a token that is gone' grep -q 'once the token is back' screen
ok coldca ledger verify
is 'nothing is open' '' "$(coldca ledger list --json --state=pending 2>err |
    jq -r '.[].name')"
is 'what was begun is finished' "$made" "$(coldca ledger list --json \
    --state=issued 2>err | jq '[.[] | select(.profile == "client")] | length')"
holds 'the new head is shown' grep -q 'ledger head: entry' screen
ok coldca ledger head --json
is 'the head is signed: but for its own entry' 1 "$(jq '.entry - .signed_entry' out)"
plan
# shellcheck disable=SC2086 # a list of words
ran with_pin coldca sign client $csrs --names-from-request --yes --quiet \
    --out=stopped
is 'the status where some are there already' 8 "$status"
is 'bundles in the end' 60 "$(bundles stopped | wc -w)"

# Stopped by a signal or left by the token, it is JSON all the same, and says of
# each request what became of it.
# told OUT: of how many it says that they are signed, and of how many not
told() {
	is "requests of $1" "$(echo "$csrs" | tr ' ' '\n')" "$(jq -r '.[].request' out)"
	is "signed into $1" "$(bundles "$1" | wc -w)" \
	    "$(jq '[.[] | select(.status == "signed" and .serial != null and
	    (.bundle | startswith("'"$1"'/")))] | length' out)"
	is "not signed into $1" $((60 - $(bundles "$1" | wc -w))) \
	    "$(jq '[.[] | select(.status == "not signed" and .serial == null and
	    .bundle == null and .last.same_key)] | length' out)"
	holds "$1: some were signed" [ "$(bundles "$1" | wc -w)" -gt 0 ]
	holds "$1: and some not" [ "$(bundles "$1" | wc -w)" -lt 60 ]
}
plan 'fail C_Sign 40 CKR_DEVICE_REMOVED'
# shellcheck disable=SC2086 # a list of words
refused 5 CKR_DEVICE_REMOVED with_pin coldca sign client $csrs \
    --names-from-request --yes --json --out=lost
warns 'run the command again with these, once the token is back'
told lost
plan 'delay C_Sign * 100'
# shellcheck disable=SC2086 # a list of words
"$COLDCA" sign client $csrs --names-from-request --yes --json --sessions=2 \
    --pin-fd=3 --out=ended 3<pin >out 2>err &
pid=$!
for _ in $(seq 300); do
	[ -d ended ] && [ "$(bundles ended)" != '' ] && break
	sleep 0.1
done
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
is 'the status of a batch that was ended' 4 "$status"
warns 'stopped by a signal after [1-9][0-9]* of 60'
told ended
plan

# Piped, there is no such line.
lacks 'a progress line in a file' grep -q 'signed \[' err
finish
