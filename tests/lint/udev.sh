#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: udev.sh SOURCE_DIR
#
# The committed rules are the generated ones, each line is one that udev
# understands, and each token is in the list that it says it is from.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need gawk

gawk -f udev/genrules.awk udev/tokens.txt |
    diff -u udev/70-coldca-token.rules - || {
	echo "run: scripts/update-udev"
	exit 1
}
gawk -f "$here/udev.awk" udev/*.rules

plist=/usr/lib/pcsc/drivers/ifd-ccid.bundle/Contents/Info.plist
usb_ids=/usr/share/misc/usb.ids
for list in "$plist" "$usb_ids"; do
	[ -r "$list" ] || {
		echo "skipped: no $list here"
		exit 77
	}
done
# Of libccid, the n-th vendor belongs to the n-th product.
ids() {
	sed -n "/<key>$1</,/<\/array>/s/.*<string>0x\(.*\)<.*/\1/p" "$plist" |
	    tr '[:upper:]' '[:lower:]'
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ids ifdVendorID >"$work/vendors"
ids ifdProductID >"$work/products"
paste -d: "$work/vendors" "$work/products" | sort >"$work/libccid"
awk '/^[0-9a-f]{4} / { vendor = $1 }
    /^\t[0-9a-f]+ / { print vendor ":" $1 }' "$usb_ids" | sort >"$work/usb.ids"
grep -v '^#' udev/tokens.txt | while IFS='	' read -r vendor product name source; do
	case $source in
	libccid | usb.ids)
		grep -qx "$vendor:$product" "$work/$source" ||
		    echo "$name: $source knows no $vendor:$product" ;;
	esac
done >"$work/wrong"
[ ! -s "$work/wrong" ] || {
	cat "$work/wrong"
	exit 1
}
