# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# SoftHSM 2: no process, one directory.
#
# shellcheck disable=SC2154,SC2034 # variables from and for start.sh

need softhsm2-util
find_module libsofthsm2.so

prepare() {
	mkdir "$dir/tokens"
	cat >"$dir/softhsm2.conf" <<-END
	directories.tokendir = $dir/tokens
	objectstore.backend = file
	log.level = ERROR
	slots.removable = false
	END
	SOFTHSM2_CONF=$dir/softhsm2.conf bounded softhsm2-util --init-token \
	    --free --label "$label" --pin "$pin" --so-pin "$so_pin"
}

settings() {
	export_as SOFTHSM2_CONF "$dir/softhsm2.conf"
}
