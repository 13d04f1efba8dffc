# SPDX-License-Identifier: Apache-2.0
#
# usage: gawk -f udev.awk RULES...
#
# Fails a rules file for what udev would ignore or refuse: a key, an attribute or
# an operator that it does not have, a value without its quotes, a GOTO without
# its LABEL further down. (udevadm verify came after systemd 252.)

BEGIN {
	# What each key may be compared and assigned with: udev(7).
	allowed["ACTION"] = allowed["SUBSYSTEM"] = allowed["KERNEL"] = "== !="
	allowed["DEVPATH"] = allowed["TEST"] = "== !="
	allowed["ATTR{}"] = allowed["ENV{}"] = "== != = +="
	allowed["ATTRS{}"] = "== !="
	allowed["TAG"] = "== != += -="
	allowed["GROUP"] = allowed["OWNER"] = allowed["MODE"] = "= :="
	allowed["SYMLINK"] = "== != = += -= :="
	allowed["RUN"] = allowed["RUN{program}"] = "= += :="
	allowed["IMPORT{parent}"] = "== !="
	allowed["GOTO"] = allowed["LABEL"] = "="
}

function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why
	failed = 1
}

function labels_met(    name) {
	for (name in wanted) {
		printf "%s: no label %s after line %d\n", last, name, wanted[name]
		failed = 1
	}
	delete wanted
}

FNR == 1 {
	labels_met()
	last = FILENAME
}

/^#/ || /^$/ {
	next
}

{
	rest = $0
	do {
		if (!match(rest, /^([A-Z]+)(\{[^}"]*\})?(==|!=|\+=|-=|:=|=)"[^"]*"/, part)) {
			fail("not KEY OPERATOR \"VALUE\": " rest)
			next
		}
		rest = substr(rest, RLENGTH + 1)
		key = part[1] part[2]
		if (key !~ /^(IMPORT|RUN)/)
			sub(/\{.*\}/, "{}", key)
		# IMPORT is written with one sign and means a comparison.
		op = part[3]
		if (key == "IMPORT{parent}" && op == "=")
			op = "=="
		if (!(key in allowed))
			fail("udev has no key " key)
		else if (index(" " allowed[key] " ", " " op " ") == 0)
			fail(key " takes no " op)
		match(part[0], /"[^"]*"$/)
		value = substr(part[0], RSTART + 1, RLENGTH - 2)
		if (key == "GOTO")
			wanted[value] = FNR
		if (key == "LABEL")
			delete wanted[value]
		if (key == "MODE" && value !~ /^0[0-7][0-7]0$/)
			fail("mode " value ": others get nothing")
		if (rest != "" && !sub(/^, /, "", rest))
			fail("no comma before: " rest)
	} while (rest != "" && !failed)
}

END {
	labels_met()
	exit failed
}
