# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -f judge.awk LOG RESULTS CASES
#
# Says of each case whether it ended as it should: a tab-separated line of
# `right` or `wrong`, its id, what was expected, what the client said, and what
# the server said. Expected is one of
#
#	ok WORDS	the client is told WORDS, and the server says so too
#	server REGEX	the server refuses, in words that match
#	client REGEX	the client refuses, in words that match
#	alert REGEX	the client refuses and tells the server, whose words match

BEGIN { FS = "\t" }

FNR == 1 { file++ }

file == 1 {
	log_outcome[$1] = log_outcome[$1] $2 " "
	log_words[$1] = log_words[$1] $3
}

file == 2 {
	outcome[$1] = $2
	words[$1] = $3
}

file == 3 {
	kind = $9
	sub(/ .*/, "", kind)
	wanted = substr($9, length(kind) + 2)
	right = 0
	if (kind == "ok")
		right = outcome[$1] == "ok" && words[$1] == wanted &&
		    log_outcome[$1] == "ok " && log_words[$1] == wanted
	else if (kind == "server")
		right = outcome[$1] == "refused" &&
		    log_outcome[$1] == "refused " &&
		    log_words[$1] ~ wanted &&
		    log_words[$1] !~ /remote error|local error|EOF|reset/
	else if (kind == "client")
		right = outcome[$1] == "refused" && words[$1] ~ wanted &&
		    log_outcome[$1] !~ /ok/
	else if (kind == "alert")
		right = outcome[$1] == "refused" &&
		    log_outcome[$1] == "refused " &&
		    log_words[$1] ~ "remote error: tls: .*" wanted
	printf "%s\t%s\t%s\tclient: %s: %s\tserver: %s: %s\n",
	    right ? "right" : "wrong", $1, $9, outcome[$1], words[$1],
	    log_outcome[$1], log_words[$1]
}
