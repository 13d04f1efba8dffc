#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a host does not let into its certificate directory.

. "$(dirname "$0")/lib.sh"
need openssl faketime jq
make_token ca
past='faketime -f -3h'
make_ca
past=''

ok coldca request node node1.example.com --certs-dir=n1
ok with_pin faketime -f -2h "$COLDCA" sign node n1/node.csr \
    --host node1.example.com --yes --out=expired --lifetime=1h
ok with_pin coldca sign node n1/node.csr --host node1.example.com --yes
bundle=outbox/node-node1.example.com

# unchanged WHAT: the certificate directory is as it was.
snapshot() {
	(cd n1 && sha256sum -- * && stat -c '%a %n' -- *)
}
before=$(snapshot)
unchanged() {
	is "$1: the directory" "$before" "$(snapshot)"
}

# A bundle for another key.
ok coldca request node node1.example.com --certs-dir=n2
ok with_pin coldca sign node n2/node.csr --host node1.example.com --yes --out=outbox2
refused 4 'key' coldca install outbox2/node-node1.example.com --certs-dir=n1
unchanged 'foreign key'

# A certificate that the bundle's CA did not sign.
make_ca another-ca another-ca
cp -R "$bundle" wrong-ca
cp "$ca_crt" wrong-ca/ca.crt
refused 4 'node\.crt|ca\.crt' coldca install wrong-ca --certs-dir=n1
unchanged 'another CA'

# Out of its dates, both ways.
refused 4 'expired|valid' coldca install expired/node-node1.example.com --certs-dir=n1
unchanged 'expired'
ok faketime -f -10d "$COLDCA" init --mode=test "--module=$module" --ca-dir=old-ca
ok with_pin faketime -f -10d "$COLDCA" create-ca --ca-dir=old-ca \
    --certs-dir=old-certs '--ca-key=pkcs11:token=ca;object=old-ca'
ok with_pin coldca sign node n1/node.csr --host node1.example.com --yes \
    --ca-dir=old-ca --out=early
refused 4 'was signed at' faketime -f -2d "$COLDCA" install early/node-node1.example.com --certs-dir=n1
rm early/response-*.txt
refused 4 'valid only from' faketime -f -2d "$COLDCA" install early/node-node1.example.com --certs-dir=n1
unchanged 'not yet valid'

# What is planted in a bundle.
cp -R "$bundle" planted
echo x >planted/client.root.key
refused 3 'client\.root\.key' coldca install planted --certs-dir=n1
unchanged 'a planted key'
rm planted/client.root.key
mkdir planted/directory
refused 3 'directory' coldca install planted --certs-dir=n1
unchanged 'a planted directory'
cp -R "$bundle" linked
mv linked/node.crt elsewhere.crt
ln -s ../elsewhere.crt linked/node.crt
refused '3|8' 'node\.crt' coldca install linked --certs-dir=n1
unchanged 'a symbolic link'
mkdir nothing
refused 3 'nothing' coldca install nothing --certs-dir=n1
refused 8 'no-such' coldca install no-such --certs-dir=n1
cp -R "$bundle" broken
echo x >broken/node.crt
refused 3 'node\.crt' coldca install broken --certs-dir=n1
unchanged 'broken bundles'

# A directory without the key.
mkdir keyless
refused '4|8' 'node\.key' coldca install "$bundle" --certs-dir=keyless
is 'a directory without the key' '' "$(names keyless)"

# The right one. The key is not touched.
key=$(sha256sum <n1/node.key)
ok coldca install "$bundle" --certs-dir=n1
is 'the key' "$key" "$(sha256sum <n1/node.key)"
is 'the files' 'ca.crt coldca-installed.txt node.crt node.csr node.key' "$(names n1)"
is 'mode of node.crt' 644 "$(stat -c %a n1/node.crt)"

# A renewed certificate for the same key replaces the old one.
old=$(sha256sum <n1/node.crt)
ok with_pin coldca sign node n1/node.csr --host node1.example.com --yes --overwrite
ok coldca install "$bundle" --certs-dir=n1 --overwrite
lacks 'the old certificate' [ "$old" = "$(sha256sum <n1/node.crt)" ]
is 'the key' "$key" "$(sha256sum <n1/node.key)"
is 'the files' 'ca.crt coldca-installed.txt node.crt node.csr node.key' "$(names n1)"

# A ca.crt that would drop the CA which the host trusts.
ok with_pin coldca sign node n1/node.csr --host node1.example.com --yes \
    --ca-dir=another-ca --out=other
before=$(snapshot)
refused 4 'ca\.crt' coldca install other/node-node1.example.com --certs-dir=n1
unchanged 'trust dropped'
ok coldca install other/node-node1.example.com --certs-dir=n1 --overwrite
holds 'the new CA' cmp -s n1/ca.crt "$ca_crt"

# A request never writes over a key.
key=$(sha256sum <n1/node.key)
refused 8 'node\.key' coldca request node node1.example.com --certs-dir=n1
is 'the key' "$key" "$(sha256sum <n1/node.key)"
finish
