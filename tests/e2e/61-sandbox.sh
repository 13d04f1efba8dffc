#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A module with something planted in it: it signs, and what it tries beside that
# fails. The same attempts without the sandbox show that they are real.

. "$(dirname "$0")/lib.sh"
need jq sqlite3
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
sanitized=no
coldca doctor 2>/dev/null | grep -q 'build with AddressSanitizer' && sanitized=yes
landlock=$(coldca doctor --sandbox --json 2>/dev/null | jq .landlock)
for name in inet inet6 netlink packet unshare mount io-uring bpf perf keyctl \
    userfaultfd setuid kill type type-high listen; do
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

# Each of them does something where there is no sandbox, and that is said.
before=$(coldca ledger head --json 2>/dev/null | jq .entry)
for name in inet fork write create mkdir symlink; do
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
is 'notes in the ledger' 6 "$(grep -c '^ran without its sandbox: --no-sandbox$' notes)"
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
is 'no execve' 0 "$(jq '[.calls[] | select(.call == "execve")] | length' out)"

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
