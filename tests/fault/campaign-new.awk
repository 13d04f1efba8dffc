# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -v from=FUNCTION -f campaign-new.awk counts-PHASE... log
#
# From the `COUNT FUNCTION` lines of the phases before and the log of a run
# without faults, `COUNT FUNCTION FIRST` lines of what is new in it: all calls
# of a function that no phase before calls as often, and every call from the
# first one of FROM on, but for the end of the module.

NF == 2 {
	if ($1 > before[$2])
		before[$2] = $1
	next
}

{
	count[$2]++
	if ($2 == from)
		is_new = 1
	if (is_new && !($2 in first) && $2 !~ /^C_(CloseAllSessions|Finalize)$/)
		first[$2] = count[$2]
}

END {
	for (name in count)
		if (count[name] > before[name])
			print count[name], name, 1 | "sort -k 2"
		else if (name in first)
			print count[name], name, first[name] | "sort -k 2"
}
