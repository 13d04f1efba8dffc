# SPDX-License-Identifier: Apache-2.0
#
# usage: tr '\000' '\n' <SAID | awk -f answers.awk
#
# A line of results for each case, from what its client said: `@case ID`, then
# lines. A client that the server has answered was let in.

function flush() {
	if (id == "")
		return
	answered = match(words, /\[[^]]* TLSv1\.[^]]*\]/)
	if (answered)
		words = substr(words, RSTART, RLENGTH)
	printf "%s\t%s\t%s\n", id, answered ? "ok" : "refused", words
}

/^@case / {
	flush()
	id = substr($0, 7)
	words = ""
	next
}

{
	gsub(/\t/, " ")
	words = words $0 " "
}

END { flush() }
