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
	print "# The person at the machine may use the token (uaccess), and"
	print "# programs can find it by COLDCA_TOKEN."
	print ""
	print "ACTION==\"remove\", GOTO=\"coldca_token_end\""
	print "SUBSYSTEM!=\"usb\", GOTO=\"coldca_token_end\""
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
	printf "ENV{COLDCA_TOKEN}=\"1\", TAG+=\"uaccess\"\n"
}

END {
	if (!failed)
		print "\nLABEL=\"coldca_token_end\""
}
