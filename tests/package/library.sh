#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: library.sh SOURCE_DIR PACKAGES
#
# A program that reads a request with libcoldca, by what the packages have. The
# library has the functions of its headers, with a version, and nothing more.

. "$(dirname "$0")/lib.sh"
need cc pkg-config nm openssl
dpkg-deb -x "$(deb libcoldca0)" "$work/tree"
dpkg-deb -x "$(deb libcoldca-dev)" "$work/tree"
library=$(find "$work/tree" -name 'libcoldca.so.0')
libdir=$(dirname "$library")

# Functions that the headers declare: a name of ca_ before an open bracket, and
# behind a type or a star.
cat "$work/tree"/usr/include/coldca/*.h | cc -fpreprocessed -dD -E -P - |
    tr '\n' ' ' | grep -oE '[ *]ca_[a-z0-9_]+\(' | tr -d ' *(' | sort -u >"$work/declared"
nm -D --defined-only "$library" | sed -n 's/.* T \(.*\)@@COLDCA_0\.1$/\1/p' |
    sort >"$work/exported"
holds 'it has the functions of its headers' \
    diff -u "$work/declared" "$work/exported"
nm -D --defined-only "$library" | grep -v '@@COLDCA_0\.1$' |
    grep -v ' A COLDCA_0\.1$' >"$work/others" || :
holds 'and nothing else' [ ! -s "$work/others" ]

cat >"$work/read.c" <<'C'
#include <coldca/csr.h>
#include <stdio.h>

int
main(void)
{
	static char data[CA_CSR_SIZE_MAX];
	size_t len = fread(data, 1, sizeof(data), stdin);
	struct ca_csr *csr;
	struct ca_error err;

	if (ca_csr_parse("stdin", data, len, &csr, &err) != CA_OK) {
		printf("%s: %s\n", err.rule ? err.rule : "-", err.message);
		return (int)err.code;
	}
	printf("%zu names\n", ca_csr_names(csr)->count);
	ca_csr_free(csr);
	return 0;
}
C
pc_path=$(pkg-config --variable pc_path pkg-config)
export PKG_CONFIG_SYSROOT_DIR="$work/tree"
export PKG_CONFIG_LIBDIR="$libdir/pkgconfig:$pc_path"
# libcrypto is the machine's own.
flags=$(pkg-config --cflags --libs coldca | tr ' ' '\n' | grep -v '/usr/lib/.*libcrypto')
# shellcheck disable=SC2086 # words
holds 'it compiles and links' cc -std=c11 -Wall -Werror -o "$work/read" "$work/read.c" $flags
openssl ecparam -name prime256v1 -genkey -noout -out "$work/key.pem"
openssl req -new -key "$work/key.pem" -config /dev/null -subj /CN=n1 \
    -addext subjectAltName=DNS:n1.example.com,DNS:n2.example.com -out "$work/n1.csr"
export LD_LIBRARY_PATH="$libdir"
[ "$("$work/read" <"$work/n1.csr")" = '2 names' ] || failed 'it reads no request'
status=0
echo nothing | "$work/read" >"$work/said" || status=$?
[ $status -eq 3 ] || failed "what is no request ends with $status"
finish
