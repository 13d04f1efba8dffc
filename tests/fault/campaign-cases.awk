# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -v phase=PHASE -v first=20 -v all=yes -v faults='A B C'
#        -f campaign-cases.awk
#
# From `COUNT FUNCTION` lines the cases of campaign.sh. Without ALL the first
# two calls of a function meet every return value, and each later one two of
# the six in turn, so that every call and every pair of function and value is
# still met.

BEGIN {
	count = split(faults, fault)
}

function is_wanted(n, i) {
	if (fault[i] ~ /^(wrong|truncate|repeat)$/)
		return name == "C_Sign" && (n > 1 || fault[i] != "repeat")
	return all != "" || n <= 2 || fault[i] == "removed" || (n + i) % 3 == 0
}

{
	name = $2
	for (n = 1; n <= $1 && n <= first; n++)
		for (i = 1; i <= count; i++)
			if (is_wanted(n, i))
				print phase, name, n, fault[i]
}
