#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Nothing of a private key, the hosts' or the token's own, is in anything that
# coldca writes: bundles, exports, the CA directory.

. "$(dirname "$0")/lib.sh"
need openssl python3
make_token ca
make_ca
ok with_pin coldca create-client-ca --certs-dir=client-certs \
    '--ca-key=pkcs11:token=ca;object=client-ca' --key-type=rsa
mkdir hosts
for type in rsa p256 p384 p521 ed25519; do
	ok coldca request node "$type.example.com" "--certs-dir=hosts/node-$type" \
	    "--key-type=$type"
	ok coldca request client "$type" "--certs-dir=hosts/client-$type" \
	    "--key-type=$type"
done
ok with_pin coldca sign node hosts/node-*/node.csr --names-from-request --yes
ok with_pin coldca sign client hosts/client-*/*.csr --names-from-request --yes
is 'bundles' 10 "$(bundles outbox | wc -w)"
mkdir exports
for format in pem der text json vault-json cloud-api terraform fingerprint; do
	ok coldca export-ca "--format=$format" --ca=client \
	    "--output=exports/client.$format"
done
ok coldca export-ca --output=exports/cluster.pem
ok coldca exit-gate outbox exports

# search STORE... -- PLACE...: what of the keys in STORE is in PLACE. A key is
# looked for by its DER, by each line of its PEM and by its numbers alone; the
# token's store by every 24 bytes of it.
cat >search.py <<'EOF'
import base64, pathlib, re, subprocess, sys

WINDOW = 24

def files(places):
    for place in places:
        for path in sorted(pathlib.Path(place).rglob('*')):
            if path.is_file():
                yield path

def windows(data):
    for i in range(len(data) - WINDOW + 1):
        piece = data[i:i + WINDOW]
        if len(set(piece)) > WINDOW // 2:  # neither zeros nor a counter
            yield piece

def openssl(*args):
    return subprocess.run(('openssl',) + args, check=True,
                          capture_output=True).stdout

def needles(path):
    """What must not be found, with a word for each."""
    data = path.read_bytes()
    if path.suffix != '.key':
        for piece in windows(data):
            yield 'the store', piece
        return
    yield 'PEM', data
    for line in data.splitlines()[1:-1]:
        if len(line) >= WINDOW:
            yield 'a line of PEM', line
    yield 'PKCS#8', base64.b64decode(b''.join(data.splitlines()[1:-1]))
    text = openssl('pkey', '-in', str(path), '-noout', '-text').decode()
    names = r'(priv|privateExponent|prime1|prime2|exponent1|exponent2|coefficient)'
    for name, value in re.findall(names + r':\n((?: +[0-9a-f:]+\n)+)', text):
        number = bytes.fromhex(re.sub(r'[^0-9a-f]', '', value)).lstrip(b'\0')
        yield name, number
        yield name + ' in hex', number.hex().encode()
        yield name + ' in base64', base64.b64encode(number)[:32]

stores, places = sys.argv[1:], []
cut = stores.index('--')
stores, places = stores[:cut], stores[cut + 1:]
hay = [(path, path.read_bytes()) for path in files(places)]
pieces = set()
for path, data in hay:
    pieces.update(windows(data))
searched, found = 0, 0
for store in files(stores):
    if store.suffix not in ('.key', '.object'):
        continue
    for what, needle in needles(store):
        searched += 1
        if len(needle) == WINDOW and needle not in pieces:
            continue
        for path, data in hay:
            if needle in data:
                print(f'{path}: has {what} of {store}')
                found += 1
print(f'{searched} searched for in {len(hay)} files, {found} found')
sys.exit(found > 0)
EOF

# What is secret in the token's store is encrypted there; what is public in it
# (certificates, public keys) may be anywhere, so only private objects count.
mkdir secret
find tokens -name '*.object' | while read -r object; do
	! python3 - "$object" <<'EOF' || cp "$object" secret
import struct, sys
# SoftHSM's object: 8 bytes of generation, then (type, kind, value) with kinds
# 1 boolean, 2 number, 3 bytes, each 8 bytes; CKA_CLASS is 0, CKO_PRIVATE_KEY 3.
data = open(sys.argv[1], 'rb').read()
at, secret = 8, False
while at + 16 <= len(data):
    what, kind = struct.unpack('>QQ', data[at:at + 16])
    at += 16
    if kind == 1:
        at += 1
    elif kind == 2:
        secret |= what == 0 and struct.unpack('>Q', data[at:at + 8])[0] == 3
        at += 8
    elif kind == 3:
        at += 8 + struct.unpack('>Q', data[at:at + 8])[0]
    else:
        break
sys.exit(0 if secret else 1)
EOF
done
is 'private keys in the store' 2 "$(find secret -name '*.object' | wc -l)"

ok python3 search.py hosts secret -- outbox exports .coldca .coldca.certs client-certs
says '[0-9]{3,} searched for in [0-9]{2,} files, 0 found'
cat out

# The search finds what is there.
mkdir planted
plants() {
	rm -f planted/*
	cat >planted/file
	lacks "$1" python3 search.py hosts secret -- planted
}
plants 'a PEM key' <hosts/node-p256/node.key
openssl pkey -in hosts/node-rsa/node.key -outform DER | plants 'a DER key'
openssl rsa -in hosts/node-rsa/node.key -traditional -outform DER 2>/dev/null |
    plants 'an older DER key'
openssl pkey -in hosts/client-ed25519/client.ed25519.key -outform DER |
    tail -c 32 | plants 'a bare Ed25519 key'
object=$(find secret -name '*.object' | head -n 1)
(head -c 1000 /dev/zero; tail -c 200 "$object") | plants "the token's store"
finish
