#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: build.sh DIR
#
# Builds the peers into DIR: the Go server and client, from Go's standard
# library alone and without a network, and the Java client.

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
jdbc=/usr/share/java/postgresql.jar

need() {
	echo "skipped: no $1 here"
	exit 77
}
command -v go >/dev/null || need go
javac=$(find /usr/lib/jvm/java-17-openjdk-*/bin/javac 2>/dev/null | head -n 1)
[ -n "$javac" ] || need 'Java 17 compiler'
[ -e "$jdbc" ] || need "$jdbc"

mkdir -p "$dir"
cd "$here/peer"
export GOCACHE="$dir/go-cache" GOPATH="$dir/go" GOFLAGS=-mod=mod GOPROXY=off \
    GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || {
	echo "gofmt writes differently: $unformatted"
	exit 1
}
go vet .
go test .
go build -o "$dir/peer" .
"$javac" -Xlint:all -Werror -d "$dir" "$here"/java/*.java
