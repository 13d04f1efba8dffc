#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The key and its token are held against what was recorded when the CA was
# made; a key that can be taken out does not sign; a token that fails or hangs
# in the middle of a batch costs what it has not signed.

. "$(dirname "$0")/lib.sh"
need jq pkcs11-tool
: "${P11_SHIM:?names the module that makes things happen}"
: "${CROWD:?the program that makes what pkcs11-tool can not}"
make_token ca
cp "$P11_SHIM" shim.so
export P11_SHIM_MODULE="$module"
ok coldca init --mode=test --module=shim.so
ok with_pin coldca create-ca '--ca-key=pkcs11:token=ca;object=cluster-ca' --certs-dir=certs
warns 'no way out was found'
for user in a b c d e f; do
	ok coldca request client "$user" --certs-dir=requests
done
sign() {
	with_pin coldca sign client requests/*.csr --names-from-request --yes "$@"
}
states() {
	coldca ledger list --json "--state=$1" 2>/dev/null | jq length
}

# Lost at the fourth signature, however many are made side by side.
burned=0
for sessions in 1 3; do
	before=$(states issued)
	P11_SHIM_FAIL=C_Sign:4:0x32 refused 5 'C_Sign.*CKR_DEVICE_REMOVED' \
	    sign "--sessions=$sessions" "--out=lost$sessions"
	made=$(find "lost$sessions" -name 'client.*.crt' | wc -l)
	burned=$((burned + 6 - made))
	is 'certificates recorded' $((before + made)) "$(states issued)"
	is 'serials burned' "$burned" "$(states burned)"
	holds 'some were signed' [ "$made" -ge 3 ]
	holds 'some were not' [ "$made" -lt 6 ]
	ok coldca ledger verify
done
ok sign --out=back
is 'bundles of the next run' 6 "$(find back -name 'client.*.crt' | wc -l)"

# It does not answer any more: the run ends, and the next one goes on.
P11_SHIM_HANG=C_Sign:2:0 refused 5 'token: C_Sign: no answer for 1 s' \
    sign --token-timeout=1 --out=hung
lacks 'a bundle of a group that was not recorded' [ -e hung ]
ok coldca ledger verify
ok sign --out=after-hang
warns '6 certificates that an earlier run left pending are burned'

# What the attributes say now is not what they said then.
P11_SHIM_ATTRIBUTE=0x170=1 refused 5 'CKA_MODIFIABLE is true, was false' \
    sign --accept-token-change --out=refused
P11_SHIM_ATTRIBUTE=0x105=1 refused 5 'CKA_DECRYPT is true' \
    sign --accept-token-change --out=refused
P11_SHIM_ATTRIBUTE=0x162=1 refused 5 'CKA_EXTRACTABLE is true' \
    sign --accept-token-change --out=refused
lacks 'a bundle of a key that was changed' [ -e refused ]

# Another file for the module, pinned by the operator.
cp "$module" other.so
sed -i -e "s|path: .*|path: \"$work/other.so\"|" \
    -e "s|sha256: .*|sha256: $(sha256sum <other.so | cut -d' ' -f1)|" .coldca/policy.yaml
before=$(serials)
refused 4 "the module's file is not the one that was recorded" sign --out=changed
is 'serials used by a refusal' "$before" "$(serials)"
again() {
	with_pin coldca create-ca --allow-ca-key-reuse --overwrite \
	    '--ca-key=pkcs11:token=ca;object=cluster-ca' --certs-dir=certs "$@"
}
refused 4 "the module's file is not the one that was recorded" again
is 'serials used by a refusal' "$before" "$(serials)"
ok sign --accept-token-change --out=changed
ok again
ok sign --out=again
ok coldca ledger verify

# A key that was made to be taken out.
PIN=12345678 pkcs11-tool --module "$module" --token-label ca --login \
    --pin env:PIN --keypairgen --key-type EC:prime256v1 --label loose \
    --id 77 --extractable >out 2>&1
ok coldca init --mode=test "--module=$module" --ca-dir=second
loose='--ca-key=pkcs11:token=ca;object=loose'
reuse() {
	with_pin coldca create-ca --allow-ca-key-reuse --ca-dir=second \
	    "$loose" --certs-dir=second-certs
}
refused 5 'gives it away' reuse
warns 'CKA_EXTRACTABLE is false: .*it is not'
warns 'wrap.*CKR_OK'
warns '(hint).*legacy_key: [0-9a-f]{64}'
lacks 'a certificate for a key that is given away' [ -e second-certs ]
is 'serials used by a refusal' 0 "$(serials second)"
refused 5 'gives it away' with_pin coldca token check --ca-dir=second "$loose"
says 'wrap.*UNSAFE'
says '^Result: failed$'
spki=$(with_pin coldca token check --ca-dir=second "$loose" --json 2>/dev/null |
    jq -r .spki_sha256)
printf 'legacy_key: %s\n' "$spki" >>second/policy.yaml
ok reuse
warns 'wrap.*CKR_OK'
warns "legacy_key $spki"

# A key that stays, but may be used for more than a CA's key: what another
# program makes without being asked for less.
PIN=12345678 pkcs11-tool --module "$module" --token-label ca --login \
    --pin env:PIN --keypairgen --key-type EC:prime256v1 --label more \
    --id 79 >out 2>&1
more='--ca-key=pkcs11:token=ca;object=more'
refused 5 'attributes are not those of a CA.s key' with_pin coldca token check \
    --ca-dir=second "$more"
lacks 'a key that stays is called given away' grep -q 'gives it away' err
says '^Result: failed$'
refused 5 'attributes are not those of a CA.s key' with_pin coldca create-ca \
    --allow-ca-key-reuse --overwrite --ca-dir=second "$more" --certs-dir=second-certs
warns 'CKA_DECRYPT is false: .*it is not'
ran with_pin coldca token check --ca-dir=second "$more" --json
is 'a way out' false "$(jq .way_out out)"

# The session after: policy still names it, or it does not sign.
printf 'legacy_key: %s\n' "$(jq -r .spki_sha256 out)" >more.yaml
sed -i "/^legacy_key/d" second/policy.yaml
refused 5 'CKA_EXTRACTABLE is true' sign --ca-dir=second --out=second-out
cp second/policy.yaml before.yaml
cat more.yaml >>second/policy.yaml
ok with_pin coldca create-ca --allow-ca-key-reuse --overwrite \
    --ca-dir=second "$more" --certs-dir=second-certs
ok sign --ca-dir=second --out=second-out
rm -r second-out
cp before.yaml second/policy.yaml
refused 5 'only signs: CKA_DECRYPT is true' sign --ca-dir=second --out=second-out
lacks 'a bundle of a key that does more' [ -e second-out ]

# A PIN for each signature, from a descriptor that can be read only once.
ok "$CROWD" "$module" ca each each-pin 3<pin
says 'each-pin 0x0'
ok coldca init --mode=test "--module=$module" --ca-dir=third
ok with_pin coldca create-ca --allow-ca-key-reuse --ca-dir=third \
    '--ca-key=pkcs11:token=ca;object=each' --certs-dir=third-certs
for signer in auto libp11 engine cryptoki; do
	ok sign --ca-dir=third "--signer=$signer" "--out=each-$signer"
done
ok coldca ledger verify --ca-dir=third
finish
