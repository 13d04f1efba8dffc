#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh SOURCE_DIR
#
# Debian's udev applies its own rules and these to the devices of devices.txt, which
# umockdev pretends to be there: `udevadm test` says what becomes of each. Nothing
# of this machine is changed: it runs in a mount namespace of its own.

source=$1
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C
for tool in umockdev-run udevadm unshare; do
	command -v "$tool" >/dev/null || {
		echo "skipped: no $tool here"
		exit 77
	}
done
if [ -z "${UDEV_INSIDE:-}" ]; then
	map=
	[ "$(id -u)" -eq 0 ] || map=-r
	unshare $map -m true 2>/dev/null || {
		echo 'skipped: no mount namespaces here'
		exit 77
	}
	# shellcheck disable=SC2086 # nothing, or one option
	UDEV_INSIDE=yes exec unshare $map -m "$0" "$source"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mount --make-rprivate / 2>/dev/null || :
{ grep -v '^coldca:' /etc/group; echo 'coldca:x:4711:'; } >"$work/group"
mount --bind "$work/group" /etc/group
mkdir -p "$work/rules" "$work/run"
cp "$source"/udev/*.rules "$work/rules"
mkdir -p /etc/udev/rules.d
mount --bind "$work/rules" /etc/udev/rules.d
# Links are told, and not made.
mount --rbind /dev /dev
mount -o remount,bind,ro /dev
awk -f "$here/devices.awk" "$here/devices.txt" >"$work/new"
awk -v known=1 -f "$here/devices.awk" "$here/devices.txt" >"$work/known"

failed=0
usb=/sys/devices/pci0000:00/0000:00:14.0/usb1

# of KNOWN-OR-NEW DEVICE: what udev does with it, in out
of() {
	device=$2
	# shellcheck disable=SC2016 # the inner shell expands it
	umockdev-run -d "$work/$1" -- sh -c 'udevadm test --action=add "$1" 2>&1
		for file in authorized power/control; do
			[ ! -e "$1/$file" ] || echo "$file is $(cat "$1/$file")"
		done' - "$device" >"$work/out" || {
		echo "udevadm test fails for $device"
		failed=1
	}
}

says() {
	grep -Eq -e "$1" "$work/out" && return
	echo "of $device is not said: $1"
	failed=1
}

lacks() {
	! grep -E -e "$1" "$work/out" || {
		echo "that is said of $device"
		failed=1
	}
}

# token PORT LINK
token() {
	of new "$usb/1-$1"
	says '^COLDCA_TOKEN=1$'
	says ' GROUP 4711$'
	says ' MODE 0660$'
	says "^DEVLINKS=/dev/coldca/token-$2\$"
	says '^power/control is on' # over the old word
	lacks '^(CURRENT_TAGS=.*:uaccess:|run: .uaccess)'
}
token 2 1050-0407-0012345678
token 3 20a0-4109-AB12
token 4 20a0-4230-DENK0100
token 5 1050-0030-0007550001
token 6 20a0-42b2-at-1-6
token 7 dead-beef-R1

of new "$usb/1-8"
lacks 'coldca-.*:[0-9]'
lacks '^COLDCA_TOKEN'

# The interfaces of a token, after the token itself.
interface() {
	of known "$usb/1-$1/1-$1:1.$2"
	says "^authorized is $3\$"
}
interface 2 0 1 # keyboard
interface 2 2 1 # card
interface 3 1 1
interface 3 2 0 # disk
interface 6 0 1
interface 6 1 0 # modem
interface 6 2 0 # network
interface 6 3 0 # wireless
interface 8 1 1 # the disk of what is no token

of new /sys/devices/platform/tpm/tpmrm/tpmrm0
says ' GROUP 4711$'
says ' MODE 0660$'
says '^DEVLINKS=/dev/coldca/tpm0$'

# Sticks: marked for the mount units, and never mounted by themselves.
stick() {
	of new "/sys/devices/$1/block/$1"
	says '^UDISKS_AUTO=0$'
	lacks 'mount'
}
stick sdb
says '^COLDCA_STICK=in$'
says '^DEVLINKS=.*/dev/coldca/in\>'
says "^run: '/sbin/blockdev --setro /dev/sdb'"
stick sdc
says '^COLDCA_STICK=out$'
says '^DEVLINKS=.*/dev/coldca/out\>'
lacks setro
stick sdd
lacks 'COLDCA_STICK'
exit $failed
