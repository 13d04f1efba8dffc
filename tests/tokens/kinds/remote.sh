# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# SoftHSM 2 behind `p11-kit server`: another process holds the token, and each
# client has a child of it for itself.
#
# shellcheck disable=SC2154,SC2034 # variables from and for start.sh

# shellcheck source=softhsm.sh
. "$here/kinds/softhsm.sh"
provider=$module
need p11-kit
find_module p11-kit-client.so

up() {
	running server && return
	rm -f "$dir/socket"
	daemon server env "SOFTHSM2_CONF=$dir/softhsm2.conf" p11-kit server \
	    --foreground --name "$dir/socket" --provider "$provider" \
	    "pkcs11:token=$label"
	wait_for server [ -S "$dir/socket" ]
}

settings() {
	export_as P11_KIT_SERVER_ADDRESS "unix:path=$dir/socket"
}
