#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: format.sh SOURCE_DIR: is every C file as clang-format writes it?

. "$(dirname "$0")/lib.sh"
need clang-format
case $(clang-format --version) in
*'version 14.'*) ;;
*)
	echo "skipped: another clang-format than 14 writes differently"
	exit 77
	;;
esac

project_files | grep '\.[ch]$' | xargs clang-format --dry-run -Werror
