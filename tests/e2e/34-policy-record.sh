#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The ledger knows under which policy each certificate was signed, and the policy
# knows which key signs for each CA.

. "$(dirname "$0")/lib.sh"
need openssl jq
make_token ca
ok coldca init --mode=test "--module=$module"
policy=.coldca/policy.yaml
sha() {
	sha256sum "$policy" | cut -d' ' -f1
}
entries() {
	coldca policy show --json 2>/dev/null | jq -r .sha256
}

# Before anything is signed, there is nothing to compare with.
ok coldca policy check
says 'SHA-256 +'"$(sha)"
says 'DNS names +\*'
says 'Nothing was signed under a policy yet'
refused 7 'nothing was signed under a policy yet' coldca policy show
ok with_pin coldca create-ca --certs-dir=certs '--ca-key=pkcs11:token=ca;object=cluster-ca'
is 'the policy of the first signature' "$(sha)" "$(entries)"
ok coldca policy check
says 'It is the policy that was last signed under'
ok coldca policy check --json
is 'lines added' 0 "$(jq .changed.added out)"
first=$(sha)

# A change is told before it is signed under, and recorded when it is.
ok coldca request node n1.example.com --certs-dir=n1
sed 's/^    dns: .*/    dns: [".example.com"]/' "$policy" >p && cat p >"$policy"
ok coldca policy check
says 'Changed since it was last signed under: 3 lines added, 3 removed'
says '^\+    dns: \["\.example\.com"\]$'
says '^-    dns: \["\*"\]$'
ok coldca policy check --json
is 'lines removed' 3 "$(jq .changed.removed out)"
is 'the policy before the signature' "$first" "$(entries)"
ok with_pin coldca sign node n1/node.csr --host n1.example.com --yes
warns 'policy\.yaml: changed since it was last signed under: 3 lines added, 3 removed \(coldca policy check shows them\)'
is 'the policy after the signature' "$(sha)" "$(entries)"
ok with_pin coldca sign node n1/node.csr --host n1.example.com --yes --overwrite
lacks 'a word of a policy that did not change' grep -q 'changed since' err
ok coldca policy show
holds 'the text of the policy' cmp -s out "$policy"
ok coldca policy show "$first"
says 'dns: \["\*"\]'
refused 2 'not 64 hex digits' coldca policy show abc
refused 7 'nothing was signed under policy 0{64}' coldca policy show "$(printf '%064d' 0)"
ok coldca ledger verify

# What is only looked at, or refused, is not signed under.
printf '# a comment\n' >>"$policy"
refused 4 'example\.org' with_pin coldca sign node n1/node.csr --host n1.example.org --yes --drop-extra
lacks 'a policy that nothing was signed under' [ "$(sha)" = "$(entries)" ]
for command in 'create-crl --out=crl' 'create-ocsp --out=ocsp'; do
	printf '# %s\n' "$command" >>"$policy"
	# shellcheck disable=SC2086 # words
	ok with_pin coldca $command
	is "the policy of $command" "$(sha)" "$(entries)"
done
printf '# tenant\n' >>"$policy"
ok coldca create-tenant-signing 5 --certs-dir=t5
is 'the policy of create-tenant-signing' "$(sha)" "$(entries)"

# A policy that is still being written is looked at where it is.
printf 'version: 1\nmode: test\nreserved: [ops]\nprofiles:\n  client: {users: [ops]}\n  node: {approvals: 2}\n' >draft.yaml
ok coldca policy check draft.yaml
says '^draft\.yaml$'
says 'Changed since it was last signed under'
warns 'ops is among those that are reserved'
warns 'profiles\.node\.approvals: [0-9]+ are wanted, and 0 of .approvers. may give one'
printf 'version: 1\nmode: test\nprofile: {}\n' >draft.yaml
refused 3 'draft\.yaml:3:1: unknown key "profile"' coldca policy check draft.yaml
printf 'version: 1\nmode: test\ncas: {ui: {key: "pkcs11:token=a;object=b;colour=red"}}\n' >draft.yaml
refused 3 'draft\.yaml: cas\.ui: pkcs11 uri: colour' coldca policy check draft.yaml
refused 8 'no-such\.yaml' coldca policy check no-such.yaml
refused 8 'no-such-dir' coldca policy check --ca-dir=no-such-dir

# with_cas: what standard input says is added to the policy
cp "$policy" without.yaml
with_cas() {
	{
		cat without.yaml
		printf 'cas:\n  cluster:\n'
		sed 's/^/    /'
	} >"$policy"
}
node() {
	with_pin coldca sign node n1/node.csr --host n1.example.com --yes --overwrite "$@"
}

# The key that policy names is taken, and no other.
with_cas <<'CA'
key: "pkcs11:token=ca;object=cluster-ca"
CA
ok node
ok node '--ca-key=pkcs11:object=cluster-ca'
refused 4 '--ca-key: policy names another key for the cluster CA' node '--ca-key=pkcs11:token=ca;object=other'
warns 'it is pkcs11:token=ca;object=cluster-ca; another one, such as that of a new CA, must first be written under cas\.cluster\.standby in policy\.yaml'
refused 4 '--ca-key: policy names another key' node '--ca-key=pkcs11:token=cb;object=cluster-ca'
with_cas <<'CA'
key: "pkcs11:token=cb;object=cluster-ca"
CA
refused 5 'no such token|token' node
refused 4 '--ca-key: policy names another key' node '--ca-key=pkcs11:token=ca;object=cluster-ca'
refused 4 'pkcs11:.*token=ca: policy names another key for the cluster CA' node '--ca-key=pkcs11:object=cluster-ca'
with_cas <<'CA'
key: "pkcs11:token=cb;object=cluster-ca"
standby: ["pkcs11:token=ca;object=cluster-ca"]
CA
ok node
ok node '--ca-key=pkcs11:token=ca;object=cluster-ca'
with_cas <<'CA'
key: "pkcs11:token=ca;id=%00"
CA
refused 4 'object=cluster-ca: policy names another key for the cluster CA' node '--ca-key=pkcs11:token=ca;object=cluster-ca'
refused 4 '--ca-key: policy names another key' with_pin coldca create-ca \
    --certs-dir=again '--ca-key=pkcs11:token=cb;object=new' --overwrite

# What a CA signs has bounds.
with_cas <<'CA'
signer: cryptoki
profiles: [client]
CA
refused 4 'profile node: policy does not let the cluster CA sign it' node
with_cas <<'CA'
max-lifetime: 24h
CA
refused 4 'longer than the 24h that policy sets for the cluster CA' node --lifetime=25h
ok node
holds 'the lifetime of the CA' openssl x509 -in outbox/node-n1.example.com/node.crt -noout -checkend 86000
lacks 'a longer one' openssl x509 -in outbox/node-n1.example.com/node.crt -noout -checkend 87000
with_cas <<'CA'
max-batch: 1
CA
ok coldca request node n2.example.com --certs-dir=n2
refused 4 '2 certificates: policy lets the cluster CA sign no more than 1 in one run' \
    with_pin coldca sign node n1/node.csr n2/node.csr --names-from-request --yes --overwrite
ok node
ok coldca ledger verify

finish
