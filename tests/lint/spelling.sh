#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: spelling.sh SOURCE_DIR: common misspellings in what people read

. "$(dirname "$0")/lib.sh"
need codespell

project_files | grep -vE '^(LICENSE|tests/(fuzz/corpus|vectors)/)' |
    xargs codespell --ignore-words-list=clen,te,bu,modul,nd
