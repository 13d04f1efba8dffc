# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# A cluster as processes: 5 nodes and 20 clients, each with a certificate
# directory of its own under hosts/, and what is asked of them.
#
# From outside: COLDCA; REHEARSAL_DIR, where the peer is built; GO_CACHE.
#
# shellcheck disable=SC2034,SC2154 # variables for and from other files

: "${REHEARSAL_DIR:?where the peer is built}"
here=$(cd "$(dirname "$0")" && pwd)
"$here/../tls/go.sh" "$REHEARSAL_DIR" ${GO_CACHE:+"$GO_CACHE"} || exit
peer=$REHEARSAL_DIR/peer
. "$here/../e2e/lib.sh"

nodes='n1 n2 n3 n4 n5'
clients=$(seq -f 'u%g' 20 | paste -sd' ')
hosts="$nodes $clients"
state=$work/state
seen=0

# folder HOST: the folder of its bundle
folder() {
	case $1 in
	n*) echo "node-$1.example.com" ;;
	*) echo "client-$1" ;;
	esac
}

# from NODE: all nodes, NODE first
from() {
	set -- "$1" "$(echo "$nodes" | sed "s/ *$1 *.*//")" \
	    "$(echo "$nodes" | sed "s/.*$1 *//")"
	echo "$1 $3 $2"
}

# first_certificates: each host makes its key, and gets its certificate
first_certificates() {
	mkdir hosts
	for host in $nodes; do
		ok coldca request node "$host.example.com" "--certs-dir=hosts/$host"
		ok with_pin coldca sign node "hosts/$host/node.csr" \
		    "--host=$host.example.com" --yes
	done
	for host in $clients; do
		ok coldca request client "$host" "--certs-dir=hosts/$host"
		ok with_pin coldca sign client "hosts/$host/client.$host.csr" \
		    "--user=$host" --yes
	done
	for host in $hosts; do
		ok coldca install "outbox/$(folder "$host")" \
		    "--certs-dir=hosts/$host"
	done
	[ "$failures" -eq 0 ] || finish
}

children=''
at_end() {
	for pid in $children; do
		kill "$pid" 2>/dev/null || :
	done
}

# start_cluster: the clients are spread over the nodes.
start_cluster() {
	mkdir "$state"
	at_exit=at_end
	# There are many of them.
	export GOMAXPROCS=1 GOGC=400
	for host in $nodes; do
		# shellcheck disable=SC2086 # words
		"$peer" node "$state" "$host" "hosts/$host" $nodes 2>>crashed &
		children="$children $!"
	done
	number=0
	for host in $clients; do
		number=$((number + 1))
		# shellcheck disable=SC2046 # words
		"$peer" client "$state" "$host" "hosts/$host" \
		    $(from "n$((number % 5 + 1))") 2>>crashed &
		children="$children $!"
	done
}

# meet: every host connects to all whom it knows, and asks over what it keeps.
meet() {
	# shellcheck disable=SC2086 # words
	"$peer" meet "$state" $hosts || failed 'not every host is alive'
}

# logged: how many connections were not had, since the start
logged() {
	cat "$state"/*.log | wc -l
}

# no_loss WHEN: everybody meets, and nobody has been refused.
no_loss() {
	meet
	now=$(logged)
	[ "$now" -eq "$seen" ] || {
		failed "$1: $((now - seen)) connections lost"
		sort "$state"/*.log | tail -n 5
	}
	seen=$now
}

# loss WHEN REGEX: everybody meets, and a host says REGEX.
loss() {
	meet
	now=$(logged)
	[ "$now" -gt "$seen" ] || failed "$1: nobody has lost a connection"
	echo "$1: $((now - seen)) connections lost"
	holds "$1: somebody says '$2'" grep -hEq "$2" "$state"/*.log
	seen=$now
}

# place BUNDLES HOST [OPTION]: installs; a node is told, a client reads its
# files anyway.
place() {
	ok coldca install "$1/$(folder "$2")" "--certs-dir=hosts/$2" ${3:+"$3"}
	case $2 in
	n*) "$peer" tell "$state" "$2" || failed "$2 is not alive" ;;
	esac
}

# connections: each host and how many connections it has opened
connections() {
	for host in $hosts; do
		read -r _ _ opened _ <"$state/$host.count"
		echo "$host $opened"
	done
}

# everybody_talked STEP LEAST BEFORE: each host has opened LEAST connections
# since connections wrote BEFORE.
everybody_talked() {
	connections | sort >after
	least=$(join "$3" after | awk '{ print $3 - $2 }' | sort -n | head -n 1)
	[ "$least" -ge "$2" ] ||
	    failed "$1: a host has opened $least connections, not $2"
	echo "$1: every host has opened $least connections or more"
}

# step PLAN NUMBER HOST...: the step goes to the hosts, one after the other.
# After each, everybody meets. Until the last has it, the next is refused.
step() {
	plan=$1 number=$2
	shift 2
	is "$plan $number concerns" "$(echo "$*" | tr ' ' '\n' | sort)" \
	    "$(bundled "outbox/${plan%-ca}-$number")"
	connections | sort >before
	given=0
	for host in "$@"; do
		given=$((given + 1))
		if [ "$given" -eq "$#" ]; then
			refused 4 "1 host does not have it yet, $(folder "$host")" \
			    with_pin coldca "$plan" next --yes
			grep -h error err
		fi
		place "outbox/${plan%-ca}-$number" "$host"
		no_loss "$plan, step $number, after $host"
		ok coldca "$plan" delivered "$(folder "$host")"
	done
	everybody_talked "$plan, step $number" $((4 * given)) before
}

# bundled DIR: the hosts that have a bundle in it
bundled() {
	names "$1" | tr ' ' '\n' |
	    sed 's/^node-\(.*\)\.example\.com$/\1/; s/^client-//' | sort
}
