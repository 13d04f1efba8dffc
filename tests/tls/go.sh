#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: go.sh DIR [CACHE]
#
# Builds the Go peer into DIR, from Go's standard library and Debian's
# golang-golang-x-crypto-dev, without a network. CACHE is where Go keeps what it
# has compiled, else it is in DIR.

here=$(cd "$(dirname "$0")" && pwd)
dir=$1
cache=${2:-$dir/go-cache}

need() {
	echo "skipped: no $1 here"
	exit 77
}
command -v go >/dev/null || need go
[ -d /usr/share/gocode/src/golang.org/x/crypto/ocsp ] ||
    need golang-golang-x-crypto-dev
mkdir -p "$dir" "$cache"
cd "$here/peer"
export GOCACHE="$cache" GOPATH="$dir/go" GOFLAGS=-mod=mod GOPROXY=off \
    GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || {
	echo "gofmt writes differently: $unformatted"
	exit 1
}
go vet .
go test .
go build -o "$dir/peer" .
