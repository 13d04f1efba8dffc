#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: changelog.sh SOURCE_DIR
#
# The version at the top of CHANGELOG.md is the project's; what is not yet
# released stands under it by that number, marked unreleased.

. "$(dirname "$0")/lib.sh"

project=$(sed -n 's/^project(coldca VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
top=$(sed -n 's/^## \[\([0-9.]*\)\] - \(unreleased\|20[0-9][0-9]-[01][0-9]-[0-3][0-9]\)$/\1/p' \
    CHANGELOG.md | head -n 1)
if [ -z "$project" ] || [ "$project" != "$top" ]; then
	echo "CMakeLists.txt says '$project', the top of CHANGELOG.md '$top'"
	exit 1
fi
