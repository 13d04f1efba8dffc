#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: reproducible.sh SOURCE_DIR PACKAGES
#
# Built again, of a copy of the sources in another directory, later, with another
# umask and time zone, the packages are the same octet by octet.

. "$(dirname "$0")/lib.sh"
need git
mkdir -p "$work/another/place"
(cd "$source" && git ls-files -z --cached --others --exclude-standard |
    xargs -0 cp --parents -t "$work/another/place")
(
	umask 077
	export TZ=Asia/Tokyo LC_ALL=C.UTF-8 CCACHE_DISABLE=1
	"$work/another/place/scripts/package" "$work/packages"
) >"$work/log" 2>&1 || {
	tail -n 40 "$work/log"
	exit 1
}
for file in "$packages"/*.deb; do
	holds "${file##*/} is the same" cmp "$file" "$work/packages/${file##*/}"
done
finish
