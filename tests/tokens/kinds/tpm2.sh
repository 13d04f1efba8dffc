# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# tpm2-pkcs11 on a software TPM: swtpm on two ports of the loopback, tpm2-abrmd
# as its resource manager on a message bus of its own. Without the manager the
# three transient slots of the TPM are soon used up.
#
# shellcheck disable=SC2154,SC2034 # variables from and for start.sh

PATH=$PATH:/usr/sbin:/sbin
need swtpm dbus-daemon tpm2-abrmd tpm2_getrandom tpm2_dictionarylockout \
    pkcs11-tool
find_module libtpm2_pkcs11.so

DBUS_SESSION_BUS_ADDRESS=unix:path=$dir/bus
TPM2_PKCS11_STORE=$dir/store
TPM2_PKCS11_TCTI=tabrmd:bus_type=session
TPM2_PKCS11_LOG_LEVEL=0
TSS2_LOG=all+none
TPM2TOOLS_TCTI=$TPM2_PKCS11_TCTI
export DBUS_SESSION_BUS_ADDRESS TPM2_PKCS11_STORE TPM2_PKCS11_TCTI \
    TPM2_PKCS11_LOG_LEVEL TSS2_LOG TPM2TOOLS_TCTI

prepare() {
	mkdir "$dir/tpm" "$dir/store"
}

# start_swtpm PORT: false if another process has this port or the next
start_swtpm() {
	rm -f "$dir/swtpm.pid"
	daemon swtpm swtpm socket --tpm2 --tpmstate "dir=$dir/tpm" \
	    --server "type=tcp,port=$1,bindaddr=127.0.0.1" \
	    --ctrl "type=tcp,port=$(($1 + 1)),bindaddr=127.0.0.1" \
	    --flags not-need-init,startup-clear --pid "file=$dir/swtpm.pid"
	# It writes this file when both ports are its own.
	until [ -s "$dir/swtpm.pid" ]; do
		running swtpm || return
		sleep 0.01
	done
}

# Ports below those that the kernel gives away by itself (32768); the first to
# try differs between processes, so that parallel tests seldom meet.
choose_port() {
	port=$((20000 + ($$ * 7 + tries * 2) % 12000))
}

start_tpm() {
	if [ -e "$dir/port" ]; then
		start_swtpm "$(cat "$dir/port")" ||
		    die 'another process has taken the port of swtpm'
		return
	fi
	tries=0
	choose_port
	until start_swtpm "$port"; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || die 'no two free ports for swtpm'
		choose_port
	done
	echo "$port" >"$dir/port"
}

start_manager() {
	allow_root=
	[ "$(id -u)" -ne 0 ] || allow_root=--allow-root
	# shellcheck disable=SC2086 # an option or nothing
	daemon manager tpm2-abrmd --session $allow_root --flush-all \
	    --max-transients=100 --logger=stdout \
	    "--tcti=swtpm:host=127.0.0.1,port=$(cat "$dir/port")"
	wait_for manager timeout --foreground 5 tpm2_getrandom 4
}

up() {
	# It does not find back to a bus or a TPM that has gone.
	{ running bus && running swtpm; } || end manager
	if ! running bus; then
		rm -f "$dir/bus"
		daemon bus dbus-daemon --session --nofork --nopidfile \
		    "--address=$DBUS_SESSION_BUS_ADDRESS"
		wait_for bus [ -S "$dir/bus" ]
	fi
	running swtpm || start_tpm
	running manager || start_manager
	# An unclean end of the TPM counts as a wrong PIN.
	bounded tpm2_dictionarylockout --clear-lockout
}

fill() {
	bounded pkcs11-tool --module "$module" --init-token --slot-index 0 \
	    --so-pin "$so_pin" --label "$label"
	bounded pkcs11-tool --module "$module" --init-pin \
	    --token-label "$label" --so-pin "$so_pin" --pin "$pin"
}

settings() {
	for name in DBUS_SESSION_BUS_ADDRESS TPM2_PKCS11_STORE \
	    TPM2_PKCS11_TCTI TPM2_PKCS11_LOG_LEVEL TSS2_LOG TPM2TOOLS_TCTI; do
		eval "export_as $name \"\$$name\""
	done
}
