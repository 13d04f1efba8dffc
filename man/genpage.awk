# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -v page=NAME.1 -f genpage.awk TABLE NAME.1.in...
#
# Writes the manual page NAME.1: its template with what the program says of its
# commands put in. TABLE is what `coldca help --dump-commands` prints. In a
# template these lines are replaced:
#
#	@command NAME	what the program says of this command
#	@synopsis	the synopsis of the commands of the page
#	@options	their options
#	@environment	the variables that stand in for them
#	@statuses	the exit statuses
#	@commands	every command of the program, with the page it is on
#
# A command that the program was built without is left out; a page that is left
# with none is empty. tests/man holds the pages against the table.

BEGIN {
	FS = "\t"
}

# What is read by mandoc as text and not as a request.
function text(s) {
	gsub(/\\/, "\\e", s)
	gsub(/(^|[ (`])--?[a-z]/, "\001&", s)
	while (match(s, /\001[^-]?--?/)) {
		hyphens = substr(s, RSTART + 1, RLENGTH - 1)
		gsub(/-/, "\\-", hyphens)
		s = substr(s, 1, RSTART - 1) hyphens substr(s, RSTART + RLENGTH)
	}
	while (match(s, /`[^`]*`/))
		s = substr(s, 1, RSTART - 1) "\\(lq" \
		    substr(s, RSTART + 1, RLENGTH - 2) "\\(rq" \
		    substr(s, RSTART + RLENGTH)
	if (s ~ /^[.']/)
		s = "\\&" s
	# A sentence begins a line.
	while (match(s, /[.?] [^ ]/))
		s = substr(s, 1, RSTART) "\n" substr(s, RSTART + 2)
	return s
}

function sentence(s) {
	return text(toupper(substr(s, 1, 1)) substr(s, 2) \
	    (s ~ /[.?]$/ ? "" : "."))
}

# An option as mdoc has it: Fl -lifetime Ns = Ns Ar DURATION
function flag(name, metavar) {
	if (metavar == "-")
		return "Fl -" name
	if (metavar ~ /^\[.*\]$/ && metavar !~ /=/)
		return "Fl -" name " Ns Oo = Ns Ar " \
		    substr(metavar, 2, length(metavar) - 2) " Oc"
	return "Fl -" name " Ns = Ns " (metavar ~ /[A-Z]/ ? "Ar " : "Cm ") \
	    metavar
}

# One word of a synopsis. Brackets become those of an optional argument.
function synopsis_word(word,    out, closing, at) {
	if (word == "|")
		return " |"
	if (word ~ /^\[/) {
		out = " Oo"
		word = substr(word, 2)
	}
	if (word ~ /\]$/) {
		closing = " Oc"
		word = substr(word, 1, length(word) - 1)
	}
	at = index(word, "=")
	if (word ~ /^--/ && at)
		return out " " flag(substr(word, 3, at - 3), \
		    substr(word, at + 1)) closing
	if (word ~ /^--/)
		return out " Fl " substr(word, 2) closing
	return out (word ~ /[A-Z]/ ? " Ar " : " Cm ") word closing
}

function synopsis(command,    out, word, n, i) {
	out = ".Nm coldca Cm " command " Oo Ar OPTION Oc ..."
	if (words[command] == "-")
		return out
	n = split(words[command], word, " ")
	for (i = 1; i <= n; i++)
		out = out synopsis_word(word[i])
	return out
}

function print_synopsis(    i) {
	print ".Sh SYNOPSIS"
	for (i = 1; i <= mine; i++)
		print synopsis(my[i])
}

function print_command(command,    n, i, line) {
	print ".Ss coldca " command
	print sentence(help[command])
	n = split(notes[command], line, "\n")
	if (n > 1)
		print ".Pp"
	for (i = 1; i < n; i++)
		print line[i] == "-" ? ".Pp" : text(line[i])
}

# Of the commands of this page, those that take option O, "" where all do.
function takers(o,    i, n, out) {
	for (i = 1; i <= mine; i++)
		if (takes[o, my[i]]) {
			out = out (n ? ", " : "") my[i]
			n++
		}
	return n == mine ? "" : out
}

function is_mine(o,    i) {
	for (i = 1; i <= mine; i++)
		if (takes[o, my[i]])
			return 1
	return 0
}

function print_options(    o, who, said) {
	print ".Bl -tag -width Ds"
	for (o = 1; o <= options; o++) {
		if (!is_mine(o))
			continue
		print ".It " flag(option[o], metavar[o])
		print sentence(option_help[o])
		if (repeats[o] == "repeats")
			print "May be repeated."
		said = env[o] != "-" ? "$" env[o] : ""
		if (fallback[o] != "-")
			said = said (said ? ", " : "") fallback[o]
		if (said != "")
			print "Default: " text(said) "."
		who = takers(o)
		if (who != "")
			print "For: " text(who) "."
	}
	print ".El"
}

function print_environment(    o) {
	print ".Bl -tag -width Ds"
	for (o = 1; o <= options; o++)
		if (env[o] != "-" && is_mine(o) && !said_env[env[o]]++)
			print ".It Ev " env[o] "\nStands in for\n.Fl -" \
			    option[o] "."
	print ".El"
}

function print_statuses(    i) {
	print ".Bl -tag -width Ds"
	for (i = 1; i <= statuses; i++)
		print ".It " status[i] "\n" sentence(status_help[i])
	print ".El"
}

function print_commands(    i, last) {
	for (i = 1; i <= commands; i++) {
		if (group[command[i]] != last) {
			if (last != "")
				print ".El"
			last = group[command[i]]
			print ".Ss " toupper(substr(last, 1, 1)) substr(last, 2)
			print ".Bl -tag -width Ds"
		}
		print ".It Cm " command[i]
		print sentence(help[command[i]])
		if (page_of[command[i]] != "" && page_of[command[i]] != page)
			print ".Xr " substr(page_of[command[i]], 1, \
			    length(page_of[command[i]]) - 2) " 1"
	}
	print ".El"
}

$1 == "command" && !template {
	command[++commands] = $2
	words[$2] = $3
	group[$2] = $4
	help[$2] = $5
	next
}

$1 == "note" && !template {
	notes[$2] = notes[$2] $3 "\n"
	next
}

$1 == "option" && !template {
	option[++options] = $2
	metavar[options] = $3
	env[options] = $4
	fallback[options] = $5
	repeats[options] = $6
	option_help[options] = $7
	n = split($8, who, ",")
	for (i = 1; i <= n; i++)
		takes[options, who[i]] = 1
	next
}

$1 == "status" && !template {
	status[++statuses] = $2
	status_help[statuses] = $3
	next
}

# From here on, templates.
FNR == 1 {
	template = FILENAME
	sub(/.*\//, "", template)
	sub(/\.in$/, "", template)
	FS = "\n"
}

/^@command / {
	name = substr($0, 10)
	page_of[name] = template
	if (template == page) {
		asked++
		if (name in help)
			my[++mine] = name
	}
}

template == page {
	line[++lines] = $0
}

END {
	if (asked && !mine)
		exit
	for (i = 1; i <= lines; i++) {
		if (line[i] ~ /^@command /) {
			if (substr(line[i], 10) in help)
				print_command(substr(line[i], 10))
		} else if (line[i] == "@synopsis")
			print_synopsis()
		else if (line[i] == "@options")
			print_options()
		else if (line[i] == "@environment")
			print_environment()
		else if (line[i] == "@statuses")
			print_statuses()
		else if (line[i] == "@commands")
			print_commands()
		else
			print line[i]
	}
}
