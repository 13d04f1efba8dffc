#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: build.sh DIR
#
# Builds the peers into DIR: the Go server and client, and the Java client.

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
jdbc=/usr/share/java/postgresql.jar

need() {
	echo "skipped: no $1 here"
	exit 77
}
javac=$(find /usr/lib/jvm/java-17-openjdk-*/bin/javac 2>/dev/null | head -n 1)
[ -n "$javac" ] || need 'Java 17 compiler'
[ -e "$jdbc" ] || need "$jdbc"

mkdir -p "$dir"
"$here/go.sh" "$dir"
"$javac" -Xlint:all -Werror -cp "$jdbc" -d "$dir" "$here"/java/*.java
