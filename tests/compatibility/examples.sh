#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every synopsis and example of the page `cockroach cert`, with only the first
# word and --ca-key changed, and what the page shows after it, as the table that
# docs/compatibility.md has.

. "$(dirname "$0")/lib.sh"
need openssl
begin_rows

# ssh and scp: a directory for each host, hosts/NAME.
cat >"$work/bin/ssh" <<'END'
#!/bin/sh -e
mkdir -p "hosts/${1#*@}"
cd "hosts/${1#*@}"
sh -c "$2"
END
cat >"$work/bin/scp" <<'END'
#!/bin/sh -e
for to; do :; done
host=${to#*@}
while [ $# -gt 1 ]; do
	cp "$1" "hosts/${host%%:*}/${host#*:~/}"
	shift
done
END
chmod +x "$work/bin/ssh" "$work/bin/scp"

# NUMBER.command and NUMBER.shown for each command; NUMBER.section where one
# begins: its words are what stands for a placeholder.
mkdir "$work/page"
(cd "$work/page" && awk '
	/^#/ { next }
	/^== / { section = $0; next }
	/^[$] / {
		number++
		name = number ".command"
		sub(/^[$] /, "")
		if (section != "")
			print section > (number ".section")
		section = ""
	}
	{ print > name }
	name ~ /command$/ && !/\\$/ { name = number ".shown" }
' "$here/cockroach-cert-page.txt")
total=$(find "$work/page" -name '*.command' | wc -l)

# shellcheck disable=SC2016 # the shell that runs it expands it
# filled COMMAND: with a value for each placeholder
filled() {
	printf '%s\n' "$1" | sed -e 's/\[path-to-certs-directory\]/certs/' \
	    -e 's/\[node-hostname\]/node1.example.com/' \
	    -e 's/\[node-other-hostname\]/node1.another-example.com/' \
	    -e 's/\[node-yet-another-hostname\]/10.0.0.1/' \
	    -e 's/\[hostname-in-wildcard-notation\]/*.dev.another-example.com/' \
	    -e 's/\[username\]/maxroach/' \
	    -e 's/<username>@<\(node[0-9]\) address>/maxroach@\1/' \
	    -e 's/^cockroach /coldca /' -e 's/--ca-key=[^ ]*/--ca-key=$CLUSTER/'
}

# listed FILE: mode and name of each line of `ls -l`
listed() {
	awk '/^[-d]/ { print substr($1, 1, 10), $NF }' "$1"
}

# expressions FILE: one for each row of the page's table: certificate file, key
# file, a date, notes; whatever stands between the columns
expressions() {
	awk -F' *[|] *' '/^[|]/ && $3 != "Certificate File" {
		gsub(/[.*]/, "\\\\&")
		print $3 "[ |]+" $4 "[ |]*[0-9]{4}/[0-9]{2}/[0-9]{2}[ |]+" $6
	}' "$1"
}

# shown NUMBER: whether that is what the page shows after the command
shown() {
	case $command in
	ls*)
		is "$command" "$(listed "$work/page/$1.shown")" \
		    "$(listed "$work/out")"
		;;
	'cockroach cert list'*)
		verdict='same, and Warnings'
		[ -s "$work/page/$1.shown" ] || return 0
		verdict='same, and Warnings; CA for Certificate Authority, as newer releases have it'
		is 'the first line' "$(head -n 1 "$work/page/$1.shown")" \
		    "$(head -n 1 "$work/out")"
		expressions "$work/page/$1.shown" >"$work/expressions"
		is 'rows' "$(wc -l <"$work/expressions")" \
		    "$(grep -Ec -f "$work/expressions" "$work/out")"
		while read -r expression <&4; do
			says "$expression"
		done 4<"$work/expressions"
		;;
	ssh* | scp*) verdict='same; ssh and scp are stood in for by a directory for each host' ;;
	esac
}

# one NUMBER COMMAND: runs it; a line of the table
one() {
	changed=$(filled "$2")
	verdict=same
	ok sh -c "$changed"
	shown "$1"
	fields "\`$command\`" "\`$changed\`" "$verdict"
}

cd "$work"
number=1
while [ "$number" -le "$total" ]; do
	if [ -e "$work/page/$number.section" ]; then
		in_state bare cluster-ca
		unset COCKROACH_CERTS_DIR COCKROACH_CA_KEY
		sed 's/^== //' "$work/page/$number.section" >&3
	fi
	command=$(sed 's/\\$//' "$work/page/$number.command" | tr -d '\n' |
	    tr -s ' ')
	case $command in
	*'<subcommand>'*)
		for name in create-ca create-node create-client list; do
			one "$number" "cockroach cert $name --help"
			says "usage: coldca $name"
		done
		;;
	*) one "$number" "$command" ;;
	esac
	number=$((number + 1))
done 3>"$work/rows"
is 'commands on the page' 22 "$total"

# What the page says beside the examples.
is 'the CA key is in no file' '' "$(names my-safe-directory)"
for crt in node client.maxroach; do
	signed_by "certs/$crt.crt" certs/ca.crt
done
is 'common names' 'CN=node CN=maxroach' \
    "$(for crt in node client.maxroach; do
	subject "certs/$crt.crt" | sed 's/subject=//; s/,.*//'
done | paste -sd' ')"
for host in node1 node2; do
	ok coldca list --check "--certs-dir=hosts/$host/certs"
	says "addresses: $host"
done

in_tables '| on the page | run here | coldca |' <"$work/rows" >"$work/table"
compare examples "$work/table"
finish
