#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A CA whose key is in other hands is replaced: in steps that lock nobody out, or
# at once; a CA that was replaced is given up afterwards.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
make_ca
cp "$ca_crt" old.crt

host() {	# host NAME CA-DIR: a node with its certificate installed in NAME
	ok coldca request node "$1.example.com" "--certs-dir=$1"
	ok with_pin coldca sign node "$1/node.csr" "--host=$1.example.com" --yes \
	    "--ca-dir=$2" "--out=$2.outbox"
	ok coldca install "$2.outbox/node-$1.example.com" "--certs-dir=$1"
}

user() {	# user NAME CA-DIR
	ok coldca request client "$1" "--certs-dir=$1"
	ok with_pin coldca sign client "$1/client.$1.csr" "--user=$1" --yes \
	    "--ca-dir=$2" "--out=$2.outbox"
	ok coldca install "$2.outbox/client-$1" "--certs-dir=$1"
}

# everywhere CA-DIR FOLDER HOST...: each installs what the step sends, and says so
everywhere() {
	dir=$1 folder=$2
	shift 2
	for one in "$@"; do
		case $one in
		n*) bundle=node-$one.example.com ;;
		*) bundle=client-$one ;;
		esac
		ok coldca install "$folder/$bundle" "--certs-dir=$one" --overwrite
		ok coldca rotate-ca delivered "$bundle" "--ca-dir=$dir"
	done
}

# all_agree WHEN HOST...: each accepts every other one
all_agree() {
	when=$1
	shift
	for ca in "$@"; do
		for leaf in "$@"; do
			[ -e "$leaf/node.crt" ] && crt=$leaf/node.crt || crt=$leaf/client.$leaf.crt
			holds "$when: $ca accepts $leaf" openssl verify -CAfile "$ca/ca.crt" "$crt"
		done
	done
}

host n1 .coldca
host n2 .coldca
host n3 .coldca
user max .coldca
user tom .coldca
ok coldca revoke --user=tom --reason=cACompromise --yes

# In steps: the way that the command itself says.
refused 4 'was not given up: all at once' with_pin coldca rotate-ca begin --at-once \
    '--ca-key=pkcs11:token=ca;object=second-ca'
warns 'hint: leave --at-once out'
ok with_pin coldca compromise --overwrite --reason=keyCompromise --confirm=cluster
says '^2[.] replace the CA .*coldca rotate-ca begin --ca=cluster'
says '^3[.] or stop every node .*coldca rotate-ca begin --at-once --ca=cluster'
refused 4 'was given up as compromised' with_pin coldca rotate-ca begin \
    --allow-ca-key-reuse '--ca-key=pkcs11:token=ca;object=cluster-ca'
ok with_pin coldca rotate-ca begin --ca=cluster '--ca-key=pkcs11:token=ca;object=second-ca'
is 'step 1 sends, but nothing to tom' \
    'client-max node-n1.example.com node-n2.example.com node-n3.example.com' \
    "$(names outbox/rotate-1)"
is 'both CAs' 2 "$(grep -c BEGIN outbox/rotate-1/client-max/ca.crt)"
refused 4 'was given up as compromised' with_pin coldca sign client max/client.max.csr \
    --user=max --yes --out=still
warns 'hint: coldca rotate-ca begin'
everywhere .coldca outbox/rotate-1 n1 n2 max
all_agree 'step 1' n1 n2 max

# n3 is gone for good, and was revoked with its CA.
refused 4 'node-n3.*among them' with_pin coldca rotate-ca next --yes
warns 'a host that is gone: coldca rotate-ca gone NAME'
refused 4 'revoke' coldca revoke --host=n3.example.com --reason=superseded --yes
refused 2 'name the hosts' coldca rotate-ca gone
refused 3 'does not concern' coldca rotate-ca gone node-n9.example.com
ok coldca rotate-ca gone node-n3.example.com
lacks 'n3 in the list' grep -q n3 out

# The requests of the ledger are signed anew, revoked as they are.
ok with_pin coldca rotate-ca next --yes
is 'step 2 sends' 'client-max node-n1.example.com node-n2.example.com' \
    "$(names outbox/rotate-2)"
everywhere .coldca outbox/rotate-2 n1
all_agree 'in the middle of step 2' n1 n2 max
refused 4 'has a certificate that is not revoked' coldca rotate-ca gone node-n1.example.com
everywhere .coldca outbox/rotate-2 n2 max
ok with_pin coldca rotate-ca next --yes
is 'the new one alone' 1 "$(grep -c BEGIN outbox/rotate-3/client-max/ca.crt)"
everywhere .coldca outbox/rotate-3 n1 n2 max
all_agree 'after' n1 n2 max
lacks 'the old CA in use' grep -qF "$(sed -n 2p old.crt)" n1/ca.crt n2/ca.crt max/ca.crt
ok coldca rotate-ca next
warns 'the plan is finished'
ok coldca ledger verify

refused 8 'No such file' with_pin coldca rotate-ca begin --out=nowhere/there \
    '--ca-key=pkcs11:token=ca;object=no-ca'
refused 4 'no plan is under way' coldca rotate-ca

# At once: one step, with everything stopped.
make_ca second cluster-2
host n5 second
host n6 second
user ann second
ok coldca compromise --ca-dir=second --reason=keyCompromise --confirm=cluster --without-crl
ok with_pin coldca rotate-ca begin --at-once --ca-dir=second --out=once \
    '--ca-key=pkcs11:token=ca;object=third-ca'
says '1.*replace.*now.*0 of 3'
warns '3 hosts have no certificate by the new CA yet: coldca rotate-ca emit'
refused 4 'no certificate by the new CA yet' coldca rotate-ca delivered --all --ca-dir=second
ok with_pin coldca rotate-ca emit --yes --ca-dir=second --out=once
is 'a node gets' 'ca.crt node.crt' "$(names once/replace-1/node-n5.example.com)"
is 'one CA alone' 1 "$(grep -c BEGIN once/replace-1/node-n5.example.com/ca.crt)"
everywhere second once/replace-1 n5 n6 ann
all_agree 'at once' n5 n6 ann
ok coldca rotate-ca next --ca-dir=second
warns 'the plan is finished'
ok with_pin coldca sign client ann/client.ann.csr --user=ann --yes --ca-dir=second --out=last
holds 'the new CA signs' openssl verify -CAfile n5/ca.crt last/client-ann/client.ann.crt
ok coldca ledger verify --ca-dir=second

# A CA that was replaced without need is given up after it was dropped; its
# serial in OpenSSL's form, and without --ca.
make_ca fourth cluster-4
cp "$ca_crt" fourth.crt
user eve fourth
ok with_pin coldca rotate-ca begin --ca-dir=fourth --out=f '--ca-key=pkcs11:token=ca;object=fifth-ca'
everywhere fourth f/rotate-1 eve
ok with_pin coldca rotate-ca next --yes --ca-dir=fourth --out=f
serial=$(openssl x509 -in fourth.crt -noout -serial | sed 's/.*=//')

# While the plan lasts: it is to go on.
cp -a fourth during
ok with_pin coldca compromise "$serial" --ca-dir=during --reason=keyCompromise \
    --confirm=cluster --overwrite --out=during.outbox
says '^2[.] the plan that is under way drops it.*coldca rotate-ca'
lacks 'it begins another' grep -q 'rotate-ca begin' out
ok with_pin coldca rotate-ca emit --yes --ca-dir=during --out=during.outbox

everywhere fourth f/rotate-2 eve
ok with_pin coldca rotate-ca next --yes --ca-dir=fourth --out=f
everywhere fourth f/rotate-3 eve
ok coldca rotate-ca next --ca-dir=fourth
ok with_pin coldca create-crl --ca-dir=fourth --out=f
lacks 'a word about what is dropped' grep -q 'no CRL that is valid' err
ok with_pin coldca compromise "$serial" --ca-dir=fourth --reason=keyCompromise \
    --confirm=cluster --overwrite --out=f
says 'The cluster CA of serial .* is given up: 1 revoked'
says '^2[.] see that no host trusts it any longer.* no ca.crt; coldca export-ca'
lacks 'it replaces anything' grep -q 'rotate-ca' out
warns 'standing +retired: it was replaced'
lacks 'the last CRL lets its leaf in' openssl verify -CAfile fourth.crt -CRLfile f/ca.crl \
    -crl_check f/rotate-1/../../fourth.outbox/client-eve/client.eve.crt
ok with_pin coldca create-crl --ca-dir=fourth --out=f --overwrite
is 'its last CRL stays beside the new one' 2 "$(grep -c BEGIN f/ca.crl)"
ok with_pin coldca create-crl --ca-dir=fourth --out=f --overwrite \
    '--ca-key=pkcs11:token=ca;object=cluster-4'
is 'and can be made once more' 2 "$(grep -c BEGIN f/ca.crl)"
ok with_pin coldca sign client eve/client.eve.csr --user=eve --yes --ca-dir=fourth --out=g
holds 'the CA that took its place signs' openssl verify -CAfile eve/ca.crt \
    g/client-eve/client.eve.crt
refused 4 'is not the certificate of one of the CAs' coldca compromise \
    "$(coldca ledger list --ca-dir=fourth --name=client-eve --json 2>/dev/null | jq -r '.[0].serial')" \
    --ca-dir=fourth --reason=keyCompromise --confirm=cluster --without-crl
ok coldca ledger verify --ca-dir=fourth

# The new CA of a plan that is under way: the plan begins anew.
ok with_pin coldca rotate-ca begin --ca-dir=fourth --out=h '--ca-key=pkcs11:token=ca;object=sixth-ca'
new=$(coldca rotate-ca --ca-dir=fourth --json 2>/dev/null | jq -r .serial)
ok with_pin coldca compromise "$new" --ca-dir=fourth --reason=keyCompromise \
    --confirm=cluster --overwrite --out=h
says 'begin the plan anew.*coldca rotate-ca begin'
refused 4 'its new CA, of serial .*, was given up' with_pin coldca rotate-ca next --yes --ca-dir=fourth
refused 4 'its new CA, of serial .*, was given up' with_pin coldca rotate-ca emit --ca-dir=fourth
refused 4 'a plan is under way already' with_pin coldca split-ca begin --ca-dir=fourth \
    '--ca-key=pkcs11:token=ca;object=other-ca'
ok with_pin coldca rotate-ca begin --ca-dir=fourth --out=i '--ca-key=pkcs11:token=ca;object=seventh-ca'
is 'the one that was given up is in no file' 2 "$(grep -c BEGIN i/rotate-1/client-eve/ca.crt)"
ok coldca ledger verify --ca-dir=fourth
finish
