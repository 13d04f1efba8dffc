#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: rules.sh SOURCE_DIR [EXPECTED_DIR]
#
# Each rule by which the code refuses or notices something about a request is in
# a kept text, with what it says, or in rules-elsewhere.txt with the reason. Rules
# are known by their first words.

top=$1
expected=${2:-$top/tests/golden/expected}
elsewhere=$top/tests/golden/rules-elsewhere.txt
kinds='(blocked|bundle|common|csr|der|key|order|orders|pem|policy|principal)'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

# Options are words of that form, too: those of the table, and keys of policy.
grep -rhoE "\"$kinds-[a-z0-9-]*[a-z0-9]\"" "$top/src/core" "$top/src/cli" |
    tr -d '"' | sort -u >"$work/words"
grep -ohE '\.name = "[a-z0-9-]+"' "$top/src/cli/options.c" |
    sed 's/.*"\(.*\)"/\1/' | sort -u | comm -23 "$work/words" - >"$work/code"
sed -nE 's/^([a-z0-9-]+), (refused|notice)$/\1/p' "$expected"/rules.txt \
    "$expected"/vectors-*.txt | sort -u >"$work/kept"
sed -nE 's/^([a-z0-9-]+); .+/\1/p' "$elsewhere" | sort -u >"$work/elsewhere"

# none WHAT: standard input, which is empty
none() {
	sed "s/^/$1: /" >>"$work/wrong"
}
[ "$(wc -l <"$work/code")" -ge 80 ] || echo few | none 'rules found in the code'
sort -u "$work/kept" "$work/elsewhere" | comm -23 "$work/code" - |
    none 'no kept text says it, and no reason why'
comm -12 "$work/kept" "$work/elsewhere" | none 'in a kept text, and said to be elsewhere'
comm -13 "$work/code" "$work/elsewhere" | none 'said to be elsewhere, and no rule'
cat "$work/wrong"
[ ! -s "$work/wrong" ]
