# SPDX-License-Identifier: Apache-2.0
#
# Reads what `coldca help --dump-commands` prints, for bash.awk, fish.awk and
# zsh.awk.

BEGIN {
	FS = "\t"
}

# What kind of words a metavariable stands for: "a b c", ":dir", ":file" or "".
function kind(metavar,    out) {
	out = metavar
	if (out ~ /^\[.*\]$/)
		out = substr(out, 2, length(out) - 2)
	if (out ~ /DIR|STICK/)
		return ":dir"
	if (out ~ /FILE|PATH|CSR|CERT\.|^CERT$|BUNDLE|DRAFT/)
		return ":file"
	if (out ~ /[A-Z]/)
		return ""
	gsub(/\|/, " ", out)
	return out
}

# Words that stand for themselves in a synopsis, and what files it takes.
function learn_words(name, synopsis,    word, n, i, text) {
	n = split(synopsis, word, /[][ |]+/)
	for (i = 1; i <= n; i++) {
		text = word[i]
		if (text ~ /^--/)
			continue
		if (text ~ /^[a-z-]+$/)
			plain[name] = plain[name] " " text
		else if (text == "PROFILE")
			takes_profile[name] = 1
		else if (kind(text) ~ /^:/ && text !~ /SERIAL|NAME/)
			files[name] = kind(text)
	}
	sub(/^ /, "", plain[name])
}

$1 == "command" {
	command[++commands] = $2
	about[$2] = $5
	learn_words($2, $3)
	n = split($2, part, " ")
	if (!(part[1] in first_seen)) {
		first_seen[part[1]] = 1
		first[++firsts] = part[1]
		first_about[part[1]] = n == 1 ? $5 : ""
	}
	if (n == 2) {
		second[part[1]] = second[part[1]] " " part[2]
		first_about[part[1]] = first_about[part[1]] \
		    (first_about[part[1]] == "" ? "" : ", ") part[2]
	}
}

$1 == "option" {
	option[++options] = $2
	metavar[options] = $3
	option_about[options] = $7
	n = split($8, who, ",")
	for (i = 1; i <= n; i++)
		takes[options, who[i]] = 1
}

# What `sign PROFILE` can be is what `request` can.
function profiles_known(    i) {
	for (i = 1; i <= commands; i++)
		if (command[i] in takes_profile)
			plain[command[i]] = plain["request"]
}
