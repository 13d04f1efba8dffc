#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: unshare ... namespaces.sh READY FROM TO [FROM TO]...
#
# Binds each FROM to TO in a mount namespace of its own, makes the file READY,
# and keeps the namespaces.

ready=$1
shift
while [ $# -gt 0 ]; do
	mount --bind "$1" "$2"
	shift 2
done
: >"$ready"
exec sleep infinity
