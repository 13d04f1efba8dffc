# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -f table.awk -f fish.awk TABLE: the completion for fish.

function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/'/, "\\'", s)
	return "'" s "'"
}

# The commands that take option O, each quoted where it has two words.
function takers(o,    i, out) {
	for (i = 1; i <= commands; i++)
		if (takes[o, command[i]])
			out = out " " (command[i] ~ / / ? "\"" command[i] "\"" \
			    : command[i])
	return out
}

function arguments(o,    what) {
	what = kind(metavar[o])
	if (metavar[o] == "-")
		return ""
	if (what == ":dir")
		return " -x -a '(__fish_complete_directories)'"
	if (what == ":file")
		return " -r -F"
	return " -x" (what == "" ? "" : " -a " quoted(what))
}

END {
	profiles_known()
	print "# fish completion of coldca; generated, do not edit."
	while ((getline line < tail) > 0)
		print line
	for (i = 1; i <= firsts; i++)
		printf "complete -c coldca -n __coldca_none -a %s -d %s\n", \
		    first[i], quoted(first_about[first[i]])
	for (i = 1; i <= commands; i++)
		if (split(command[i], part, " ") == 2)
			printf "complete -c coldca -n '__coldca_is %s' -a %s -d %s\n", \
			    part[1], part[2], quoted(about[command[i]])
	for (i = 1; i <= commands; i++) {
		is = "'__coldca_is " (command[i] ~ / / ? "\"" command[i] "\"" \
		    : command[i]) "'"
		if (plain[command[i]] != "")
			printf "complete -c coldca -n %s -a %s\n", is, \
			    quoted(plain[command[i]])
		if (files[command[i]] == ":file")
			printf "complete -c coldca -n %s -F\n", is
		if (files[command[i]] == ":dir")
			printf "complete -c coldca -n %s -a '(__fish_complete_directories)'\n", is
	}
	printf "complete -c coldca -n '__coldca_is help' -a '"
	for (i = 1; i <= firsts; i++)
		printf "%s%s", (i > 1 ? " " : ""), first[i]
	print "'"
	for (o = 1; o <= options; o++)
		printf "complete -c coldca -n '__coldca_is%s' -l %s%s -d %s\n", \
		    takers(o), option[o], arguments(o), quoted(option_about[o])
}
