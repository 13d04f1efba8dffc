#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is revoked is refused by OpenSSL, GnuTLS, NSS and PostgreSQL, and what
# is not goes on.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-postgres.sh"
need_postgres
need openssl certtool certutil crlutil jq faketime expect
make_token ca
make_ca

# issue USER: client.USER with its key in USER/
issue() {
	ok coldca request client "$1" "--certs-dir=$1"
	ok with_pin coldca sign client "$1/client.$1.csr" "--user=$1" --yes \
	    --overwrite
	ok coldca install "outbox/client-$1" "--certs-dir=$1" --overwrite
}

# serial FILE: as the ledger writes it
serial() {
	openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f
}

# crl FIELD: one line about the CRL
crl() {
	openssl crl -in outbox/ca.crl -noout "$@"
}

ok coldca request node localhost 127.0.0.1 --certs-dir=node
ok with_pin coldca sign node node/node.csr --host localhost --host 127.0.0.1 --yes
ok coldca install outbox/node-localhost --certs-dir=node
issue maxroach
issue other
issue third
maxroach=$(serial maxroach/client.maxroach.crt)

# Before the first CRL: what is not revoked, and how nothing is.
refused 2 '^coldca: error: --reason: needed$' coldca revoke "$maxroach" --yes
refused 2 'which certificate is not said' coldca revoke --reason=superseded --yes
refused 2 'certificateHold: a revocation is final' coldca revoke "$maxroach" --reason=certificateHold --yes
refused 2 'not a reason of RFC 5280' coldca revoke "$maxroach" --reason=stolen --yes
refused 3 'not one of this CA' coldca revoke 12345 --reason=superseded --yes
refused 4 'the ledger does not know it' coldca revoke 4000000000000000000000000000000f --reason=superseded --yes
refused 4 'coldca compromise ends a CA' coldca revoke "$(serial "$ca_crt")" --reason=superseded --yes
refused 4 'of its bundle nothing is issued' coldca revoke --user=nobody --reason=superseded --yes
refused 2 '--yes revokes without asking' setsid "$COLDCA" revoke "$maxroach" --reason=superseded
ok with_pin coldca create-crl
is 'the number of the first CRL' 0x01 "$(crl -crlnumber | sed 's/.*=//')"
holds 'the first CRL is empty' sh -c 'openssl crl -in outbox/ca.crl -noout -text | grep -q "No Revoked Certificates"'
refused 8 'ca.crl: is there already' with_pin coldca create-crl

# One by its serial, asked for on a terminal; the other by its name.
cat >answer.exp <<'EXP'
set timeout 30
spawn $env(COLDCA) revoke [lindex $argv 0] --reason=keyCompromise
expect "for ever, for keyCompromise?"
expect "Type yes to go on: "
send "[lindex $argv 1]\r"
expect eof
exit [lindex [wait] 3]
EXP
ran expect answer.exp "$maxroach" no
is 'the status of no' 4 "$status"
is 'how many are revoked' 0 "$(coldca ledger list --state=revoked --json 2>/dev/null | jq length)"
# As OpenSSL prints it: with colons, in capitals.
colons=$(echo "$maxroach" | tr a-f A-F | sed 's/../&:/g; s/:$//')
ok expect answer.exp "$colons" yes
says 'client-maxroach'
refused 4 "is revoked already, since 20..-..-..T..:..:..Z, for keyCompromise" \
    coldca revoke "$maxroach" --reason=superseded --yes
ok coldca revoke --user=third --reason=cessationOfOperation --yes --json
is 'the JSON of a revocation' client-third "$(jq -r '.certificates[0].name' out)"
is 'the state' revoked "$(coldca ledger list --name=client-third --json 2>/dev/null | jq -r '.[0].state')"
is 'the reason' cessationOfOperation "$(coldca ledger list --state=revoked --name=client-third --json 2>/dev/null | jq -r '.[0].reason')"
ok coldca ledger list --state=revoked
says 'revoked +client +client-third'

ok with_pin coldca create-crl --overwrite --json
is 'how many the CRL holds' 2 "$(jq .revoked out)"
is 'its number' 2 "$(jq .number out)"
ok coldca ledger verify

# The form: RFC 5280 section 5.
openssl crl -in outbox/ca.crl -noout -text >crl.txt
holds 'version 2' grep -q 'Version 2' crl.txt
holds 'the reason' grep -q 'Key Compromise' crl.txt
is 'the key identifier' \
    "$(openssl x509 -in "$ca_crt" -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' ')" \
    "$(grep -A1 'Authority Key Identifier' crl.txt | tail -n 1 | tr -d ' ')"
holds 'the issuer is the CA, byte for byte' sh -c '
	openssl x509 -in '"$ca_crt"' -noout -subject_hash >a
	openssl crl -in outbox/ca.crl -noout -hash >b
	cmp a b'
lacks 'an issuing distribution point' grep -q 'Issuing' crl.txt

# Three judges.
ok openssl verify -CAfile "$ca_crt" -CRLfile outbox/ca.crl -crl_check -x509_strict other/client.other.crt
refused 2 'certificate revoked' openssl verify -CAfile "$ca_crt" -CRLfile outbox/ca.crl -crl_check -x509_strict maxroach/client.maxroach.crt
ok certtool --verify-crl --load-ca-certificate "$ca_crt" --infile outbox/ca.crl
says 'Verified|verified'
ok certtool --verify --load-ca-certificate "$ca_crt" --load-crl outbox/ca.crl --infile other/client.other.crt
ran certtool --verify --load-ca-certificate "$ca_crt" --load-crl outbox/ca.crl --infile maxroach/client.maxroach.crt
is 'the status of a revoked one' 1 "$status"
says 'revoked'
mkdir nss
ok certutil -N -d sql:nss --empty-password
ok certutil -A -d sql:nss -n ca -t CT,C,C -a -i "$ca_crt"
ok crlutil -I -d sql:nss -i outbox/ca.crl.der
ok crlutil -L -d sql:nss -n ca
says "$(echo "$colons" | tr A-F a-f)"
ok certutil -A -d sql:nss -n maxroach -t ,, -a -i maxroach/client.maxroach.crt
ran certutil -V -d sql:nss -n maxroach -u C
says 'revoked'
ok certutil -A -d sql:nss -n other -t ,, -a -i other/client.other.crt
ok certutil -V -d sql:nss -n other -u C

# PostgreSQL.
server=$work/server
make_postgres "$server"
cp node/node.crt node/node.key node/ca.crt outbox/ca.crl "$server"
to_server "$server"
set_tls "$server" "ca_file=$server/ca.crt" "crl_file=$server/ca.crl" \
    "cert_file=$server/node.crt" "key_file=$server/node.key"
start_postgres "$server"
ok as_admin "$server" -c 'CREATE ROLE maxroach LOGIN' -c 'CREATE ROLE other LOGIN'
log_in() {
	as_user "$server" "$work/node/ca.crt" "$work/$1/client.$1" "$1"
}
ok log_in other
is 'who logged in' other "$(cat out)"
refused 2 'certificate revoked' log_in maxroach

# A new certificate for a user whose old one is revoked.
rm -r maxroach
issue maxroach
ok log_in maxroach

# After a rotation both keys' CRLs are in the file: the old one's leaves are
# neither let in nor locked out.
ok with_pin coldca create-ca --overwrite --certs-dir=.coldca.certs \
    '--ca-key=pkcs11:token=ca;object=second-ca'
ok with_pin coldca create-crl --overwrite
is 'how many CRLs are in the file' 2 "$(grep -c 'BEGIN X509 CRL' outbox/ca.crl)"
is 'the number under the new key' 0x01 "$(crl -crlnumber | sed 's/.*=//')"
ok openssl verify -CAfile "$ca_crt" -CRLfile outbox/ca.crl -crl_check other/client.other.crt
refused 2 'certificate revoked' openssl verify -CAfile "$ca_crt" -CRLfile outbox/ca.crl -crl_check third/client.third.crt
# Two CRLs in one file may leave.
ok coldca exit-gate outbox
ok with_pin coldca create-crl --overwrite '--ca-key=pkcs11:token=ca;object=cluster-ca'
is 'the number under the old key' 0x03 "$(crl -crlnumber | sed 's/.*=//')"

# The end of the CA is the end of the CRL.
ok with_pin coldca create-crl --overwrite --lifetime=200000h
warns 'nextUpdate is the end of the CA certificate'
is 'nextUpdate' "$(openssl x509 -in "$ca_crt" -noout -enddate | sed 's/.*=//')" \
    "$(crl -nextupdate | sed 's/.*=//')"
refused 4 'which is before .*, the last entry of the ledger' with_pin faketime -f -2d "$COLDCA" create-crl --overwrite
ok coldca ledger verify
finish
