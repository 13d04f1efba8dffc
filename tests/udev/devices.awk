# SPDX-License-Identifier: Apache-2.0
#
# usage: awk [-v known=1] -f devices.awk devices.txt
#
# The devices as umockdev has them, with the descriptors that udev reads of each.
# With known, the tokens have been through the rules already.

function hex(n, octets,    out) {
	while (octets-- > 0) {
		out = out sprintf("%02x", n % 256)
		n = int(n / 256)
	}
	return out
}

/^#/ || /^$/ {
	next
}

$1 == "tpm" {
	printf "P: /devices/platform/tpm/tpmrm/%s\n", $2
	printf "N: %s\nE: SUBSYSTEM=tpmrm\nE: DEVNAME=/dev/%s\n", $2, $2
	printf "E: MAJOR=253\nE: MINOR=65536\nA: dev=253:65536\n\n"
	next
}

$1 == "block" {
	printf "P: /devices/%s/block/%s\n", $2, $2
	printf "N: %s\nE: SUBSYSTEM=block\nE: DEVTYPE=disk\nE: DEVNAME=/dev/%s\n", $2, $2
	printf "E: MAJOR=8\nE: MINOR=%d\nE: ID_BUS=usb\nE: ID_SERIAL=S\nE: ID_FS_LABEL=%s\n", 16 * NR, $3
	printf "A: dev=8:%d\nA: size=8192\nA: removable=1\nA: ro=0\n\n", 16 * NR
	next
}

# usb PORT VENDOR PRODUCT SERIAL CLASS...
{
	n = NF - 5
	interfaces = ""
	for (i = 6; i <= NF; i++)
		interfaces = interfaces "0904" hex(i - 6, 1) "0001" $i \
		    "000000" "07058102400000"
	path = "/devices/pci0000:00/0000:00:14.0/usb1/1-" $2
	minor = $2 - 1
	printf "P: %s\nN: bus/usb/001/%03d\n", path, $2
	printf "E: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
	printf "E: DEVNAME=/dev/bus/usb/001/%03d\nE: BUSNUM=001\nE: DEVNUM=%03d\n", $2, $2
	printf "E: MAJOR=189\nE: MINOR=%d\n", minor
	if (known && $1 == "token")
		print "E: COLDCA_TOKEN=1"
	printf "A: dev=189:%d\nA: busnum=1\nA: devnum=%d\n", minor, $2
	printf "A: idVendor=%s\nA: idProduct=%s\n", $3, $4
	if ($5 != "-")
		printf "A: serial=%s\n", $5
	printf "A: bDeviceClass=00\nA: power/control=auto\n"
	printf "H: descriptors=12010002000000" "40" "00000000" "0001" "000000" "01"
	printf "0902%s%s0100" "80" "32%s\n\n", hex(9 + 16 * n, 2), hex(n, 1), interfaces
	for (i = 6; i <= NF; i++) {
		printf "P: %s/1-%d:1.%d\n", path, $2, i - 6
		printf "E: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\n"
		printf "A: bInterfaceClass=%s\nA: authorized=1\n\n", $i
	}
}
