# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -v out=names.inc -f names.awk pkcs11.h
#
# NAME(X) for every return value, attribute and mechanism of the header.

/^#define CK[RAM]_[A-Za-z0-9_]+[ \t]/ {
	print "NAME(" $2 ")" >out
}
