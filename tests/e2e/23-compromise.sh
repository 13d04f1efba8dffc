#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A CA is given up, with its token and without; and a machine that loses its
# power between the ledger and the file.

. "$(dirname "$0")/lib.sh"
need openssl jq expect strace
make_token ca
make_ca

issue() {	# issue USER CA-DIR
	ok coldca request client "$1" "--certs-dir=$1"
	ok with_pin coldca sign client "$1/client.$1.csr" "--user=$1" --yes \
	    "--ca-dir=$2" "--out=$1.outbox"
}

crl_number() {
	openssl crl -in "$1" -noout -crlnumber | sed 's/.*=0x0*//'
}

issue one .coldca
issue two .coldca
ok with_pin coldca create-crl

# Killed before the file has its name: nothing is lost, the number goes on.
ran with_pin strace -f -qq -e trace=rename,renameat,renameat2 \
    -e inject=rename,renameat,renameat2:signal=KILL:when=1 \
    "$COLDCA" create-crl --overwrite
is 'the status of a killed one' 137 "$status"
is 'the CRL that is there' 1 "$(crl_number outbox/ca.crl)"
ok coldca ledger verify
ok with_pin coldca create-crl --overwrite
is 'the number after that' 3 "$(crl_number outbox/ca.crl)"

# Not by mistake.
refused 2 '^coldca: error: --reason: needed$' with_pin coldca compromise --overwrite
refused 4 'it is the cluster CA that would be given up' with_pin coldca compromise --overwrite --reason=keyCompromise --confirm=ui
refused 2 '--confirm=cluster goes on without asking' with_pin setsid "$COLDCA" compromise --overwrite --reason=keyCompromise
refused 8 'ca.crl: is there already' with_pin coldca compromise --reason=keyCompromise --confirm=cluster
refused 3 'serial 1234: not one of this CA' with_pin coldca compromise 1234 --overwrite --reason=keyCompromise --confirm=cluster
refused 5 'nothing was revoked; --without-crl' with_pin coldca compromise --overwrite \
    --reason=keyCompromise --confirm=cluster '--ca-key=pkcs11:token=lost;object=cluster-ca'
is 'how many are revoked' 0 "$(coldca ledger list --state=revoked --json 2>/dev/null | jq length)"

cat >answer.exp <<'EXP'
set timeout 60
spawn -noecho sh -c "exec \"$env(COLDCA)\" compromise --overwrite --reason=keyCompromise --pin-fd=3 3<pin"
expect "Type the name of the CA to go on: "
send "[lindex $argv 0]\r"
expect eof
exit [lindex [wait] 3]
EXP
ran expect answer.exp yes
is 'the status of yes' 4 "$status"
says 'not confirmed'
ok expect answer.exp cluster
says 'revokes +2 of 2 live certificates'
says 'last CRL +valid until'
says 'What to do now'
says '2[.] replace the CA by one with another key.*coldca rotate-ca begin --ca=cluster'
is 'how many are revoked, with the CA' 3 "$(coldca ledger list --state=revoked --json 2>/dev/null | jq length)"
is 'why' cACompromise "$(coldca ledger list --state=revoked --json 2>/dev/null | jq -r '[.[].reason] | unique[]')"
is 'the last CRL' 4 "$(crl_number outbox/ca.crl)"
is 'it lasts as long as the CA' "$(openssl x509 -in "$ca_crt" -noout -enddate | sed 's/.*=//')" \
    "$(openssl crl -in outbox/ca.crl -noout -nextupdate | sed 's/.*=//')"
refused 2 'certificate revoked' openssl verify -CAfile "$ca_crt" -CRLfile outbox/ca.crl -crl_check one.outbox/client-one/client.one.crt
ok coldca ledger verify

# Its key never signs a certificate again; a CRL it does.
ok coldca request client three --certs-dir=three
refused 4 'was given up as compromised' with_pin coldca sign client three/client.three.csr --user=three --yes --out=three.outbox
refused 4 'was given up as compromised' with_pin coldca compromise --overwrite --reason=keyCompromise --confirm=cluster
refused 4 'was given up as compromised' with_pin coldca create-ca --overwrite --allow-ca-key-reuse \
    --certs-dir=.coldca.certs '--ca-key=pkcs11:token=ca;object=cluster-ca'
ok with_pin coldca create-crl --overwrite
is 'it still lasts as long as the CA' "$(openssl x509 -in "$ca_crt" -noout -enddate | sed 's/.*=//')" \
    "$(openssl crl -in outbox/ca.crl -noout -nextupdate | sed 's/.*=//')"

# The way out: another key.
ok with_pin coldca create-ca --overwrite --certs-dir=.coldca.certs \
    '--ca-key=pkcs11:token=ca;object=new-ca'
ok with_pin coldca sign client three/client.three.csr --user=three --yes --out=three.outbox
ok openssl verify -CAfile "$ca_crt" three.outbox/client-three/client.three.crt
ok coldca ledger verify

# What was made without a plan is brought through by one, and the old CA dropped.
new=$(openssl x509 -in "$ca_crt" -noout -serial | sed 's/.*=//' | tr A-F a-f)
ok coldca rotate-ca begin "--to=$new" --out=late
is 'the hosts' 'client-one client-three client-two' "$(names late/rotate-1)"
ok coldca rotate-ca delivered --all
ok with_pin coldca rotate-ca next --yes --out=late
is 'who has none by the new CA' 'client-one client-two' "$(names late/rotate-2)"
ok coldca rotate-ca delivered --all
ok coldca rotate-ca next --out=late
is 'the new one alone' 1 "$(grep -c BEGIN late/rotate-3/client-three/ca.crt)"
ok coldca rotate-ca delivered --all
ok coldca rotate-ca next
refused 3 'that stands by' coldca rotate-ca begin "--to=$new" --out=late
ok coldca ledger verify

# A token that is gone for ever.
make_ca second second-ca
issue four second
ok coldca compromise --ca-dir=second --reason=keyCompromise --confirm=cluster --without-crl --json --out=second.outbox
is 'the CRL' null "$(jq .crl out)"
is 'how many' 1 "$(jq .revoked out)"
lacks 'a CRL was written' test -e second.outbox/ca.crl
ok coldca ledger verify --ca-dir=second
refused 4 'was given up as compromised' with_pin coldca sign client three/client.three.csr --user=three --yes --out=four.outbox --ca-dir=second
finish
