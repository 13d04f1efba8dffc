#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: raw.sh DIR: no text in it has an octet or character that does something
# to a terminal: controls but for the line feed and tab, those of 8 bits, and
# U+200B to U+200F, U+2028 to U+202E, U+2066 to U+2069.

raw=$(LC_ALL=C grep -racP \
    '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]' \
    "$1" | grep -v ':0$') || exit 0
echo 'lines with what is not escaped:'
echo "$raw"
exit 1
