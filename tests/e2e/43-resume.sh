#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `sign` is killed while the token signs, and while bundles are written. What it
# left open is signed as it was recorded, with --resume; or it is burned, because
# it is too old or policy changed, and then it can be revoked all the same.

. "$(dirname "$0")/lib.sh"
need openssl jq strace faketime expect
strace -qq -o trace -e trace=none true 2>err || {
	echo "skipped: strace can not trace here"
	exit 77
}
make_token ca
make_ca
csrs=''
for user in a b c; do
	ok coldca request client "$user" "--certs-dir=$work/keys"
	csrs="$csrs $work/keys/client.$user.csr"
done
cp -R .coldca before
cp -R tokens tokens.before

# fresh STATE: the CA directory is STATE again, and so is the token.
fresh() {
	rm -rf .coldca tokens
	cp -R "$1" .coldca
	cp -R tokens.before tokens
}

# sign OUT COMMAND...: signs the three requests, with COMMAND in front
sign() {
	out=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	with_pin "$@" "$COLDCA" sign client $csrs --names-from-request --yes \
	    --quiet --sessions=1 "--out=$out"
}

# traced OPTION...: strace, under which LeakSanitizer can not run
traced() {
	env "ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq "$@"
}

# killed CALL NUMBER OUT OPTION...: `sign` is killed at its call with that number,
# of those that strace sees with these options.
killed() {
	call=$1 number=$2 out=$3
	shift 3
	ran sign "$out" traced -o /dev/null -e "trace=$call" \
	    -e "inject=$call:signal=KILL:when=$number" "$@"
	is "killed at $call $number" 137 "$status"
}

# in_state STATE: names in the ledger that are in it
in_state() {
	coldca ledger list --json "--state=$1" 2>/dev/null |
	    jq -r '.[] | select(.profile == "client") | .name' | paste -sd' ' -
}

resume() {
	with_pin "$@" "$COLDCA" sign --resume --yes
}

# The last commits of a run reserve, issue, and sign the head. It is killed
# before the second of them, with the signatures made.
ok sign quiet traced -o trace -e trace=fdatasync -P "$PWD/.coldca/ledger.db"
commits=$(grep -c 'fdatasync(' trace)
[ "$commits" -ge 3 ] || failed "only $commits commits" "$(cat trace)"
fresh before
killed fdatasync "$((commits - 1))" outbox -P "$PWD/.coldca/ledger.db"
is 'open after the kill' 'client-a client-b client-c' "$(in_state pending)"
cp -R .coldca open
coldca ledger list --json --state=pending 2>/dev/null |
    jq -r '.[].serial' >serials

echo "# It is shown, and asked for"
refused 2 '--yes signs without asking' setsid -w "$COLDCA" sign --resume
cat >ask.exp <<-'END'
	set timeout 30
	spawn $env(COLDCA) sign --resume
	expect {
		"sign 3 of them as O=Cockroach,CN=Cockroach CA with token `ca` " { send "no\r" }
		timeout { exit 9 }
	}
	expect eof
	exit [lindex [wait] 3]
END
export COLDCA
ran expect ask.exp
is 'status of a no' 4 "$status"
says 'client-b.*is signed, as recorded'
is 'still open after a no' 'client-a client-b client-c' "$(in_state pending)"
refused 2 'takes no PROFILE and no CSR' coldca sign --resume client
refused 2 '--user: does not go with --resume' coldca sign --resume --user=a
refused 2 'sign: needs PROFILE' coldca sign --yes

echo "# What stands is signed, and is what was recorded"
ok resume env
says '^\./outbox/client-a$'
warns '3 signed, 0 burned'
is 'issued' 'client-a client-b client-c' "$(in_state issued)"
is 'bundles' 'client-a client-b client-c' "$(bundles outbox)"
coldca ledger list --json --state=issued 2>/dev/null |
    jq -r '.[] | select(.profile == "client") | .serial' >signed
holds 'the serials are the same' cmp serials signed
for user in a b c; do
	openssl x509 -in "outbox/client-$user/client.$user.crt" -noout -serial |
	    sed 's/serial=//' | tr 'A-F' 'a-f'
done >written
holds 'and so they are in the bundles' cmp serials written
ok openssl verify -CAfile "$ca_crt" outbox/client-b/client.b.crt
ok coldca ledger verify
ok resume env
warns 'nothing is open'

echo "# A day later it is not, and can be revoked all the same"
fresh open
rm -rf outbox
refused 4 'client-a: serial .* is burned: it was reserved more than 24 hours' \
    resume faketime -f +25h
is 'burned' 'client-a client-b client-c' "$(in_state burned)"
[ ! -e outbox ] || failed "there is $(bundles outbox)"
serial=$(head -n 1 serials)
ok faketime -f +25h "$COLDCA" ledger show "$serial"
says 'burned.*left pending by an earlier run: it was reserved more than 24'
ok faketime -f +25h "$COLDCA" revoke "$serial" --reason=superseded --yes
ok faketime -f +25h "$COLDCA" ledger list --state=revoked
says "^$serial +burned, revoked +client"
ok faketime -f +25h "$COLDCA" ledger list --state=revoked --json
is 'found among the revoked' "$serial superseded burned null" \
    "$(jq -r '.[] | "\(.serial) \(.reason) \(.state) \(.certificate)"' out)"
is 'and among the burned' 3 "$(in_state burned | wc -w)"
ok faketime -f +25h "$COLDCA" ledger export --format=openssl-index
is 'and in the index' 1 "$(grep -c "^R.*,superseded	$(echo "$serial" |
    tr a-f A-F)	unknown	/O=Cockroach/CN=[abc]$" out)"
refused 4 'is revoked already' \
    faketime -f +25h "$COLDCA" revoke "$serial" --reason=superseded --yes
ok with_pin faketime -f +25h "$COLDCA" create-crl
openssl crl -in outbox/ca.crl -noout -text >crl.txt
holds 'the CRL has it' grep -iq "Serial Number: $serial" crl.txt
holds 'and its reason' grep -q Superseded crl.txt
is 'entries of the CRL' 1 "$(grep -c 'Serial Number' crl.txt)"
ok with_pin faketime -f +25h "$COLDCA" create-ocsp --json
is 'OCSP responses' "$serial" "$(bundles outbox/ocsp)"
ok openssl ocsp -respin "outbox/ocsp/$serial" -noverify -resp_text
says 'Cert Status: revoked'
says 'Revocation Reason: superseded'
ok faketime -f +25h "$COLDCA" ledger verify

echo "# Nor by another policy"
fresh open
rm -rf outbox
awk '/^profiles:/ { profiles = 1 }
/^  [a-z-]+:/ { client = profiles && /client:/ && !/tenant/ }
client && /^    users:/ { print "    users: [a, b]"; next } { print }' \
    .coldca/policy.yaml >policy.new
cat policy.new >.coldca/policy.yaml
refused 4 'client-c: serial .* is burned: .*policy' resume env
is 'signed under the new policy' 'client-a client-b' "$(in_state issued)"
is 'bundles of those' 'client-a client-b' "$(bundles outbox)"
ok coldca ledger verify

echo "# A bundle in the way burns nothing"
fresh open
rm -rf outbox
mkdir -p outbox/client-b
refused 8 'outbox/client-b: is there already' resume env
is 'still open' 'client-a client-b client-c' "$(in_state pending)"
ok with_pin "$COLDCA" sign --resume --yes --overwrite --json
is 'as JSON' 'signed ./outbox/client-a' \
    "$(jq -r '.[0] | .status + " " + .bundle' out)"

echo "# Without --resume it is said, and burned"
fresh open
rm -rf outbox
ok sign outbox env
warns '3 certificates are open since .*this run burns them'
warns 'coldca sign --resume'
is 'burned' 'client-a client-b client-c' "$(in_state burned)"

echo "# Killed among the bundles: they are written again"
fresh before
rm -rf outbox
killed renameat2 2 outbox
is 'issued all the same' 'client-a client-b client-c' "$(in_state issued)"
holds 'one half made' ls -d outbox/.coldca-*
ok resume env
warns 'removed 2 folders that an interrupted run left half made'
warns '2 bundles written again'
is 'bundles' 'client-a client-b client-c' "$(bundles outbox)"
is 'files in them' 6 "$(find outbox -name '*.crt' | wc -l)"
holds 'the certificate is the ledger'\''s' cmp outbox/client-c/ca.crt "$ca_crt"
ok openssl verify -CAfile "$ca_crt" outbox/client-c/client.c.crt
ok resume env
warns 'nothing is open'

echo "# Another CA's are left to a run of its own"
fresh open
rm -rf outbox
ok with_pin coldca create-client-ca --certs-dir=certs2 \
    '--ca-key=pkcs11:token=ca;object=client-ca'
is 'a new CA burns what is open' '' "$(in_state pending)"
fresh open
ok with_pin coldca sign --resume --yes --ca=ui
warns '0 signed, 0 burned, 3 left open'
is 'left open' 'client-a client-b client-c' "$(in_state pending)"
finish
