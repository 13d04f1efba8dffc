#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A module with something planted in it: it signs, and what it tries beside that
# fails. The same attempts without the sandbox show that they are real.

. "$(dirname "$0")/lib.sh"
need jq openssl sqlite3
: "${PLANTED:?names the planted module}"
planted=$PLANTED
unset PLANTED
make_token ca
# Not in the work directory, below which --out is.
outside=$(mktemp -d)
at_exit='rm -rf '$outside
echo kept >"$outside/file"
PLANTED_MODULE=$module PLANTED_OUTSIDE=$outside PLANTED_INSIDE=$work/.coldca
export PLANTED_MODULE PLANTED_OUTSIDE PLANTED_INSIDE
module=$planted

# AddressSanitizer's own calls are allowed there: a planted execve() would be the end.
sanitized=no
coldca doctor 2>/dev/null | grep -q 'build with AddressSanitizer' && sanitized=yes
[ "$sanitized" = no ] || {
	PLANTED_BUT='exec fork attach traceme read-parent dumpable'
	export PLANTED_BUT
}
make_ca
ok coldca request client a --certs-dir=a
sign() {
	with_pin coldca sign client a/client.a.csr --user=a --yes --overwrite "$@"
}
ok sign
cp err tried
is 'what it signed' 'ca.crt client.a.crt' "$(names outbox/client-a)"
# ended NAME: how the attempt ended
ended() {
	sed -n "s/^planted: $1: //p" tried
}
landlock=$(coldca doctor --sandbox --json 2>/dev/null | jq .landlock)
for name in inet inet6 netlink packet unshare mount io-uring bpf perf keyctl \
    userfaultfd setuid kill owner signal type type-high listen truncate empty; do
	is "$name" EPERM "$(ended $name)"
done
[ "$sanitized" = yes ] || for name in exec fork attach traceme read-parent dumpable; do
	is "$name" EPERM "$(ended $name)"
done
is 'a call that is newer than coldca' ENOSYS "$(ended unknown)"
is 'a socket of this machine' 'done' "$(ended unix)"
is 'the CA directory' 'done' "$(ended inside)"
[ "$landlock" -eq 0 ] || for name in write create mkdir symlink unlink; do
	is "$name" EACCES "$(ended $name)"
done
is 'what is outside' file "$(names "$outside")"

# A kernel without Landlock signs, with half of the sandbox, and that is said.
PLANTED=inet
export PLANTED
ok with_pin "${OLD_KERNEL:?}" "$COLDCA" sign client a/client.a.csr --user=a --yes \
    --overwrite
warns 'warning: this kernel has no Landlock that serves: the sandbox does not bound'
warns '^planted: inet: EPERM'
ok "$OLD_KERNEL" "$COLDCA" doctor --sandbox
says '^this kernel has no Landlock: writing is bounded by file permissions alone$'
unset PLANTED

# Each of them does something where there is no sandbox, and that is said.
before=$(coldca ledger head --json 2>/dev/null | jq .entry)
for name in inet fork owner signal truncate empty write create mkdir symlink; do
	PLANTED=$name
	export PLANTED
	ok sign --no-sandbox
	warns 'coldca: warning: the sandbox is off: --no-sandbox'
	warns "^planted: $name: done"
done
unset PLANTED
is 'what is outside now' 'dir file link new' "$(names "$outside")"
ok coldca ledger list --json
sqlite3 .coldca/ledger.db "SELECT detail FROM entry WHERE id > $before" >notes
is 'notes in the ledger' 10 "$(grep -c '^ran without its sandbox: --no-sandbox$' notes)"
ok coldca ledger verify

# A token in the network wants its sockets.
PLANTED=inet
export PLANTED
cp .coldca/policy.yaml kept.yaml
echo 'token_network: true' >>.coldca/policy.yaml
ok sign
warns '^planted: inet: done'
PLANTED=packet
ok sign
warns '^planted: packet: EPERM'
# Also for a command that can do without a CA directory.
PLANTED=inet
ok with_pin coldca token check
warns '^planted: inet: done'
[ "$landlock" -eq 0 ] || {
	PLANTED='write'
	ok sign
	warns '^planted: write: EACCES'
	echo "token_paths: [\"$outside\"]" >>.coldca/policy.yaml
	ok sign
	warns '^planted: write: done'
}
ok coldca doctor --sandbox
says '^  socket\(AF_INET\)'
[ "$landlock" -eq 0 ] || says "^  $outside: files come and go; token_paths of the policy"
cp kept.yaml .coldca/policy.yaml
ok coldca doctor --sandbox --json
is 'sockets' AF_UNIX \
    "$(jq -r '.calls[] | select(.call == "socket").argument' out)"
[ "$sanitized" = yes ] || is 'no execve' 0 "$(jq '[.calls[] | select(.call == "execve")] | length' out)"

# No openssl.cnf has code loaded, not by the policy's keys and not later.
cat >openssl.cnf <<END
openssl_conf = all
[all]
providers = providers
[providers]
planted = planted
[planted]
module = $planted
activate = 1
END
OPENSSL_CONF=$work/openssl.cnf openssl list -providers >err 2>&1 || :
warns '^planted: provider: loaded'
openssl genpkey -algorithm ed25519 -out anna.key
{
	printf 'approvers:\n  - name: anna\n    key: |\n'
	openssl pkey -in anna.key -pubout | sed 's/^/      /'
} >>.coldca/policy.yaml
ok env "OPENSSL_CONF=$work/openssl.cnf" "$COLDCA" ledger list
lacks 'code that openssl.cnf names' grep 'planted: provider' err
ok env "OPENSSL_CONF=$work/openssl.cnf" "$COLDCA" doctor --sandbox
lacks 'code that openssl.cnf names' grep 'planted: provider' err
cp kept.yaml .coldca/policy.yaml

# What is opened comes after: a ledger is of somebody else's making.
mkdir elsewhere
cp .coldca/policy.yaml elsewhere
cp .coldca/ledger.db elsewhere
# Of a program that may not be dumped only root's strace sees names.
if [ "$(id -u)" -eq 0 ] && strace -qq -o trace -e trace=none true 2>/dev/null; then
	ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -qq -o trace \
	    "$COLDCA" ledger verify --ca-dir=elsewhere >out 2>err
	is 'before the ledger is opened' 'PR_SET_NO_NEW_PRIVS ledger.db' \
	    "$(grep -Eo 'PR_SET_NO_NEW_PRIVS|elsewhere/ledger.db' trace | sed 's,.*/,,' | uniq | head -n 2 | paste -sd' ' -)"
fi

# A certificate directory is exchanged where it is, whatever it is called by.
mkdir far
ok coldca request node one.example.com --certs-dir=far/certs
ok with_pin coldca sign node far/certs/node.csr --host=one.example.com --yes
in_certs() {
	(cd far/certs && "$COLDCA" "$@" --certs-dir=.)
}
ok in_certs install "$work/outbox/node-one.example.com"
ok with_pin coldca sign node far/certs/node.csr --host=one.example.com --yes \
    --overwrite
ok in_certs install "$work/outbox/node-one.example.com"
ok in_certs install --rollback
mkdir links
ln -s ../far/certs links/certs
ok coldca install --rollback --certs-dir=links/certs

# Descriptors that nobody named are closed before anything is loaded.
PLANTED=descriptor
export PLANTED
exec 7<"$outside/file"
ok sign --no-sandbox
warns '^planted: descriptor: EBADF'
with_7() {
	"$@" --pin-fd=7 7<"$work/pin"
}
ok with_7 coldca sign client a/client.a.csr --user=a --yes --overwrite
warns '^planted: descriptor: done'
exec 7<&-
finish
