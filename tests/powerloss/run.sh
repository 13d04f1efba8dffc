#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh [STEP [RANDOM]]
#
# The sessions of a CA and of a host are recorded, and the power is cut at every
# moment of each. Whatever may be on the disk then, the ledger verifies and goes
# on from what it was, nothing is visible half, no certificate is anywhere that
# the ledger has not issued, and what was said to be done is done; README.md
# says it in full. Of some of these states the same command is run again, which
# then completes. STEP 1 judges every state that is different; without it a
# part of them is taken. RANDOM is how many random sets of operations are taken
# for each cut: 16.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
step=${1:-4}
random=${2:-16}
# Which of those that are judged are run on; a command takes some time.
every=$((step == 1 ? 12 : step < 24 ? 48 / step : 1))
users='a b c d e f'
make_token ca
# shellcheck disable=SC2086 # a list of words
make_requests $users

sign() {
	# shellcheck disable=SC2086 # a list of words
	"$COLDCA" sign client $csrs --names-from-request --yes --pin-fd=3 "$@"
}

# A ledger of an older format becomes one of today's.
ok coldca init --mode=test "--module=$module" --ca-dir=old
cp "$here/../vectors/ledger/format-2.db" old/ledger.db
mv old disk/ca
record upgrade "$COLDCA" revoke --user=maxroach --reason=superseded --yes \
    "--confirm-date=$(date -u +%F)"
rm -r disk/ca

record init "$COLDCA" init --mode=test "--module=$module"
record create-ca "$COLDCA" create-ca "--certs-dir=$work/disk/certs" \
    '--ca-key=pkcs11:token=ca;object=cluster-ca' --pin-fd=3
record sign sign "--out=$work/disk/out"
record overwrite sign "--out=$work/disk/out" --overwrite
# So many that their bundles are had on disk by syncfs().
six=$csrs
make_requests g h i j k l m n o
record many sign "--out=$work/disk/out"
csrs=$six
ok coldca revoke --user=a --reason=superseded --yes
record create-crl "$COLDCA" create-crl "--out=$work/disk/out" --pin-fd=3
record create-ocsp "$COLDCA" create-ocsp "--out=$work/disk/out" --pin-fd=3
record pair "$COLDCA" create-client x "--certs-dir=$work/disk/certs" --pin-fd=3
record pair-again "$COLDCA" create-client x "--certs-dir=$work/disk/certs" \
    --overwrite --pin-fd=3
record request "$COLDCA" request client z "--certs-dir=$work/disk/host"
record request-again "$COLDCA" request client z --new-key \
    "--certs-dir=$work/disk/host"
ok with_pin coldca sign client disk/host/pending/client.z.csr --user=z --yes \
    --out=bundles
record install "$COLDCA" install bundles/client-z \
    "--certs-dir=$work/disk/host"
[ "$failures" -eq 0 ] || finish

options() {
	case $1 in
	create-ocsp) echo --filled=out/ocsp ;;
	request-again) echo --filled=host/pending ;;
	install) echo --whole=host ;;
	esac
}

complain() {
	echo "$name: state $(basename "$state"): $*" >>"$name.failed"
}

# completes WHAT COMMAND...: it does, on the disk of this state.
completes() {
	what=$1
	shift
	"$@" 3<"$work/pin" >"$state.out" 2>&1 ||
	    complain "$what: $(cat "$state.out")"
}

verifies() {
	completes verify "$COLDCA" ledger verify "--ca-dir=$state/ca"
}

# same_key KEY CERTIFICATE
same_key() {
	[ "$(openssl pkey -in "$1" -pubout)" = \
	    "$(openssl x509 -in "$2" -noout -pubkey)" ] ||
	    complain "$1 is not the key of $2"
}

again_init() {
	if [ -e "$state/ca/ledger.db" ]; then
		verifies
		return
	fi
	set -- "$COLDCA" init --mode=test "--module=$module" "--ca-dir=$state/ca"
	if [ -n "$(ls -A "$state/ca" 2>/dev/null)" ]; then
		! "$@" >"$state.out" 2>&1 || complain 'init of what is not empty'
		grep -q 'hint: no ledger is in it: remove' "$state.out" ||
		    complain "init: $(cat "$state.out")"
		rm -rf "$state/ca"
	fi
	completes init "$@"
}

again_upgrade() {
	"$COLDCA" revoke --user=maxroach --reason=superseded --yes \
	    "--confirm-date=$(date -u +%F)" "--ca-dir=$state/ca" \
	    >"$state.out" 2>&1 || grep -q 'revoked' "$state.out" ||
	    complain "revoke: $(cat "$state.out")"
	verifies
}

# The key may be on the token already, and the ledger may know the certificate.
again_create_ca() {
	if "$COLDCA" export-ca "--ca-dir=$state/ca" >"$state.out" 2>&1; then
		grep -q 'BEGIN CERTIFICATE' "$state.out" ||
		    complain "export-ca: $(cat "$state.out")"
	else
		completes create-ca "$COLDCA" create-ca "--ca-dir=$state/ca" \
		    "--certs-dir=$state/certs" --pin-fd=3 --allow-ca-key-reuse \
		    '--ca-key=pkcs11:token=ca;object=cluster-ca'
	fi
	verifies
}

again_sign() {
	completes sign sign "--ca-dir=$state/ca" "--out=$state/out" --overwrite
	bundles=$(find "$state/out" -mindepth 1 -maxdepth 1 -name 'client-[a-f]' \
	    -printf '%f\n' | sort | paste -sd' ' -)
	[ "$bundles" = 'client-a client-b client-c client-d client-e client-f' ] ||
	    complain "not six bundles: $bundles"
	for user in $users; do
		same_key "keys/client.$user.key" \
		    "$state/out/client-$user/client.$user.crt"
	done
	verifies
}

again_create_crl() {
	completes create-crl "$COLDCA" create-crl --overwrite --pin-fd=3 \
	    "--ca-dir=$state/ca" "--out=$state/out"
	verifies
}

again_create_ocsp() {
	completes create-ocsp "$COLDCA" create-ocsp --overwrite --pin-fd=3 \
	    "--ca-dir=$state/ca" "--out=$state/out"
	verifies
}

again_pair() {
	completes create-client "$COLDCA" create-client x --overwrite \
	    --pin-fd=3 "--ca-dir=$state/ca" "--certs-dir=$state/certs"
	same_key "$state/certs/client.x.key" "$state/certs/client.x.crt"
	verifies
}

again_install() {
	completes install "$COLDCA" install bundles/client-z \
	    "--certs-dir=$state/host"
	same_key "$state/host/client.z.key" "$state/host/client.z.crt"
}

again() {
	case $name in
	upgrade) again_upgrade ;;
	init) again_init ;;
	create-ca) again_create_ca ;;
	sign | overwrite | many) again_sign ;;
	create-crl) again_create_crl ;;
	create-ocsp) again_create_ocsp ;;
	pair | pair-again) again_pair ;;
	install) again_install ;;
	*) ;;
	esac
}

# try NAME: judges the session, and runs it again on some of what is left
try() {
	name=$1
	: >"$name.failed"
	mkdir "$name.kept"
	# shellcheck disable=SC2046 # options
	replay "$name" "--step=$step" "--random=$random" "--keep=$work/$name.kept" \
	    "--every=$every" $(options "$name") >"$name.judged" 2>&1 ||
	    cat "$name.judged" >>"$name.failed"
	for state in "$work/$name.kept"/*; do
		[ -d "$state" ] || continue
		again
	done
	echo "$name: $(tail -1 "$name.judged"), run again on $(find \
	    "$name.kept" -mindepth 1 -maxdepth 1 -type d | wc -l)"
}

began=$(date +%s)
for name in upgrade init sign many create-crl pair request install; do try $name; done &
for name in create-ca overwrite create-ocsp pair-again request-again; do
	try $name
done
wait
cat ./*.failed
failures=$((failures + $(cat ./*.failed | wc -l)))
cat ./*.judged | awk -v seconds="$(($(date +%s) - began))" '
{ cuts += $3; cases += $5; different += $7; judged += $9; violations += $11 }
END {
	printf "%d cuts, %d cases, %d different, %d judged: %d violations, in %d seconds\n",
	    cuts, cases, different, judged, violations, seconds
}'
finish
