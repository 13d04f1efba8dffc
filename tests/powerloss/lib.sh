# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# Recording and replaying. What is recorded is in disk/, tokens are elsewhere.
#
# From outside: POWERLOSS, the directory of the recorder, the replayer and the
# writer; P11_SHIM, p11_shim.so.

# In memory: thousands of states are written, and none of them need stay.
[ -n "${TMPDIR:-}" ] || { [ -d /dev/shm ] && [ -w /dev/shm ] &&
    TMPDIR=/dev/shm && export TMPDIR; }

. "$(dirname "$0")/../e2e/lib.sh"
: "${POWERLOSS:?names the directory of the recorder}"
: "${P11_SHIM:?names p11_shim.so}"
need openssl jq
mkdir disk
P11_SHIM_MODULE=$module
export P11_SHIM_MODULE
# shellcheck disable=SC2034 # for make_ca
module=$P11_SHIM
COLDCA_DIR=$work/disk/ca
export COLDCA_DIR

# record NAME COMMAND...: COMMAND with the recorder before it; NAME.log is the
# log, NAME.disk what the disk was like after it
record() {
	name=$1
	shift
	status=0
	LD_PRELOAD=$POWERLOSS/libpowerloss_recorder.so \
	    POWERLOSS_LOG=$work/$name.log POWERLOSS_ROOT=$work/disk \
	    "$@" >"$name.out" 2>"$name.err" 3<"$work/pin" || status=$?
	[ "$status" -eq 0 ] || failed "status $status: $*" "$(cat "$name.err")"
	cp -Rp disk "$name.disk"
}

# replay NAME OPTION...: what can be left of it, judged
replay() {
	name=$1
	shift
	"$POWERLOSS/powerloss_replay" "$name.log" "--same=$work/$name.disk" "$@"
}

# make_requests USER...: their requests, in $csrs
make_requests() {
	csrs=''
	for user in "$@"; do
		ok coldca request client "$user" "--certs-dir=$work/keys"
		csrs="$csrs $work/keys/client.$user.csr"
	done
}
