# SPDX-License-Identifier: Apache-2.0
#
# usage: awk -f table.awk VERDICTS
#
# The cases CA/LEAF/WHAT/CLIENT of judge.awk as a table, a line for each CA and
# leaf, a column for each WHAT, and how many there were. A cell is `ok` or
# `refused` where it went as expected with every client, and else the clients
# with which it did not.

BEGIN { FS = "\t" }

function add(list, seen, name) {
	if (name in seen)
		return list
	seen[name] = 1
	return list == "" ? name : list "/" name
}

{
	split($2, id, "/")
	row_name = id[1] " " id[2]
	rows = add(rows, seen_row, row_name)
	columns = add(columns, seen_column, id[3])
	clients = add(clients, seen_client, id[4])
	outcome = $3 ~ /^ok / ? "ok" : "refused"
	cell[row_name, id[3]] = outcome
	if ($1 != "right")
		wrong[row_name, id[3]] = wrong[row_name, id[3]] "!" id[4]
	else
		count[outcome]++
	total++
}

END {
	height = split(rows, row, "/")
	width = split(columns, column, "/")
	printf "%-18s", "CA       leaf"
	for (j = 1; j <= width; j++)
		printf " %-12s", column[j]
	print ""
	for (i = 1; i <= height; i++) {
		split(row[i], id, " ")
		printf "%-8s %-9s", id[1], id[2]
		for (j = 1; j <= width; j++) {
			text = "-"
			if ((row[i], column[j]) in wrong)
				text = wrong[row[i], column[j]]
			else if ((row[i], column[j]) in cell)
				text = cell[row[i], column[j]]
			printf " %-12s", text
		}
		print ""
	}
	gsub("/", ", ", clients)
	printf "%d cases with %s: %d log in and %d are refused " \
	    "as they should, %d not\n", total, clients, count["ok"],
	    count["refused"], total - count["ok"] - count["refused"]
}
