#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: shell.sh SOURCE_DIR: what shellcheck says of every script

. "$(dirname "$0")/lib.sh"
need shellcheck

# SC2119, SC2120: a function's arguments may be optional.
# SC2317: functions are called by the functions of lib.sh.
scripts | xargs -n 12 -P "$(nproc)" shellcheck --external-sources --source-path=SCRIPTDIR \
    --exclude=SC2119,SC2120,SC2317
