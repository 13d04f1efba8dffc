# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# openCryptoki's soft token. Its daemon, socket, shared memory and data have
# fixed names, so it runs in mount and IPC namespaces of its own; programs that
# use the token must run there too: TOKEN_RUN.
#
# shellcheck disable=SC2154,SC2034 # variables from and for start.sh

PATH=$PATH:/usr/sbin:/sbin
need pkcsslotd pkcsconf
find_module libopencryptoki.so
enter_with --mount --ipc

# The SO PIN it comes with must be replaced before anything else is allowed;
# the user PIN it comes with, 12345678, is refused as a new one.
first_so_pin=87654321
so_pin=76543210
pin=13572468

# It unmaps this part of itself, and then nobody can say whose leak that was.
preload=${module%/*/*}/opencryptoki/stdll/libpkcs11_sw.so

slots_are_up() {
	"$inside" pkcsconf -t
}

# Who may use a token is in the group pkcs11, and owns its files. In a user
# namespace there is only one group, which has to play it.
name_group() {
	group=pkcs11
	case $namespaces in
	*--user*)
		sed 's/^pkcs11:.*/pkcs11:x:0:root/' /etc/group >"$dir/group"
		group=0
		;;
	*) cp /etc/group "$dir/group" ;;
	esac
}

prepare() {
	cat >"$dir/opencryptoki.conf" <<-END
	version opencryptoki-3.1
	slot 3
	{
	stdll = libpkcs11_sw.so
	}
	END
	mkdir -p "$dir/lib/swtok/TOK_OBJ" "$dir/run/lock/opencryptoki/swtok" \
	    "$dir/shm"
}

up() {
	name_group
	hold_namespaces "$dir/lib" /var/lib/opencryptoki \
	    "$dir/opencryptoki.conf" /etc/opencryptoki/opencryptoki.conf \
	    "$dir/group" /etc/group "$dir/shm" /dev/shm "$dir/run" /run
	running pkcsslotd && return
	for owned in /var/lib/opencryptoki /run/lock/opencryptoki; do
		bounded "$inside" chgrp -R "$group" "$owned"
		bounded "$inside" chmod -R ug+rwX,o-rwx "$owned"
	done
	daemon pkcsslotd "$inside" pkcsslotd -f
	wait_for pkcsslotd slots_are_up
}

fill() {
	echo "$label" >"$dir/label-line"
	bounded "$inside" pkcsconf -c 3 -I -S "$first_so_pin" <"$dir/label-line"
	bounded "$inside" pkcsconf -c 3 -P -S "$first_so_pin" -n "$so_pin"
	bounded "$inside" pkcsconf -c 3 -u -S "$so_pin" -n "$pin"
}
