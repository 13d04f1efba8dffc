# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -f list.awk VERDICTS
#
# The cases CA/LEAF/WHAT/CLIENT of judge.awk as a list: what was tried, what
# came of it, with which clients; and how many there were.

BEGIN { FS = "\t" }

{
	split($2, id, "/")
	if (!(id[3] in tried))
		order[++n] = id[3]
	tried[id[3]] = tried[id[3]] " " id[4]
	kind = $3
	sub(/ .*/, "", kind)
	outcome[id[3]] = kind == "ok" ? "logs in" : "refused by the " kind
	if ($1 != "right")
		outcome[id[3]] = "WRONG"
	count[$1]++
}

END {
	for (i = 1; i <= n; i++)
		printf "%-30s %-22s%s\n", order[i], outcome[order[i]],
		    tried[order[i]]
	printf "%d cases: %d as they should, %d not\n",
	    count["right"] + count["wrong"], count["right"], count["wrong"]
}
