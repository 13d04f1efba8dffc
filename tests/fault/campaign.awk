# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -v known_file=FILE -v whole=yes -v seconds=N -v expected=N
#        -f campaign.awk
#
# Sums up the results of campaign.sh; ends with 1 where one is a violation
# that is not known, where a known one is gone (in a WHOLE run), or where a
# case is missing.

BEGIN {
	while ((getline line <known_file) > 0)
		if (line !~ /^(#|$)/)
			known[line] = 0
}

{
	cases++
	case_name = $2 " " $3 " " $4 " " $5
	sub(/:$/, "", case_name)
	functions[$2 " " $3]++
	verdicts[$2 " " $3, $1]++
	total[$1]++
}

$1 == "VIOLATION" {
	for (pattern in known)
		if (case_name ~ "^(" pattern ")$") {
			known[pattern]++
			ours++
			next
		}
	print
	bad++
}

END {
	printf "%-32s %6s %8s %8s %9s\n", "function", "cases", "refused",
	    "harmless", "violation"
	for (name in functions) {
		printf "%-32s %6d %8d %8d %9d\n", name, functions[name],
		    verdicts[name, "refused"], verdicts[name, "harmless"],
		    verdicts[name, "VIOLATION"] | "sort"
	}
	close("sort")
	for (pattern in known)
		if (whole != "" && known[pattern] == 0) {
			print "known.txt: no longer seen: " pattern
			bad++
		}
	printf "%d cases in %d s: %d refused, %d harmless, %d violations (%d known)\n",
	    cases, seconds, total["refused"], total["harmless"],
	    total["VIOLATION"], ours
	if (cases != expected) {
		print "only " cases " of " expected " cases gave a result"
		bad++
	}
	exit bad > 0
}
