#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: udev-catch.sh SOURCE_DIR
#
# Proves that udev.sh sees what it is for: spoils tokens and rules in one way
# after the other, in a copy, and wants each refused.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need gawk
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failed=0

# caught REGEX FILE SED: refused with these words
caught() {
	rm -rf "$copy/udev"
	cp -R udev "$copy/udev"
	sed -i "$3" "$copy/udev/$2"
	if "$here/udev.sh" "$copy" >"$copy/out" 2>&1; then
		echo "not caught: $3 in $2"
		failed=1
	elif ! grep -Eq -e "$1" "$copy/out"; then
		echo "'$1' is not said of $3 in $2:"
		cat "$copy/out"
		failed=1
	fi
}

rules=71-coldca-stick.rules
caught 'run: scripts/update-udev' 70-coldca-token.rules 's/0660/0666/'
caught 'not after' tokens.txt '/^1050	0405/p'
caught 'not after' tokens.txt '/^0529/{h;d};/^1050	0030/G'
caught 'four lower-case hex' tokens.txt 's/^096e	0807/096E	0807/'
caught 'four columns' tokens.txt '/^20a0	4230/s/	[^	]*$//'
caught 'not KEY OPERATOR' $rules 's/SUBSYSTEM!="block"/SUBSYSTEM!=block/'
caught 'no comma' $rules 's/SUBSYSTEM!="block"/SUBSYSTEM!="block/'
caught 'has no key' $rules 's/SUBSYSTEM!=/SUBSYSTEN!=/'
caught 'takes no' $rules 's/SYMLINK+=/SYMLINK==/; s/ACTION==/ACTION:=/'
caught 'no comma' $rules 's/, SYMLINK+=/ SYMLINK+=/'
caught 'no label' $rules 's/^LABEL="coldca_stick_end"/LABEL="other"/'
caught 'others get nothing' $rules 's/SYMLINK+="coldca.in"/MODE="0666"/'
# A wrong id, with the rules that belong to it.
rm -rf "$copy/udev"
cp -R udev "$copy/udev"
sed -i 's/^20a0	4230/20a0	4231/' "$copy/udev/tokens.txt"
gawk -f udev/genrules.awk "$copy/udev/tokens.txt" >"$copy/udev/70-coldca-token.rules"
if "$here/udev.sh" "$copy" >"$copy/out" 2>&1; then
	echo "not caught: an id that libccid does not know"
	failed=1
elif ! grep -q 'skipped\|libccid knows no 20a0:4231' "$copy/out"; then
	cat "$copy/out"
	failed=1
fi
exit $failed
