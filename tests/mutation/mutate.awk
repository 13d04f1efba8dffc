# SPDX-License-Identifier: Apache-2.0
#
# Rewrites one C file so that each of its checks can be taken out at run time
# (mutant.h). A check is the condition of an `if`, or what a function of type
# bool returns. Of a condition with || each part can be made false, of one with
# && each part true and the whole false; a lone one false, and, where it is
# returned, true too.
#
# Not touched, for no test can tell: conditions that pass an error on
# (`rc != CA_OK`), and those that only answer for want of memory or for what is
# an error of ours.
#
# Variables: file, the name to print; first, the number of its first mutant;
# header, the path of mutant.h; list, a file that gets a line for each: number, file, line, what, condition.

{ text = text $0 "\n" }

END {
	id = first
	scan()
	printf "#include \"%s\"\n%s", header, out
	close(list)
}

# The position behind the string, character or comment that begins at AT of S.
function skip(s, at,    c, end)
{
	c = substr(s, at, 1)
	if (c == "\"" || c == "'") {
		for (end = at + 1; substr(s, end, 1) != c; end++)
			if (substr(s, end, 1) == "\\")
				end++
		return end + 1
	}
	if (substr(s, at, 2) == "/*") {
		end = index(substr(s, at + 2), "*/")
		return at + 2 + end + 1
	}
	return at
}

# The position of what closes the parenthesis at AT of S, or of the first
# semicolon outside of any, where AT is none.
function close_of(s, at, semicolon,    depth, c, next_at)
{
	for (depth = 0; at <= length(s); at++) {
		next_at = skip(s, at)
		if (next_at > at) {
			at = next_at - 1
			continue
		}
		c = substr(s, at, 1)
		if (c == "(" || c == "{" || c == "[")
			depth++
		if (c == ")" || c == "}" || c == "]")
			if (--depth == 0 && !semicolon)
				return at
		if (semicolon && c == ";" && depth == 0)
			return at
	}
	return 0
}

# Splits E at OP outside of parentheses into part[1..n] and returns n.
function split_at(e, op, part,    n, at, start, depth, c, next_at)
{
	n = 0
	start = 1
	depth = 0
	for (at = 1; at <= length(e); at++) {
		next_at = skip(e, at)
		if (next_at > at) {
			at = next_at - 1
			continue
		}
		c = substr(e, at, 1)
		if (c == "(" || c == "[" || c == "{")
			depth++
		else if (c == ")" || c == "]" || c == "}")
			depth--
		else if (depth == 0 && c == "?")
			return 0 # of lower precedence: left in one piece
		else if (depth == 0 && substr(e, at, 2) == op) {
			part[++n] = substr(e, start, at - start)
			start = at + 2
			at++
		}
	}
	part[++n] = substr(e, start)
	return n
}

function flat(s)
{
	gsub(/[ \t\n]+/, " ", s)
	gsub(/^ | $/, "", s)
	return s
}

function mutant(line, what, e)
{
	printf "%d\t%s\t%d\t%s\t%s\n", id, file, line, what, flat(e) >list
	return id++
}

# E, with each of its parts under a number; RETURNED: the value is returned.
function instrument(e, line, returned,    n, i, part, result)
{
	n = split_at(e, "||", part)
	if (n > 1) {
		result = ""
		for (i = 1; i <= n; i++)
			result = result (i > 1 ? " || " : "") \
			    "(!ca_mutated(" mutant(line, "never", part[i]) ") && (" part[i] "))"
		return result
	}
	n = split_at(e, "&&", part)
	if (n > 1) {
		result = "!ca_mutated(" mutant(line, "never", e) ")"
		for (i = 1; i <= n; i++)
			result = result " && (ca_mutated(" \
			    mutant(line, "always", part[i]) ") || (" part[i] "))"
		return result
	}
	result = "!ca_mutated(" mutant(line, "never", e) ") && "
	if (returned)
		return result "(ca_mutated(" mutant(line, "always", e) ") || (" e "))"
	return result "(" e ")"
}

# Whether the condition E, before BODY, is one that no test can reach.
function passes_on(e, body)
{
	return e ~ /rc [!=]= CA_OK/ || e ~ /err == NULL/ ||
	    body ~ /^[ \t\n{]*(return|rc =|goto)[^;]*(ca_fail_memory|CA_ERR_INTERNAL)/ ||
	    body ~ /^[ \t\n{]*free\([a-z]+\);/
}

function line_at(s,    copy)
{
	copy = s
	return gsub(/\n/, "", copy) + 1
}

function scan(    at, open_at, end, e, next_at, in_bool, rest, line)
{
	at = 1
	while (at <= length(text)) {
		next_at = skip(text, at)
		if (next_at > at) {
			out = out substr(text, at, next_at - at)
			at = next_at
			continue
		}
		rest = substr(text, at, 80)
		if (substr(text, at - 1, 1) == "\n") {
			if (rest ~ /^(static |inline )*bool\n/)
				in_bool = 1
			else if (rest ~ /^}/)
				in_bool = 0
		}
		if (substr(text, at - 1, 1) !~ /[A-Za-z0-9_]/ && rest ~ /^if \(/) {
			open_at = at + 3
			end = close_of(text, open_at, 0)
			e = substr(text, open_at + 1, end - open_at - 1)
			if (passes_on(e, substr(text, end + 1, 200))) {
				out = out substr(text, at, end - at + 1)
			} else {
				line = line_at(substr(text, 1, at))
				out = out "if (" instrument(e, line, 0) ")"
			}
			at = end + 1
			continue
		}
		if (in_bool && substr(text, at - 1, 1) !~ /[A-Za-z0-9_]/ &&
		    rest ~ /^return [^;]/ && rest !~ /^return (true|false);/) {
			end = close_of(text, at + 7, 1)
			e = substr(text, at + 7, end - at - 7)
			line = line_at(substr(text, 1, at))
			out = out "return " instrument(e, line, 1) ";"
			at = end + 1
			continue
		}
		out = out substr(text, at, 1)
		at++
	}
}
