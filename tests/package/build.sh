#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: build.sh SOURCE_DIR PACKAGES: as scripts/package builds them

. "$(dirname "$0")/lib.sh"
need dpkg-deb dpkg-shlibdeps
rm -rf "$packages"
"$source/scripts/package" "$packages" >"$work/log" 2>&1 || {
	tail -n 40 "$work/log"
	exit 1
}
for name in coldca coldca-host libcoldca0 libcoldca-dev; do
	deb $name
done
