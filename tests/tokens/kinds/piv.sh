# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# OpenSC on a virtual PIV card: vpiv, in the reader vpcd of pcscd. They run in
# mount and network namespaces of their own, because the reader's port is
# fixed; programs that use the card stay outside.
#
# From outside: VPIV, the program that the build makes of vpiv.c.
#
# shellcheck disable=SC2154,SC2034 # variables from and for start.sh

PATH=$PATH:/usr/sbin:/sbin
need pcscd openssl ip pkcs11-tool
find_module opensc-pkcs11.so
driver=/usr/lib/pcsc/drivers/serial/libifdvpcd.so
[ -e "$driver" ] || skip "no $driver here"
[ -x "${VPIV:-}" ] || skip 'VPIV does not name the built vpiv'
enter_with --mount --net
pin=123456 so_pin=
port=35963 # 0x8c7b, the driver's own

PCSCLITE_CSOCK_NAME=$dir/run/pcscd/pcscd.comm
export PCSCLITE_CSOCK_NAME

# make_key SLOT ALGORITHM OPTION: the token takes its label from the name in
# the certificate of 9A
make_key() {
	bounded openssl req -x509 -newkey "$2" -pkeyopt "$3" -nodes \
	    -keyout "$dir/card/$1.pem" -out "$dir/card/$1.crt" -days 365 \
	    -subj "/CN=$label"
}

prepare() {
	mkdir -p "$dir/card" "$dir/run/pcscd"
	make_key 9a rsa rsa_keygen_bits:2048
	make_key 9c ec ec_paramgen_curve:P-256
	make_key 9d ec ec_paramgen_curve:P-384
	cat >"$dir/reader.conf" <<-END
	FRIENDLYNAME "Virtual PCD"
	DEVICENAME /dev/null:0x8C7B
	LIBPATH $driver
	CHANNELID 0x8C7B
	END
}

card_is_seen() {
	timeout --foreground 5 pkcs11-tool --module "$module" \
	    --list-token-slots | grep -q "token label *: $label\$"
}

up() {
	hold_namespaces "$dir/run" /run
	bounded "$inside" ip link set lo up
	if ! running pcscd; then
		end card
		rm -f "$dir/run/pcscd/"*
		daemon pcscd "$inside" pcscd --foreground \
		    --config "$dir/reader.conf"
		wait_for pcscd [ -S "$PCSCLITE_CSOCK_NAME" ]
	fi
	running card ||
	    daemon card "$inside" "$VPIV" 127.0.0.1 "$port" "$dir/card"
	wait_for card card_is_seen
	inside=
}

settings() {
	export_as PCSCLITE_CSOCK_NAME "$PCSCLITE_CSOCK_NAME"
}
