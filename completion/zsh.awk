# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -f table.awk -f zsh.awk TABLE: the completion for zsh.

function quoted(s) {
	gsub(/'/, "'\\''", s)
	return "'" s "'"
}

# "name:what it is", as _describe reads it
function described(name, what) {
	gsub(/:/, "\\:", name)
	return quoted(name ":" what)
}

END {
	profiles_known()
	print "#compdef coldca\n# Generated, do not edit.\n"
	print "_coldca_first=("
	for (i = 1; i <= firsts; i++)
		print "\t" described(first[i], first_about[first[i]])
	print ")\n\ntypeset -gA _coldca_second _coldca_words _coldca_values\n"
	for (i = 1; i <= firsts; i++)
		if (second[first[i]] != "")
			printf "_coldca_second+=('%s' '%s')\n", first[i], \
			    substr(second[first[i]], 2)
	for (i = 1; i <= commands; i++) {
		words = plain[command[i]]
		if (files[command[i]] != "")
			words = words (words == "" ? "" : " ") files[command[i]]
		if (words != "")
			printf "_coldca_words+=('%s' '%s')\n", command[i], words
	}
	for (o = 1; o <= options; o++) {
		if (metavar[o] == "-")
			continue
		for (i = 1; i <= commands; i++)
			if (takes[o, command[i]])
				printf "_coldca_values+=('%s:--%s' '%s')\n", \
				    command[i], option[o], kind(metavar[o])
	}
	print "\n_coldca_options() {\n\tcase $1 in"
	for (i = 1; i <= commands; i++) {
		printf "\t'%s')\n\t\tvalued=(", command[i]
		for (o = 1; o <= options; o++)
			if (takes[o, command[i]] && metavar[o] != "-" && \
			    metavar[o] !~ /^\[[^=]*\]$/)
				printf "\n\t\t\t%s", described("--" option[o] "=", \
				    option_about[o])
		printf "\n\t\t)\n\t\tplain=("
		for (o = 1; o <= options; o++)
			if (takes[o, command[i]] && (metavar[o] == "-" || \
			    metavar[o] ~ /^\[[^=]*\]$/))
				printf "\n\t\t\t%s", described("--" option[o], \
				    option_about[o])
		print "\n\t\t) ;;"
	}
	print "\tesac\n}\n"
	while ((getline line < tail) > 0)
		print line
}
