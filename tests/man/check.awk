# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -f check.awk TABLE ASKED TEXT: what check.sh compares, see there.
# ASKED has a page and a command of it in each line, TEXT a page and a line.

BEGIN {
	FS = "\t"
}

FNR == 1 {
	file++
}

file == 1 && $1 == "command" {
	command[$2] = $3
}

file == 1 && $1 == "option" {
	known["--" $2] = 1
	label = "--" $2
	if ($3 ~ /^\[.*\]$/ && $3 !~ /=/)
		label = label "[=" substr($3, 2)
	else if ($3 != "-")
		label = label "=" $3
	n = split($8, who, ",")
	for (i = 1; i <= n; i++)
		wanted[++wants] = who[i] SUBSEP label SUBSEP $4
	for (i = 1; i <= n; i++)
		takes[who[i], label] = 1
}

file == 1 && $1 == "status" {
	status[$2] = $3
}

file == 2 {
	if ($2 in page)
		print $2 ": on the page " page[$2] " and on " $1
	page[$2] = $1
	on_page[$1] = on_page[$1] "," $2
	if (!($2 in command))
		print $1 ": there is no command " $2
}

file == 3 {
	text = $2
	if (text ~ /^[A-Z]/)
		section[$1] = text
	if (section[$1] == "SYNOPSIS") {
		gsub(/  +/, " ", text)
		synopsis[$1] = synopsis[$1] text "\n"
	}
	# An item of a list: its label stands alone, or before its text.
	if (section[$1] == "OPTIONS" && text ~ /^     --/) {
		label = text
		sub(/^ +/, "", label)
		sub(/  .*/, "", label)
		has[$1, label] = 1
		last[$1] = label
	}
	if (section[$1] == "OPTIONS" && text ~ /For: /) {
		claim = text
		sub(/.*For: /, "", claim)
		sub(/\.$/, "", claim)
		only[$1, last[$1]] = ", " claim ","
	}
	if (section[$1] == "ENVIRONMENT" && text ~ /^     [A-Z]/) {
		split(text, word, " ")
		variable[$1, word[1]] = 1
	}
	if (section[$1] == "EXIT STATUS" && text ~ /^     [0-9]/) {
		split(text, word, " ")
		said[$1, word[1]] = text
		if (!(word[1] in status))
			print $1 ": there is no exit status " word[1]
	}
	# Whatever looks like an option is one.
	gsub(/\[no-\]/, "", text)
	rest = text
	while (match(rest, /(^|[ (`"])--[a-z][a-z0-9-]*/)) {
		option = substr(rest, RSTART, RLENGTH)
		sub(/^[^-]*/, "", option)
		if (!(option in known) && !(($1, option) in reported)) {
			print $1 ": there is no option " option
			reported[$1, option] = 1
		}
		rest = substr(rest, RSTART + RLENGTH)
	}
	seen[$1] = 1
}

END {
	for (name in command)
		if (!(name in page))
			print "man: no page has the command " name \
			    ": add `@command " name "` to a man/*.1.in"
		else if (index(synopsis[page[name]], "coldca " name " ") == 0)
			print page[name] ": no synopsis of " name
	for (i = 1; i <= wants; i++) {
		split(wanted[i], part, SUBSEP)
		at = page[part[1]]
		if (at == "")
			continue
		if (!((at, part[2]) in has))
			print at ": no word of " part[2]
		else if (((at, part[2]) in only) &&
		    index(only[at, part[2]], ", " part[1] ",") == 0)
			print at ": " part[2] " is for " part[1] " as well"
		if (part[3] != "-" && at ~ /coldca-[^l]/ &&
		    !((at, part[3]) in variable))
			print at ": no word of $" part[3]
	}
	# Without a word of whom it is for, an option is for all of the page.
	for (pair in has) {
		split(pair, part, SUBSEP)
		claim = pair in only ? only[pair] : on_page[part[1]]
		n = split(claim, who, ",")
		for (i = 1; i <= n; i++) {
			sub(/^ /, "", who[i])
			if ((who[i] in command) && !((who[i], part[2]) in takes))
				print part[1] ": " part[2] " is not for " who[i]
		}
	}
	for (at in seen)
		if (at ~ /\.1$/)
			for (number in status)
				if (index(tolower(said[at, number]), \
				    tolower(status[number])) == 0)
					print at ": exit status " number \
					    " is not: " status[number]
}
