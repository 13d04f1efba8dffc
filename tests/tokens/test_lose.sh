#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: test_lose.sh KIND
#
# Without its processes the token does not sign; brought back, it signs with
# the same key as before.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/test_lib.sh"

case $1 in
remote) processes=server ;;
opencryptoki) processes=pkcsslotd ;;
# The third unclean end of a TPM locks it, where nobody clears the lockout.
tpm2) processes='swtpm swtpm bus manager' ;;
piv) processes='pcscd card' ;;
*) die "$1: has no processes to lose" ;;
esac

# lost NAME...: all of them at once
lost() {
	"$here/lose.sh" "$dir" "$@"
	! sign_and_verify >lost.log 2>&1 || die "signs without $*"
	start --again "$dir"
	sign_and_verify
}

start "$1" "$dir"
make_key
sign_and_verify
for name in $processes; do
	lost "$name"
done
# shellcheck disable=SC2086 # names
lost $processes
$TOKEN_STOP
no_survivors 'after losses'
