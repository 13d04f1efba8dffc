# SPDX-License-Identifier: Apache-2.0
#
# Makes a shell script of files of rows: paragraphs of `key: value`, where a key
# that is there twice has two lines. `#` begins a comment. The first key says
# what a paragraph is:
#
# name:  what @KEY stands for in the rows of that name; `from` and `object` are
#        theirs unless they have their own
# state: a directory that rows can start with: that of `from`, after `run`
# title: a heading, and a table of its own
# of:    a row for each of these names
# step:  a row
#
# Keys of a row:
#   flag, cockroach  cells of the table, as they stand
#   from, object     the state; the key that COCKROACH_CA_KEY names
#   before           shell that is not shown
#   run, ends        the command, and its status where that is not 0
#   check            shell: each line is true afterwards
#   here             the verdict; to `refused` at its end the reasons are added
#   control          a command with which the row must not be so, where it is not
#                    the same without the flag or variable. `none: WHY`

BEGIN {
	split("flag step cockroach before run check here control from object ends",
	    all, " ")
	fallback["ends"] = 0
	fallback["before"] = fallback["check"] = ":"
	fallback["from"] = "bare"
	fallback["object"] = "cluster-ca"
}

function quoted(text) {
	gsub(/'/, "'\\''", text)
	return "'" text "'"
}

function filled(text, name,    key) {
	gsub(/@of/, name, text)
	for (key in known)
		if ((name, key) in value)
			gsub((value[name, key] == "" ? " " : "") "@" key,
			    value[name, key], text)
	return text
}

# All keys are set, so that none is left of the row before.
function assigned(name,    i, key, text) {
	for (i in all) {
		key = all[i]
		text = fallback[key]
		if (key in given)
			text = given[key]
		else if ((name, key) in value)
			text = value[name, key]
		print "row_" key "=" quoted(filled(text, name))
	}
}

function paragraph(    key, names, count, i) {
	if (first == "name") {
		for (key in given) {
			value[given["name"], key] = given[key]
			known[key] = 1
		}
	} else if (first == "state") {
		print "state_" given["state"] "() {"
		assigned("")
		print "}"
	} else if (first == "title") {
		print "one_title " quoted(given["title"])
	} else if (first == "step") {
		assigned("")
		print "one_step"
	} else if (first == "of") {
		count = split(given["of"], names, " ")
		for (i = 1; i <= count; i++) {
			print "row_of=" quoted(names[i])
			assigned(names[i])
			print "one_row"
		}
	} else if (first != "") {
		print FILENAME ": a paragraph of " first > "/dev/stderr"
		exit 1
	}
	delete given
	first = ""
}

/^#/ { next }
/^$/ { paragraph(); next }
{
	at = index($0, ":")
	key = substr($0, 1, at - 1)
	text = substr($0, at + 2)
	if (first == "")
		first = key
	given[key] = (key in given) ? given[key] "\n" text : text
}
END { paragraph() }
