# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -v phase=PHASE -v first=20 -v all=yes -v faults='A B C'
#        -f campaign-cases.awk
#
# From `COUNT FUNCTION [FIRST]` lines the cases of campaign.sh: of the calls of
# FUNCTION from FIRST (1) on. Without ALL every call meets one fault, all of
# them in turn.

BEGIN {
	count = split(faults, fault)
	for (i = 1; i <= count; i++)
		if (fault[i] !~ /^(wrong|truncate|repeat)$/)
			plain++
}

function is_wanted(n, i) {
	if (fault[i] ~ /^(wrong|truncate|repeat)$/)
		return name == "C_Sign" && (n > 1 || fault[i] != "repeat")
	return all != "" || (n + NR + i) % plain == 0
}

{
	name = $2
	for (n = NF > 2 ? $3 : 1; n <= $1 && n <= first; n++)
		for (i = 1; i <= count; i++)
			if (is_wanted(n, i))
				print phase, name, n, fault[i]
}
