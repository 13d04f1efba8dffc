# SPDX-License-Identifier: Apache-2.0
#
# Rewrites one C file so that each of its checks can be taken out at run time
# (mutant.h). A check is the condition of an `if`, what a function of type bool
# returns, what is compared where a variable is set, the condition of a `?:` that
# is returned or set, and each row of a table without indices. Of a condition
# with || each part can be made false, of one with && each part true and the
# whole false; a lone one false, and, where it is a value, true too. Parts of
# parts count. A row can be missing.
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

# Whether E only asks whether all went well so far.
function is_status(e)
{
	return flat(e) ~ /^!?rc( [!=]= CA_OK)?$/
}

# Whether E only asks whether there was memory.
function is_memory(e,    name)
{
	name = flat(e)
	if (name !~ /^[a-z_.>-]+ [!=]= NULL$/)
		return 0
	sub(/ .*/, "", name)
	sub(/.*[.>]/, "", name)
	return text ~ ("[^a-z_]" name " = ([A-Za-z0-9_]+_(new|dup|new_from_name|new_from_pkey)|BN_CTX_get|OSSL_PARAM_BLD_to_param|strdup)\\(")
}

# E, a part of a condition, with its own parts under numbers.
function inside(e, line,    at, part)
{
	at = match(e, /[^ \t\n!]/)
	if (at == 0 || substr(e, at, 1) != "(" ||
	    flat(substr(e, close_of(e, at, 0) + 1)) != "")
		return e
	part = substr(e, at + 1, close_of(e, at, 0) - at - 1)
	return substr(e, 1, at) parts(part, line, 1) ")"
}

# E split at || or &&; where it is NESTED, the whole of it has a number already.
function parts(e, line, nested,    n, i, part, result)
{
	n = split_at(e, "||", part)
	if (n > 1) {
		result = ""
		for (i = 1; i <= n; i++) {
			result = result (i > 1 ? " || " : "")
			if (is_status(part[i]) || is_memory(part[i]))
				result = result part[i]
			else
				result = result "(!ca_mutated(" \
				    mutant(line, "never", part[i]) ") && (" \
				    inside(part[i], line) "))"
		}
		return result
	}
	n = split_at(e, "&&", part)
	if (n > 1) {
		result = nested ? "true" : \
		    "!ca_mutated(" mutant(line, "never", e) ")"
		for (i = 1; i <= n; i++) {
			result = result " && "
			if (is_status(part[i]) || is_memory(part[i]))
				result = result "(" part[i] ")"
			else
				result = result "(ca_mutated(" \
				    mutant(line, "always", part[i]) ") || (" \
				    inside(part[i], line) "))"
		}
		return result
	}
	return nested ? e : ""
}

# E, with each of its parts under a number; VALUE: it is no `if`'s.
function instrument(e, line, value,    at, result)
{
	if (is_status(e) || is_memory(e))
		return e
	at = ternary_of(e)
	if (at > 0)
		return instrument(substr(e, 1, at - 1), line, 1) " " substr(e, at)
	result = parts(e, line, 0)
	if (result != "")
		return result
	result = "!ca_mutated(" mutant(line, "never", e) ") && "
	if (value)
		return result "(ca_mutated(" mutant(line, "always", e) ") || (" inside(e, line) "))"
	return result "(" inside(e, line) ")"
}

# Where the `?` of E is, outside of parentheses; 0: nowhere.
function ternary_of(e,    at, depth, c, next_at)
{
	for (at = 1; at <= length(e); at++) {
		next_at = skip(e, at)
		if (next_at > at) {
			at = next_at - 1
			continue
		}
		c = substr(e, at, 1)
		depth += (c ~ /[([{]/) - (c ~ /[])}]/)
		if (depth == 0 && c == "?")
			return at
	}
	return 0
}

# Whether something is compared in E, outside of parentheses.
function compares(e,    at, depth, c, next_at)
{
	for (at = 1; at <= length(e); at++) {
		next_at = skip(e, at)
		if (next_at > at) {
			at = next_at - 1
			continue
		}
		c = substr(e, at, 1)
		depth += (c ~ /[([{]/) - (c ~ /[])}]/)
		if (depth == 0 &&
		    substr(e, at, 4) ~ /^[ \n\t]([=!<>]=|&&|\|\||[<>])[ \n]/)
			return 1
	}
	return 0
}

# Whether the condition E, before BODY, is one that no test can reach.
function passes_on(e, body)
{
	return is_status(e) || is_memory(e) || e ~ /err == NULL/ ||
	    body ~ /^[ \t\n{]*(return|rc =|goto)[^;]*(ca_fail_memory|CA_ERR_INTERNAL)/ ||
	    body ~ /^[ \t\n{]*free\([a-z]+\);/
}

function line_at(s,    copy)
{
	copy = s
	return gsub(/\n/, "", copy) + 1
}

# Splits S at commas outside of parentheses into part[1..n] and returns n.
function split_list(s, part,    n, at, start, depth, c, next_at)
{
	n = 0
	start = 1
	depth = 0
	for (at = 1; at <= length(s); at++) {
		next_at = skip(s, at)
		if (next_at > at) {
			at = next_at - 1
			continue
		}
		c = substr(s, at, 1)
		depth += (c ~ /[([{]/) - (c ~ /[])}]/)
		if (depth == 0 && c == ",") {
			part[++n] = substr(s, start, at - start)
			start = at + 1
		}
	}
	part[++n] = substr(s, start)
	return n
}

# A declaration of variables, or `x = ...`, with what is compared in it.
function assign(s, line,    n, i, part, at, e, result)
{
	n = split_list(s, part)
	result = ""
	for (i = 1; i <= n; i++) {
		at = index(part[i], " = ")
		e = substr(part[i], at + 3)
		if (at > 0 && e !~ /^\{/ &&
		    (ternary_of(e) || compares(e)))
			part[i] = substr(part[i], 1, at + 2) \
			    instrument(e, line, 1)
		result = result (i > 1 ? "," : "") part[i]
	}
	return result
}

# The declaration D of a table, and what takes one of its rows away.
function rows(d, line, in_function,    open_at, name, n, i, part, head, ended, from, call)
{
	match(d, /[a-z_]+\[\] = \{/)
	name = substr(d, RSTART, RLENGTH - length("[] = {"))
	open_at = RSTART + RLENGTH - 1
	head = substr(d, 1, RSTART - 1)
	n = split_list(substr(d, open_at + 1, close_of(d, open_at, 0) - open_at - 1), part)
	if (flat(part[n]) == "")
		n--
	if (n < 2 || flat(part[1]) ~ /^\[/)
		return d ";"
	ended = flat(part[n]) ~ /^(NULL|\{ \.name = NULL \})$/
	from = id
	for (i = 1; i <= n - ended; i++)
		mutant(line, "row", name ": " substr(flat(part[i]), 1, 60))
	if (head ~ /^static const /) {
		sub(/^static const /, "static ", head)
		sub(/\*const $/, "*", head)
	}
	call = "ca_mutant_rows((void *)(uintptr_t)" name ", sizeof(" name \
	    "[0]), " n ", " ended ", " from ");"
	if (!in_function)
		call = "__attribute__((constructor)) static void\nca_mutant_rows_" \
		    from "(void)\n{\n\t" call "\n}\n"
	return head substr(d, RSTART) ";\n" call
}

function scan(    at, end, e, next_at, in_bool, in_function, rest, line, before)
{
	at = 1
	while (at <= length(text)) {
		next_at = skip(text, at)
		if (next_at > at) {
			out = out substr(text, at, next_at - at)
			at = next_at
			continue
		}
		rest = substr(text, at, 200)
		before = substr(text, at - 1, 1)
		if (before == "\n") {
			if (rest ~ /^(static |inline )*bool\n/)
				in_bool = 1
			else if (rest ~ /^\{/)
				in_function = 1
			else if (rest ~ /^}/)
				in_bool = in_function = 0
		}
		if (before ~ /[A-Za-z0-9_]/) {
			out = out substr(text, at++, 1)
			continue
		}
		line = 0
		if (rest ~ /^(static )?const / && before ~ /[\n\t]/) {
			e = substr(text, at, 1000)
			if (match(e, /^(static )?const (struct( [a-z_]+)? \{[^{}]*\} |[a-z_ ]+ \*?(const )?)[a-z_]+\[\] = \{/)) {
				end = close_of(text, at, 1)
				e = substr(text, at, end - at)
				line = line_at(substr(text, 1, at))
				out = out rows(e, line, in_function)
				at = end + 1
				continue
			}
		}
		if (rest ~ /^(for|while) \(/) {
			end = close_of(text, index(rest, "(") + at - 1, 0)
			out = out substr(text, at, end - at + 1)
			at = end + 1
			continue
		}
		if (rest ~ /^if \(/) {
			end = close_of(text, at + 3, 0)
			e = substr(text, at + 4, end - at - 4)
			if (passes_on(e, substr(text, end + 1, 200))) {
				out = out substr(text, at, end - at + 1)
			} else {
				line = line_at(substr(text, 1, at))
				out = out "if (" instrument(e, line, 0) ")"
			}
			at = end + 1
			continue
		}
		if (rest ~ /^return [^;]/ && rest !~ /^return (true|false);/) {
			end = close_of(text, at, 1)
			e = substr(text, at + 7, end - at - 7)
			if (in_bool || ternary_of(e)) {
				line = line_at(substr(text, 1, at))
				out = out "return " instrument(e, line, 1) ";"
				at = end + 1
				continue
			}
		}
		if (in_function && before == "\t" &&
		    rest ~ /^((bool|int|size_t|enum ca_code|const char|unsigned) \*?)?[a-z][a-z_.>-]* = / &&
		    close_of(text, at, 1) > 0) {
			end = close_of(text, at, 1)
			line = line_at(substr(text, 1, at))
			out = out assign(substr(text, at, end - at), line) ";"
			at = end + 1
			continue
		}
		out = out substr(text, at, 1)
		at++
	}
}
