# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the scripts of this directory share. The caller sets `here`, this
# directory, and `dir`, the token's.
#
# shellcheck disable=SC2154,SC2034 # variables from and for the callers

export LC_ALL=C

die() {
	echo "$0: $*" >&2
	exit 1
}

# 77: not a failure, but the test can not be made here.
skip() {
	echo "skipped: $*"
	exit 77
}

# need TOOL...
need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip "no $tool here"
	done
}

# find_module FILE: where the distribution keeps this module; in $module
find_module() {
	for module in /usr/lib/softhsm/"$1" /usr/lib/*-linux-gnu/pkcs11/"$1" \
	    /usr/lib/*-linux-gnu/"$1" /usr/lib64/pkcs11/"$1" \
	    /usr/lib64/"$1" /usr/lib/pkcs11/"$1" /usr/lib/"$1"; do
		[ ! -e "$module" ] || return 0
	done
	skip "no $1 here"
}

# bounded COMMAND...: a tool that hangs must not hang the test. What it says is
# only shown when it fails.
bounded() {
	timeout --foreground 30 "$@" >"$dir/tool.log" 2>&1 && return
	status=$?
	sed 's/^/    /' "$dir/tool.log" >&2
	die "status $status: $*"
}

# pid_of NAME: the last process that got this name, alive or not
pid_of() {
	[ ! -e "$dir/daemons" ] ||
	    awk -v "name=$1" '$3 == name { pid = $1 } END { print pid }' \
	        "$dir/daemons"
}

# group_lives PID: has the process group members that are not zombies?
group_lives() {
	pgrep -g "$1" -r D,R,S,T,t,I >/dev/null
}

# running NAME: is the process itself there, and no zombie?
running() {
	pid=$(pid_of "$1")
	[ -n "$pid" ] || return
	case $(ps -o stat= -p "$pid") in
	'' | Z*) return 1 ;;
	esac
}

# daemon NAME COMMAND...: runs until stop.sh, its output in DIR/NAME.log. The
# first one brings a reaper with it.
daemon() {
	if [ "$1" != reaper ] && ! running reaper &&
	    [ "${TOKEN_LIFETIME:-1800}" -gt 0 ]; then
		# shellcheck disable=SC2016 # for that shell
		daemon reaper sh -c 'sleep "$1" && exec "$2" "$3"' reaper \
		    "${TOKEN_LIFETIME:-1800}" "$here/stop.sh" "$dir"
	fi
	before=$(pid_of "$1")
	setsid "$here/daemon.sh" "$dir" "$@" </dev/null >>"$dir/$1.log" 2>&1 &
	until [ "$(pid_of "$1")" != "$before" ]; do
		sleep 0.01
	done
}

# end NAME: at once, with its children
end() {
	running "$1" || return 0
	pid=$(pid_of "$1")
	kill -s KILL -- "-$pid"
	while group_lives "$pid"; do
		sleep 0.02
	done
}

# wait_for NAME COMMAND...: until COMMAND is true, as long as NAME runs
wait_for() {
	name=$1
	shift
	tries=0
	until "$@" >"$dir/wait.log" 2>&1; do
		tries=$((tries + 1))
		if ! running "$name"; then
			why='has ended'
		elif [ "$tries" -ge 400 ]; then
			why='is not ready after 20 s'
		else
			sleep 0.05
			continue
		fi
		tail -n 20 "$dir/$name.log" "$dir/wait.log" >&2
		die "$name $why"
	done
}

# quote STRING: as one word of a shell
quote() {
	printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"
}

# assign NAME VALUE, export_as NAME VALUE: lines of DIR/env
assign() {
	printf '%s=%s\n' "$1" "$(quote "$2")"
}

export_as() {
	printf 'export %s=%s\n' "$1" "$(quote "$2")"
}

# enter_with FLAG...: sets `namespaces`, the options for unshare, and
# `join`, those for nsenter. Root needs no user namespace, where it may make
# the others (a container's root mostly may not).
enter_with() {
	need unshare nsenter setsid
	join="$* --wd=."
	namespaces="$* --propagation private"
	# shellcheck disable=SC2086
	! unshare $namespaces true 2>/dev/null || return 0
	join="--user --preserve-credentials $join"
	namespaces="--user --map-root-user $namespaces"
	# shellcheck disable=SC2086
	unshare $namespaces true 2>/dev/null ||
	    skip "this user may not make namespaces here ($*)"
}

# hold_namespaces FROM TO [FROM TO]...: namespaces as enter_with found them,
# with each FROM bound to TO, that stay until stop.sh; `inside` is the command
# in front of others that runs them there.
hold_namespaces() {
	if ! running namespaces; then
		rm -f "$dir/namespaces.ready"
		# shellcheck disable=SC2086
		daemon namespaces unshare $namespaces \
		    "$here/namespaces.sh" "$dir/namespaces.ready" "$@"
		wait_for namespaces [ -e "$dir/namespaces.ready" ]
	fi
	inside=$dir/inside
	printf '#!/bin/sh\nexec nsenter -t %s %s "$@"\n' \
	    "$(pid_of namespaces)" "$join" >"$inside"
	chmod +x "$inside"
}
