#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: contents.sh SOURCE_DIR PACKAGES
#
# What is in the packages: nothing that lintian calls an error, programs that are
# hardened and stripped, pages, rules and completions in their places, nothing of
# PKCS#11 for hosts, and no path of the machine that built them.

. "$(dirname "$0")/lib.sh"
need lintian readelf objdump
holds 'lintian' lintian --allow-root --fail-on error \
    --tag-display-limit 0 "$packages"/*.deb

# in_package NAME PATH...: it has these, and all of it belongs to root
in_package() {
	name=$1
	shift
	dpkg-deb -c "$(deb "$name")" >"$work/list"
	lacks "$name: a file of somebody else" grep -v ' root/root ' "$work/list"
	lacks "$name: writable for others" grep -E '^[-d].......w' "$work/list"
	for path in "$@"; do
		holds "$name: has $path" grep -qE " \.$path( -> .*)?\$" "$work/list"
	done
}
share=/usr/share
in_package coldca /usr/bin/coldca $share/man/man1/coldca.1.gz \
    $share/man/man1/coldca-sign.1.gz $share/man/man1/coldca-renew.1.gz \
    $share/man/man5/coldca-ledger.5.gz $share/man/man5/coldca-policy.5.gz \
    $share/bash-completion/completions/coldca \
    $share/zsh/vendor-completions/_coldca \
    $share/fish/vendor_completions.d/coldca.fish \
    /usr/lib/udev/rules.d/70-coldca-token.rules \
    /usr/lib/udev/rules.d/71-coldca-stick.rules \
    /usr/lib/udev/rules.d/95-coldca-power.rules \
    /usr/lib/sysusers.d/coldca.conf /usr/lib/tmpfiles.d/coldca.conf \
    /usr/lib/systemd/system/media-coldca-in.mount \
    /usr/lib/systemd/system/media-coldca-out.mount \
    $share/doc/coldca/copyright $share/doc/coldca/changelog.Debian.gz \
    $share/doc/coldca/examples/policy.yaml $share/doc/coldca/README.md
in_package coldca-host /usr/bin/coldca $share/man/man1/coldca-request.1.gz
lacks 'coldca-host: it has rules of tokens' grep -E 'udev|sysusers|coldca-token' \
    "$work/list"
in_package libcoldca-dev /usr/include/coldca/csr.h
lacks 'libcoldca-dev: a header that may change' grep -E 'ledger\.h|token\.h' \
    "$work/list"

# hardened FILE
hardened() {
	readelf -hldnW "$1" >"$work/elf"
	readelf -SW "$1" >"$work/sections"
	readelf --dyn-syms -W "$1" >"$work/symbols"
	holds "$1: position independent" grep -q 'Type: *DYN' "$work/elf"
	holds "$1: relocations are read-only" grep -q GNU_RELRO "$work/elf"
	holds "$1: bound at once" grep -Eq 'BIND_NOW|Flags:.*NOW' "$work/elf"
	holds "$1: no executable stack" grep -Eq 'GNU_STACK.* RW ' "$work/elf"
	holds "$1: stack protector" grep -q __stack_chk_fail "$work/symbols"
	holds "$1: FORTIFY_SOURCE" grep -Eq '__[a-z]+_chk' "$work/symbols"
	# Debian's crt1.o has no mark of it, so neither has the program.
	[ "$(uname -m)" != x86_64 ] || {
		objdump -d "$1" | grep -c endbr64 >"$work/endbr64"
		holds "$1: CET" [ "$(cat "$work/endbr64")" -gt 100 ]
	}
	lacks "$1: not stripped" grep -q '\.symtab' "$work/sections"
	lacks "$1: no path of its build" grep -q "$source" "$1"
}
for name in coldca coldca-host libcoldca0; do
	dpkg-deb -x "$(deb $name)" "$work/$name"
done
hardened "$work/coldca/usr/bin/coldca"
hardened "$work/coldca-host/usr/bin/coldca"
library=$(find "$work/libcoldca0" -name 'libcoldca.so.0.*')
hardened "$library"
lacks 'coldca-host: it is linked to PKCS#11' \
    sh -c "readelf -d $work/coldca-host/usr/bin/coldca | grep NEEDED.*p11"
dpkg-deb -f "$(deb coldca-host)" Depends >"$work/depends"
lacks 'coldca-host: it depends on PKCS#11' grep p11 "$work/depends"
for name in coldca coldca-host; do
	dpkg-deb -f "$(deb $name)" Depends >"$work/depends"
	lacks "$name: it depends on what only the build needs" \
	    grep seccomp "$work/depends"
done
holds 'the pages are the program'\''s' sh -c \
    "zcat $work/coldca-host/usr/share/man/man1/coldca-sign.1.gz | grep -q inspect"
lacks 'a page of coldca-host has sign' sh -c \
    "zcat $work/coldca-host/usr/share/man/man1/coldca-sign.1.gz | grep -q '^.Ss coldca sign'"
finish
