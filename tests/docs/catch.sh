#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# run.sh fails a page for what is wrong with it, and names the line.

# What stands in single quotes is run by the page, with its last backslash.
# shellcheck disable=SC2016,SC1003

. "$(dirname "$0")/../e2e/lib.sh"
run=$(cd "$COLDCA_SOURCE/tests/docs" && pwd)/run.sh
ten=${run%/*}/ten.sh
need bash expect

# page LINE...: page.md
page() {
	printf '%s\n' "$@" >page.md
}

page '# Good' '```sh' 'x=1' 'true' '```' 'text' '```sh' '[ $x = 1 ]' \
    '! false' 'true' '! false \' 'x' '! false' '```' '```text' 'not run: false' \
    '```' '1. One' '' '    of a list' '' 'text' '' '<!-- not run: why -->' '' \
    '    false' '' '    false'
ok "$run" "$work/page.md"

# broken LINE: page.md fails there.
broken() {
	ran "$run" "$work/page.md"
	is 'status' 1 "$status"
	says "FAILED: page\.md: line $1\$"
}
page '```sh' 'true' '```' '```sh' 'false' 'true' '```'
broken 4
page '```sh' 'coldca list --no-such-option' '```'
broken 1
page '```sh' 'coldca no-such-command | cat' '```'
broken 1
page '```sh' '! true' '```'
broken 1
page '```sh' '! coldca \' '    version' '```'
broken 1
page '```sh' 'echo $unset_variable' '```'
broken 1
page '```sh' 'true'
broken 2
page 'text' '' '    coldca list' ''
broken 3
page '```text' 'coldca list' '```'
broken 2
page '```' 'false' '```'
broken 1
page '```console' 'false' '```'
broken 1
page 'text' '' '    false'
broken 3
page '<!-- not run: why -->' '' 'text' '' '    false'
broken 5
page '<!-- not run: -->' '' '    false'
broken 3
page '<!-- not run: why -->' '' '    coldca list'
broken 3

# At a terminal a PIN is typed, and nothing is set.
page '```sh' '[ -z "${SOFTHSM2_CONF-}" ]' 'read -rp "User PIN: " pin </dev/tty' \
    '[ $pin = 12345678 ]' 'read -rp "Type yes to go on: " yes </dev/tty' \
    '[ $yes = yes ]' '```'
ok "$run" --typed "$work/page.md"
page '```sh' 'read -rp "User PIN: " pin </dev/tty' '```' '```sh' \
    '[ $pin = 87654321 ]' '```'
ran "$run" --typed "$work/page.md"
is 'status' 1 "$status"
says 'FAILED: page\.md: line 4$'

# Ten commands are ten, however they are written.
# counted STATUS LINE...
counted() {
	want=$1
	shift
	page '## One node' '    one' '```sh' '# a note' 'coldca sign a \' '    b' \
	    "coldca install ';' \"|\"" 'four' 'five' 'six' 'seven' 'eight' "$@" \
	    '```' '## Else' '    eleven'
	ran "$ten" "$work/page.md"
	is "status of the count ($*)" "$want" "$status"
}
counted 0 'nine' 'ten'
counted 1 'nine' 'ten' 'eleven'
counted 1 'nine && ten' 'eleven'
counted 1 'nine; ten' 'eleven'
counted 1 'nine | ten || eleven'
counted 1 'coldca sign c'
finish
