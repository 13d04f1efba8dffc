# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of docs/compatibility.md share: rows that are run, each in a
# directory of its own, and the table that they print, which the page must have.
#
# From outside: COLDCA, COLDCA_SOURCE; TABLES, a directory for tables instead of
# the comparison (scripts/update-compatibility).

# Hundreds of short runs, whose fsync() other tests are about.
[ -n "${TMPDIR:-}" ] || { [ -d /dev/shm ] && [ -w /dev/shm ] &&
    TMPDIR=/dev/shm; } || TMPDIR=/tmp
export TMPDIR
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../e2e/lib.sh"
. "$here/../e2e/pairs.sh"
page=$COLDCA_SOURCE/docs/compatibility.md

# The row that is set: rows.awk says what its parts are.
row_of='' row_flag='' row_cockroach='' row_from='' row_object='' row_before=''
row_run='' row_ends='' row_check='' row_here='' row_control=''

# compare NAME TABLE: the page has between two marks what was printed.
compare() {
	cat "$2"
	[ -z "${TABLES:-}" ] || {
		cp "$2" "$TABLES/$1"
		return
	}
	sed -n "/^<!-- $1 -->\$/,/^<!-- end of $1 -->\$/p" "$page" |
	    sed '1d;$d' >"$work/on-page"
	holds "docs/compatibility.md, $1 (scripts/update-compatibility)" \
	    diff -u "$work/on-page" "$2"
}

# uri OBJECT: a key on the token, with its PIN
uri() {
	echo "pkcs11:token=ca;object=$1?pin-source=file:$work/row/pin"
}

# begin_rows: makes the state `bare`: a token, and an empty CA directory.
begin_rows() {
	mkdir -p "$work/bin" "$work/states" "$work/row"
	ln -s "$COLDCA" "$work/bin/coldca"
	PATH=$work/bin:$PATH
	HOME=$work/row
	CLUSTER=$(uri cluster-ca) CLIENT=$(uri client-ca)
	TENANT=$(uri tenant-ca) OTHER=$(uri other)
	export CLUSTER CLIENT TENANT OTHER
	make_token ca
	# The copy of a token is that token, wherever SoftHSM looks for it.
	mv "$work/tokens" "$work/pin" "$work/row"
	sed -i "s|^directories.tokendir.*|directories.tokendir = $work/row/tokens|" \
	    "$SOFTHSM2_CONF"
	cd "$work/row"
	ok coldca init --mode=test "--module=$module"
	cp -r "$work/row" "$work/states/bare"
}

# in_state STATE OBJECT: row/ is STATE, made when it is first needed; OBJECT is
# the key that COCKROACH_CA_KEY names.
in_state() {
	[ -d "$work/states/$1" ] || make_state "$1"
	cd "$work"
	rm -rf "$work/row"
	cp -r "$work/states/$1" "$work/row"
	cd "$work/row"
	COCKROACH_CERTS_DIR=certs
	COCKROACH_CA_KEY="pkcs11:token=ca;object=$2?pin-source=file:$work/row/pin"
	export COCKROACH_CERTS_DIR COCKROACH_CA_KEY
}

make_state() (
	"state_$1"
	in_state "$row_from" "$row_object"
	ok eval "$row_run"
	cp -r "$work/row" "$work/states/$1"
)

# attempt COMMAND: whether the row that is set is so, with COMMAND
attempt() (
	failures=0
	in_state "$row_from" "$row_object"
	eval "$row_before" >"$work/before" 2>&1 ||
	    failed "before: $(cat "$work/before")"
	ran eval "$1"
	is "status of: $1" "$row_ends" "$status"
	printf '%s\n' "$row_check" >"$work/checks"
	while IFS= read -r line <&4; do
		eval "$line" || failed "is not so: $line"
	done 4<"$work/checks"
	[ "$failures" -eq 0 ] || said
	[ "$failures" -eq 0 ]
)

# reasons: those of the last command, without what differs from run to run
reasons() {
	sed -nE -e 's/^coldca: error: //; T' -e "s|$work/row/||g" \
	    -e 's/[0-9a-f]{16,}/HEX/g; s|/[^ ]*/libsofthsm2.so|MODULE|' \
	    -e 's/([0-9]+h)[0-9]+m[0-9]+s/\1NNmNNs/g; p' "$work/err" |
	    awk '{ all = all (NR > 1 ? "; " : "") $0 }
		END { print (all ~ /`/) ? "`` " all " ``" : "`" all "`" }'
}

# fields FIELD...: a line of a table, to descriptor 3
fields() (
	IFS=$(printf '\037')
	printf '%s\n' "$*" >&3
)

# one_row: runs the row that is set.
one_row() {
	[ -z "${CONTROLS:-}" ] || {
		one_control
		return
	}
	attempt "$row_run" >"$work/log" 2>&1 || {
		failed "$row_of, $row_flag: $row_run"
		sed 's/^/    /' "$work/log"
	}
	case $row_here in
	refused | *'; refused') row_here="$row_here: $(reasons)" ;;
	esac
	fields "$row_of" "$row_flag" "$row_cockroach" "\`$row_run\`" "$row_here"
}

# without: the row's command without the flag, or variable, it is about
without() {
	name=${row_flag%%[!a-zA-Z0-9_\$-]*}
	case $name in
	--*) printf '%s\n' "$row_run" |
	    sed -E "s/ '?$name(=('[^']*'|[^ ]*)|'|)( |\$)/\\3/g" ;;
	\$*) printf '%s\n' "$row_run" |
	    sed -E "s/(env|) ?${name#?}=[^ ]* /\\1 /; s/^env (coldca)/\\1/" ;;
	esac
}

# one_control: without what the row is about, it must not be so.
one_control() {
	what="$row_of, $row_flag: $row_run"
	case $row_control in
	'none: '*) return ;;
	esac
	other=${row_control:-$(without)}
	if [ -z "$other" ] || [ "$other" = "$row_run" ]; then
		failed "no control: $what"
	elif attempt "$other" >"$work/log" 2>&1; then
		failed "is so without it, too: $what ($other)"
	fi
}

# one_title TITLE
one_title() {
	[ -n "${CONTROLS:-}" ] || printf '%s\n' "$1" >&3
}

# read_rows FILE...: runs each row; rows.awk says what a row is.
read_rows() {
	awk -f "$here/rows.awk" "$@" >"$work/rows.sh"
	# shellcheck disable=SC1091 # made by the line above
	. "$work/rows.sh"
}

# in_tables HEADING: titles and fields as the page has them
in_tables() {
	awk -F '\037' -v heading="$1" '
	NF == 1 {
		line = heading
		gsub(/[^|]/, "-", line)
		gsub(/-[|]/, " |", line)
		gsub(/[|]-/, "| ", line)
		print "\n### " $0 "\n\n" heading "\n" line
		next
	}
	{
		gsub(/[|]/, "\\|")
		line = "|"
		for (i = 1; i <= NF; i++)
			line = line " " $i " |"
		print line
	}'
}
