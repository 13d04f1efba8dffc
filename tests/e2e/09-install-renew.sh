#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A host's years: every profile, a key renewed while the old one is in use, back
# and forth, what a monitor says, and directories that can not be exchanged.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-install.sh"
need openssl jq faketime
new_ca cluster 'Cockroach CA'
new_ca client 'Cockroach CA'
new_ca ui 'Cockroach CA'

# A node with CAs of its own for clients and for the DB Console.
ok coldca request node node1.example.com 10.0.0.1 --certs-dir=n1
ok coldca request client node --certs-dir=n1
ok coldca request ui node1.example.com --certs-dir=n1 --key-type=p384
ok coldca request tenant-client 5 node1.example.com --certs-dir=n1
ok coldca request client root --certs-dir=n1 --also-generate-pkcs8-key
issue cluster n1/node.csr node/node.crt "$NODE"
issue client n1/client.node.csr node-client/client.node.crt "$CLIENT"
issue ui n1/ui.csr console/ui.crt "$SERVER"
issue client n1/client-tenant.5.csr console/client-tenant.5.crt "$NODE"
issue client n1/client.root.csr console/client.root.crt "$CLIENT"
cp cluster.crt node/ca.crt
cp client.crt node/ca-client.crt
cp client.crt node-client/ca-client.crt
cp ui.crt console/ca-ui.crt

# Nodes without a certificate of the client CA would refuse one another.
refused 4 'client\.node\.crt' coldca install node --certs-dir=n1
holds 'the way out' grep -q 'both bundles at once' err
ok coldca install node node-client --certs-dir=n1
warns 'node\.crt: no name or address of this host'
ok coldca install console --certs-dir=n1 --json
is 'to do' '["reload"]' "$(jq -c .todo out)"
holds 'pairs' pairs n1
ok coldca install --check --certs-dir=n1
is 'Java reads the key' "$(openssl pkey -in n1/client.root.key -pubout)" \
    "$(openssl pkey -inform DER -in n1/client.root.key.pk8 -pubout)"
for file in n1/*.key n1/*.pk8; do
	is "mode of $file" 600 "$(stat -c %a "$file")"
done
cp -R node-client other-client
cp cluster.crt other-client/ca-client.crt
refused 3 'not the same as that of another bundle' coldca install node other-client --certs-dir=n1

# The same key again; a new key, which waits until its certificate is there.
refused 8 'node\.key' coldca request node node1.example.com --certs-dir=n1
holds 'the ways out' grep -q -e '--reuse-key.*--new-key' err
refused 2 'reuse-key' coldca request node node1.example.com --certs-dir=n1 --reuse-key --new-key
refused 2 'reuse-key' coldca request node node1.example.com --certs-dir=n1 --reuse-key --key-type=rsa
refused 2 'for Java' coldca request node node1.example.com --certs-dir=n2 --also-generate-pkcs8-key
ok coldca request node node1.example.com node2.example.com --certs-dir=n1 --reuse-key
holds 'the new name' grep -q node2.example.com <<-END
	$(openssl req -in n1/node.csr -noout -text)
END
key=$(sha256sum <n1/node.key)
ok coldca request node node1.example.com 10.0.0.1 --certs-dir=n1 --new-key
is 'the key in use' "$key" "$(sha256sum <n1/node.key)"
refused 8 'pending/node\.key' coldca request node node1.example.com --certs-dir=n1 --new-key
holds 'pairs' pairs n1
issue cluster n1/pending/node.csr renewed/node.crt "$NODE" 90

# Whoever looks while sets are exchanged sees a pair.
(
	: >looks
	while [ ! -e enough ]; do
		(cd n1 && openssl x509 -in node.crt -noout -pubkey >"$work/crt.pub" &&
		    openssl pkey -in node.key -pubout >"$work/key.pub") || echo unreadable
		cmp -s "$work/crt.pub" "$work/key.pub" || echo mismatched
		echo >>looks
	done >complaints 2>&1
) &
ok coldca install renewed --certs-dir=n1
warns 'pkill -SIGHUP -x cockroach'
warns 'node\.crt: ends before'
for turn in 1 2 3 4 5 6; do
	: "$turn"
	ok coldca install --rollback --certs-dir=n1
done
: >enough
wait
is 'what somebody saw meanwhile' '' "$(cat complaints)"
holds 'somebody looked' test -s looks
lacks 'a key that waits' test -e n1/pending
lacks 'the old key' [ "$key" = "$(sha256sum <n1/node.key)" ]

# Back to what was, and forth again.
ok coldca install --rollback --certs-dir=n1
is 'the old key' "$key" "$(sha256sum <n1/node.key)"
holds 'pairs' pairs n1
ok coldca install --rollback --certs-dir=n1
is 'mode of the set before' 700 "$(stat -c %a .n1.previous)"
refused 8 'no set before' coldca install --rollback --certs-dir=console

# What a monitor sees.
exits() {
	wanted=$1
	shift
	ran "$@"
	is "status of $*" "$wanted" "$status"
}
check() {
	coldca install --check --certs-dir=n1 "$@"
}
ok check
exits 4 check --days=90
says '^expires +node\.crt'
exits 4 faketime -f +91d "$COLDCA" install --check --certs-dir=n1 --json
is 'the worst' 'node.crt expired' "$(jq -r '.files[0] | .file + " " + .state' out)"
is 'status' 4 "$(jq .status out)"
ok faketime -f +58d "$COLDCA" install --check --certs-dir=n1
exits 4 faketime -f +62d "$COLDCA" install --check --certs-dir=n1
cp -R n1 worse
cp worse/client.root.key worse/node.key
exits 4 coldca install --check --certs-dir=worse
says '^mismatched +node\.crt'
echo x >worse/ui.crt
exits 3 coldca install --check --certs-dir=worse
says '^unreadable +ui\.crt'
refused 8 'no-such' coldca install --check --certs-dir=no-such
mkdir nothing
refused 4 'no certificate' coldca install --check --certs-dir=nothing
refused 2 'days' check --days=soon
refused 2 'days' coldca install node --days=3
refused 2 'rollback' check --rollback
refused 2 'node' check node
refused 2 'which bundle' coldca install

# Two at once: one after the other.
ok coldca request client max --certs-dir=n1
ok coldca request client eva --certs-dir=n1
for user in max eva; do
	issue client "n1/client.$user.csr" "for-$user/client.$user.crt" "$CLIENT"
	coldca install "for-$user" --certs-dir=n1 >"$user.out" 2>&1 &
done
wait
holds 'both are there' test -e n1/client.max.crt -a -e n1/client.eva.crt
holds 'pairs' pairs n1

# Where the directory can not be exchanged, nothing is done by halves.
before=$(cd n1 && sha256sum -- *.crt *.key)
mkdir mounted
cp -R n1/. mounted
ok coldca request client joe --certs-dir=mounted
issue client mounted/client.joe.csr for-joe/client.joe.crt "$CLIENT"
# shellcheck disable=SC2016 # the inner shell's
inside='mount --bind mounted mounted && "$COLDCA" install for-joe --certs-dir=mounted'
if unshare -rm true 2>/dev/null; then
	refused 8 'is a mount point' unshare -rm sh -c "$inside"
	holds 'the way out' grep -q 'mount the directory above' err
	lacks 'a half' test -e mounted/client.joe.crt
	is 'left over' '' "$(find . -maxdepth 1 -name '.mounted.*')"
fi
if strace -qq -o trace -e trace=none true 2>/dev/null; then
	# What looks for leaks can not do so while it is traced.
	traced() {
		ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq \
		    -o trace "$@" "$COLDCA" install for-joe --certs-dir=mounted
	}
	refused 8 'can not exchange two directories' traced \
	    -e trace=renameat2 -e inject=renameat2:error=EINVAL:when=3
	lacks 'a half' test -e mounted/client.joe.crt
	is 'left over' '' "$(find . -maxdepth 1 -name '.mounted.*')"
	# A file system without hard links.
	ok traced -e trace=linkat -e inject=linkat:error=EPERM
	holds 'pairs' pairs mounted
fi
is 'the other directory' "$before" "$(cd n1 && sha256sum -- *.crt *.key)"

# As root, keys are given to whom the server runs as.
if [ "$(id -u)" -eq 0 ]; then
	mkdir owned
	chown nobody owned
	ok coldca request node node1.example.com --certs-dir=owned
	is 'owner' 'nobody 600' "$(stat -c '%U %a' owned/node.key)"
	issue cluster owned/node.csr for-owned/node.crt "$NODE"
	cp cluster.crt for-owned/ca.crt
	ok coldca install for-owned --certs-dir=owned
	is 'owner' nobody "$(stat -c %U owned/node.crt)"
	is 'owner' nobody "$(stat -c %U owned)"
	ok coldca request client root --certs-dir=owned --group=daemon
	is 'a key for a group' 'root daemon 640' "$(stat -c '%U %G %a' owned/client.root.key)"
	refused 2 'no-such-group' coldca request client x --certs-dir=owned --group=no-such-group

	# Not as root: what root can see is out of reach.
	chmod 755 "$work"
	cp -R for-owned for-nobody && chmod -R a+rX for-nobody
	as_nobody() {
		setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
	}
	ok as_nobody "$COLDCA" request client eve --certs-dir=owned
	issue cluster owned/client.eve.csr for-nobody/client.eve.crt "$CLIENT"
	refused 8 'must be able to write there' as_nobody "$COLDCA" install for-nobody --certs-dir=owned
	refused 4 'owned by root' as_nobody "$COLDCA" request client mia --certs-dir=owned --group=daemon
fi
finish
