# SPDX-License-Identifier: Apache-2.0
#
# usage: gawk -f genrules.awk tokens.txt
#
# Writes the udev rules of the tokens in tokens.txt. Stops with a message on a
# line that is not a token, and on ids that are not sorted or not unique.

BEGIN {
	FS = "\t"
	print "# SPDX-License-Identifier: Apache-2.0"
	print "# Generated from tokens.txt by genrules.awk; do not edit."
	print "#"
	print "# Tokens are for the group coldca and nobody else, whatever a later file"
	print "# says, and are found as /dev/coldca/token-*. What a composite one offers"
	print "# beside, a network or a disk, is turned off."
	print ""
	print "ACTION==\"remove\", GOTO=\"coldca_token_end\""
	print "SUBSYSTEM==\"tpmrm\", GOTO=\"coldca_token_tpm\""
	print "SUBSYSTEM!=\"usb\", GOTO=\"coldca_token_end\""
	print "ENV{DEVTYPE}==\"usb_interface\", GOTO=\"coldca_token_interface\""
	print "ENV{DEVTYPE}!=\"usb_device\", GOTO=\"coldca_token_end\""
}

function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
	failed = 1
	exit 1
}

/^#/ || /^$/ {
	next
}

NF != 4 {
	fail("four columns are wanted")
}

$1 !~ /^[0-9a-f][0-9a-f][0-9a-f][0-9a-f]$/ ||
    $2 !~ /^[0-9a-f][0-9a-f][0-9a-f][0-9a-f]$/ {
	fail("an id is four lower-case hex digits")
}

$3 !~ /^[A-Za-z0-9 +().-]+$/ || $4 == "" {
	fail("a name of plain letters and a source are wanted")
}

{
	key = $1 ":" $2
	if (key <= last)
		fail(key " is not after " last)
	last = key
	printf "\n# %s\n", $3
	printf "ATTR{idVendor}==\"%s\", ATTR{idProduct}==\"%s\", ", $1, $2
	printf "ENV{COLDCA_TOKEN}=\"1\"\n"
}

END {
	if (failed)
		exit 1
	print "\n# Smart card readers by their class, CCID."
	print "ENV{ID_USB_INTERFACES}==\"*:0b????:*\", ENV{COLDCA_TOKEN}=\"1\""
	print ""
	print "ENV{COLDCA_TOKEN}!=\"1\", GOTO=\"coldca_token_end\""
	print "# Else 70-uaccess.rules gives it to whoever sits at the machine."
	print "ENV{ID_SMARTCARD_READER}=\"\", ENV{ID_SECURITY_TOKEN}=\"\""
	print "GROUP:=\"coldca\", MODE:=\"0660\""
	print "ENV{ID_SERIAL_SHORT}==\"?*\", SYMLINK+=\"coldca/token-$attr{idVendor}-$attr{idProduct}-$env{ID_SERIAL_SHORT}\""
	print "ENV{ID_SERIAL_SHORT}!=\"?*\", SYMLINK+=\"coldca/token-$attr{idVendor}-$attr{idProduct}-at-$kernel\""
	print "GOTO=\"coldca_token_end\""
	print ""
	print "# 02 and 0a: modem and network; e0: wireless, RNDIS; 08: disk."
	print "LABEL=\"coldca_token_interface\""
	print "IMPORT{parent}=\"COLDCA_TOKEN\""
	print "ENV{COLDCA_TOKEN}==\"1\", ATTR{bInterfaceClass}==\"02|0a|e0|08\", TEST==\"authorized\", ATTR{authorized}=\"0\""
	print "GOTO=\"coldca_token_end\""
	print ""
	print "# The TPM behind the kernel's resource manager. Its owner stays tss."
	print "LABEL=\"coldca_token_tpm\""
	print "KERNEL==\"tpmrm[0-9]*\", ENV{COLDCA_TOKEN}=\"1\", GROUP:=\"coldca\", MODE:=\"0660\", SYMLINK+=\"coldca/tpm%n\""
	print ""
	print "LABEL=\"coldca_token_end\""
}
