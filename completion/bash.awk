# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -f table.awk -f bash.awk TABLE: the completion for bash. It needs
# nothing of the package bash-completion.

function options_of(name,    o, out) {
	for (o = 1; o <= options; o++)
		if (takes[o, name])
			out = out " --" option[o] \
			    (metavar[o] == "-" || metavar[o] ~ /^\[[^=]*\]$/ \
			    ? "" : "=")
	return substr(out, 2)
}

END {
	profiles_known()
	print "# bash completion of coldca; generated, do not edit."
	print "# shellcheck shell=bash\n"
	print "_coldca_options() {\n\tcase $1 in"
	for (i = 1; i <= commands; i++)
		printf "\t\"%s\") echo \"%s\" ;;\n", command[i], \
		    options_of(command[i])
	print "\tesac\n}\n"
	print "# What follows an option, or the words of a command: words, or a kind."
	print "_coldca_values() {\n\tcase $1:$2 in"
	for (o = 1; o <= options; o++) {
		if (metavar[o] == "-" || kind(metavar[o]) == "")
			continue
		for (i = 1; i <= commands; i++)
			if (takes[o, command[i]])
				printf "\t\"%s:--%s\") echo \"%s\" ;;\n", \
				    command[i], option[o], kind(metavar[o])
	}
	for (i = 1; i <= commands; i++) {
		words = plain[command[i]]
		if (files[command[i]] != "")
			words = words (words == "" ? "" : " ") files[command[i]]
		if (words != "")
			printf "\t\"%s:\") echo \"%s\" ;;\n", command[i], words
	}
	print "\tesac\n}\n"
	print "# The options whose value may be the next word."
	print "_coldca_takes_value() {\n\tcase $1 in"
	for (o = 1; o <= options; o++)
		if (metavar[o] != "-" && metavar[o] !~ /^\[[^=]*\]$/ && \
		    !said[option[o]]++)
			printf "\t--%s) return 0 ;;\n", option[o]
	print "\tesac\n\treturn 1\n}\n"
	printf "_coldca_first=\""
	for (i = 1; i <= firsts; i++)
		printf "%s%s", (i > 1 ? " " : ""), first[i]
	print "\"\n"
	print "_coldca_second() {\n\tcase $1 in"
	for (i = 1; i <= firsts; i++)
		if (second[first[i]] != "")
			printf "\t%s) echo \"%s\" ;;\n", first[i], \
			    substr(second[first[i]], 2)
	print "\tesac\n}\n"
	while ((getline line < tail) > 0)
		print line
}
