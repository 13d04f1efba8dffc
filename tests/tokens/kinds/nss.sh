# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# NSS softoken: no process. It reads where its database is from the string in
# C_Initialize's pReserved, or else from NSS_LIB_PARAMS.
#
# shellcheck disable=SC2154,SC2034 # variables from and for start.sh

need certutil
find_module libsoftokn3.so
so_pin=
init_args="configdir='sql:$dir/db' certPrefix='' keyPrefix='' \
secmod='secmod.db' flags= updatedir='' updateCertPrefix='' updateKeyPrefix='' \
updateid='' updateTokenDescription='' dbTokenDescription='$label' minPWLen=4"

# One round of PBKDF2 instead of 10000 for each key that is written: twenty
# times as many signatures per second.
rounds=1

prepare() {
	mkdir "$dir/db"
	echo "$pin" >"$dir/pin"
	NSS_MAX_MP_PBE_ITERATION_COUNT=$rounds bounded certutil -N \
	    -d "sql:$dir/db" -f "$dir/pin"
}

settings() {
	export_as NSS_MAX_MP_PBE_ITERATION_COUNT "$rounds"
	export_as NSS_LIB_PARAMS "$init_args"
}
