#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: headers.sh SOURCE_DIR
#
# Every public header is in a FILE_SET, so that the build target
# all_verify_interface_header_sets compiles it alone; and of OpenSSL it
# includes the types only.

. "$(dirname "$0")/lib.sh"

failed=0
for header in include/coldca/*.h; do
	name=${header#include/}
	grep -q "\${public}/$name\>" src/CMakeLists.txt token/CMakeLists.txt || {
		echo "$header is in no FILE_SET"
		failed=1
	}
done
if grep -n '#include <openssl/' include/coldca/*.h |
    grep -v '<openssl/types\.h>'; then
	echo "public headers include <openssl/types.h> and nothing more of OpenSSL"
	failed=1
fi
exit $failed
