#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: run.sh bash|fish|zsh COMPLETION
#
# A shell on a terminal is given each line of cases.txt, and a TAB.

. "$(dirname "$0")/../e2e/lib.sh"
shell=$1 completion=$2
cases=$COLDCA_SOURCE/tests/completion/cases.txt
need "$shell" expect
mkdir n1
: >n1/node.csr

# fish says by itself what a line can become.
if [ "$shell" = fish ]; then
	sed '/^#/d' "$cases" | while IFS='|' read -r typed wanted rest; do
		: "$rest"
		line=$(fish --no-config -c "source $completion
		    complete -C '$typed'" 2>&1 | cut -f 1)
		# A TAB puts the one candidate in place of the last word; a
		# word that it leaves open has no space after it.
		[ -z "$line" ] || line="${typed% *} $line"
		[ "$(echo "${line:-$typed}" | sed 's/=$//')" = \
		    "$(echo "$wanted" | sed 's/[ =]*$//')" ] ||
		    echo "'$typed': wanted '$wanted', got '$line'"
	done >wrong
	[ ! -s wrong ] || failed "$(cat wrong)"
	finish
fi

cat >driver.exp <<'EXPECT'
set timeout 10
log_user 0
lassign $argv shell completion cases
set env(PS1) "ready> "
set env(TERM) dumb
stty rows 50 columns 200
if {$shell == "bash"} {
	spawn -noecho bash --norc --noprofile -i
	send "bind 'set bell-style none'; source $completion\r"
} else {
	spawn -noecho zsh -f -i
	send "PS1='ready> '; unsetopt beep; fpath=([file dirname $completion]/zsh \$fpath); autoload -U compinit; compinit -D -u\r"
}
send "echo be''gin\r"
expect -ex "begin\r" {} timeout { puts "no shell"; exit 1 }
expect "ready> "
set wrong 0
set file [open $cases]
while {[gets $file line] >= 0} {
	if {[string index $line 0] == "#"} continue
	lassign [split $line "|"] typed wanted
	# zsh takes a space or slash that it has added back at the next key.
	if {$shell == "zsh"} { set wanted [string trimright $wanted " /"] }
	# What the line has become is said by the shell itself, which a busy
	# machine may take longer for.
	foreach wait {300 2000 6000} {
		send -- "$typed\t"
		after $wait
		send -- "\001: '\005'\r"
		expect {
			-re {: '([^'\r\n]*)'} { set got $expect_out(1,string) }
			timeout { set got "nothing" }
		}
		expect "ready> "
		if {$got == $wanted} break
	}
	if {$got != $wanted} {
		puts "'$typed': wanted '$wanted', got '$got'"
		incr wrong
	}
}
# The shell writes its history as it ends: not into a directory that is being
# removed.
close
wait
exit [expr {$wrong > 0}]
EXPECT
mkdir zsh
cp "$completion" zsh/_coldca
cp "$completion" .
ok expect driver.exp "$shell" "$PWD/$(basename "$completion")" "$cases"
finish
