#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: catch.sh PROGRAM SOURCE_DIR
#
# Proves that check.sh sees what it is for: spoils the pages in one way after the
# other and wants each reported.

program=$1 source=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
ln -s "$source/src" "$source/include" "$work"
trap 'rm -rf "$work"' EXIT
failed=0
"$program" help --dump-commands >"$work/table"

MAN_READ=$work/read
export MAN_READ
mkdir "$MAN_READ" "$work/good"

# build PAGE: from its template, as the build does it
build() {
	awk -v page="$1" -f "$work/man/genpage.awk" "$work/table" \
	    "$work"/man/*.1.in >"$work/pages/$1"
}

# fresh: templates and pages as they are right
fresh() {
	rm -rf "$work/man" "$work/pages"
	cp -R "$source/man" "$work/man"
	cp -R "$work/good" "$work/pages"
}

# reports REGEX: the check fails and says so.
reports() {
	if "$here/check.sh" "$program" "$work" "$work/pages" >"$work/out" 2>&1; then
		echo "not caught: $1"
		failed=1
	elif ! grep -Eq -e "$1" "$work/out"; then
		echo "'$1' is not said, but:"
		cat "$work/out"
		failed=1
	fi
}

# spoiled_template FILE SED REGEX, spoiled_page FILE SED REGEX
spoiled_template() {
	fresh
	sed -i "$2" "$work/man/$1"
	build "${1%.in}"
	reports "$3"
}
spoiled_page() {
	fresh
	sed -i "$2" "$work/pages/$1"
	reports "$3"
}

fresh
for template in "$work"/man/*.1.in; do
	build "$(basename "$template" .in)"
done
cp "$work"/pages/* "$work/good"
"$here/check.sh" "$program" "$work" "$work/pages" || {
	[ $? -ne 77 ] || exit 77
	echo 'the pages themselves are not right'
	exit 1
}
spoiled_template coldca-sign.1.in '/^@command renew/d' 'no page has the command renew'
spoiled_template coldca-sign.1.in '/^@command renew/i @command no-such' 'there is no command no-such'
spoiled_template coldca-lint.1.in '/^@command lint/a @command sign' 'sign: on the page coldca-lint\.1 and on'
spoiled_template coldca-sign.1.in 's/^The token signs/&/; /^A request comes/i .Fl -no-such' 'no option --no-such'
spoiled_template coldca-sign.1.in 's|/outbox$|/no-such-box|' 'the program knows no .*no-such-box'
spoiled_template coldca-intake.1.in 's|response-ENTRY|answer-ENTRY|' 'the program knows no .*answer-ENTRY'
spoiled_template coldca-approve.1.in 's|/HASH.draft$|/HASH.drift|' 'the program knows no .*HASH\.drift'
fresh
sed -i 's/^\.It Pa .*\.approval$/.It Pa policy.yaml/' "$work"/man/*.1.in
reports 'FILES: no page has \.approval'
fresh
sed -i '/^\.It Pa .*coldca-installed\.txt$/d' "$work"/man/coldca-request.1.in
reports 'FILES: no page has coldca-installed\.txt'
spoiled_template coldca-sign.1.in '/^@options/d' 'no word of --lifetime=DURATION'
spoiled_template coldca-sign.1.in '/^@environment/d' 'no word of .COLDCA_DIR'
spoiled_template coldca-sign.1.in '/^@statuses/,+1d' 'exit status 4 is not: refused by policy'
spoiled_template coldca-sign.1.in '/^@synopsis/d' 'no synopsis of sign'
spoiled_template coldca-sign.1.in '/^A request comes/i .No-such macro' 'WARNING|ERROR'
spoiled_page coldca-sign.1 's/^\.It Fl -lifetime.*/.It Fl -lifetime/' 'no word of --lifetime=DURATION'
spoiled_page coldca-sign.1 '/^For: sign, renew\.$/d' 'is not for inspect'
spoiled_page coldca-sign.1 's/^For: sign, renew\.$/For: sign./' 'is for renew as well'
spoiled_page coldca-sign.1 's/^\.It 4$/.It 9/' 'there is no exit status 9'
exit $failed
