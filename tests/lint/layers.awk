# SPDX-License-Identifier: Apache-2.0
#
# usage: gawk -f layers.awk layers.txt FILE...
#
# Prints each line that breaks a rule of layers.txt; exit status 1 if any.

BEGIN {
	FS = "[ \t]*;[ \t]*"
}

# may_include(HEADER, PREFIXES): the last prefix that fits decides.
function may_include(header, prefixes,    list, count, i, prefix, answer)
{
	count = split(prefixes, list, " ")
	for (i = 1; i <= count; i++) {
		prefix = list[i]
		sub(/^!/, "", prefix)
		if (index(header, prefix) == 1)
			answer = list[i] !~ /^!/
	}
	return answer
}

# owned(FILE, PATTERNS): whether one of the patterns fits the whole name.
function owned(file, patterns,    list, count, i, pattern)
{
	count = split(patterns, list, " ")
	for (i = 1; i <= count; i++) {
		pattern = list[i]
		gsub(/[.]/, "[.]", pattern)
		gsub(/[*]/, ".*", pattern)
		if (file ~ "^" pattern "$")
			return 1
	}
	return 0
}

# code(LINE): LINE without comments and, but for includes, without strings.
function code(line,    out, at)
{
	while (line != "") {
		at = index(line, inside ? "*/" : "/*")
		if (!inside)
			out = out (at == 0 ? line : substr(line, 1, at - 1))
		if (at == 0)
			break
		line = substr(line, at + 2)
		inside = !inside
	}
	if (out !~ /^#[ \t]*include/)
		gsub(/"([^"\\]|\\.)*"/, "\"\"", out)
	return out
}

function broken(why)
{
	printf "%s:%d: %s\n", FILENAME, FNR, why
	found = 1
}

FNR == NR {
	if ($1 == "layer") {
		allowed[$2] = $3
	} else if ($1 == "owner") {
		rules++
		number[$2] = rules
		pattern[rules] = $3
		any = any (rules > 1 ? "|" : "") "(" $3 ")"
		owners[rules] = $4
		why[rules] = $5
	} else if ($1 == "except" && $2 in number && $4 != "") {
		owners[number[$2]] = owners[number[$2]] " " $3
	} else if ($0 !~ /^(#.*)?$/) {
		broken("not a line of this table")
	}
	next
}

FNR == 1 {
	inside = 0
	dir = FILENAME
	sub("/[^/]*$", "", dir)
	if (!(dir in allowed))
		broken("no layer for " dir)
}

{
	line = code($0)
	if (match(line, /^#[ \t]*include "[^"]*"/)) {
		split(line, part, "\"")
		if (!may_include(part[2], allowed[dir]))
			broken("\"" part[2] "\" is not for " dir)
	}
	if (line !~ any)
		next
	for (i = 1; i <= rules; i++)
		if (line ~ pattern[i] && !owned(FILENAME, owners[i]))
			broken("belongs to " owners[i] ": " why[i])
}

END {
	exit found
}
