#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A PostgreSQL server and two users go through rotate-ca and split-ca with
# connections open all the time, in every order of hosts and of steps.
#
# The files are those that the plans send. What a new connection comes to in
# each state that some order leads through must be what the certificates say:
# it is refused exactly where one side does not trust the other's CA. In the
# plan's own order that is nowhere, whichever host is first; every other order
# that loses a connection is one that coldca refuses to go.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-postgres.sh"
need_postgres
need openssl awk
make_token ca
make_ca

ok coldca request node localhost 127.0.0.1 --certs-dir=node
ok with_pin coldca sign node node/node.csr --host=localhost --host=127.0.0.1 \
    --yes
ok coldca install outbox/node-localhost --certs-dir=node
for user in ann bob; do
	ok coldca request client $user --certs-dir=$user
	ok with_pin coldca sign client $user/client.$user.csr --user=$user --yes
	ok coldca install outbox/client-$user --certs-dir=$user
done

server=$work/server
make_postgres "$server"
set_tls "$server" "ca_file=$server/pool.crt" "cert_file=$server/node.crt" \
    "key_file=$server/node.key"
# for_server FILE NAME: the server has FILE under NAME.
for_server() {
	cp "$1" "$server/$2.new"
	to_server "$server/$2.new"
	mv "$server/$2.new" "$server/$2"
}
for_server node/node.key node.key
for_server node/node.crt node.crt
for_server node/ca.crt pool.crt
start_postgres "$server"
ok as_admin "$server" -c 'CREATE ROLE ann LOGIN' -c 'CREATE ROLE bob LOGIN' \
    -c 'CREATE ROLE node LOGIN'

# --- connections that stay

live=''
close_live() {
	for pid in $live; do
		kill "$pid" 2>/dev/null || :
	done
	stop_postgres
}

# keep_open USER DESCRIPTOR
keep_open() {
	mkfifo "$1.in"
	"$postgres/psql" -X -w -At "host=localhost hostaddr=127.0.0.1 dbname=postgres
	    port=$(cat "$server/port") user=$1 sslmode=verify-full
	    sslrootcert=$1/ca.crt sslcert=$1/client.$1.crt
	    sslkey=$1/client.$1.key" <"$1.in" >"$1.said" 2>&1 &
	live="$live $!"
	eval "exec $2>$1.in"
}
at_exit=close_live
keep_open ann 7
keep_open bob 8
asked=0

# still_open: both answer, from the backend that they began with
still_open() {
	asked=$((asked + 1))
	echo 'SELECT pg_backend_pid();' >&7
	echo 'SELECT pg_backend_pid();' >&8
	for user in ann bob; do
		tries=0
		until [ "$(wc -l <$user.said)" -ge "$asked" ] ||
		    [ "$tries" -ge 400 ]; do
			tries=$((tries + 1))
			sleep 0.05
		done
		is "$1: backends of $user, answers" "1 $asked" \
		    "$(sort -u $user.said | wc -l) $(wc -l <$user.said)"
	done
}
still_open 'at first'

# --- what each state comes to

# A state is a word: what the server shows, what it verifies clients with, and
# what ann and bob show and verify it with, as LEAF:POOL;LEAF:POOL;LEAF:POOL.
# leaf.HOST.LEAF and pool.POOL are the files, trust.POOL the CAs in one, and
# LEAF begins with the letter of its CA.
mkdir material
seen=0 refusals=0

# trusted POOL LEAF
trusted() {
	grep -q "^$(echo "$2" | cut -c1)" "material/trust.$1"
}

# log_in USER LEAF POOL
log_in() {
	cp "material/leaf.$1.$2" "trial.$1.crt"
	cp "$1/client.$1.key" "trial.$1.key"
	as_user "$server" "material/pool.$3" "trial.$1" "$1"
}

# meet STATE: sets $lost to how many of the two are refused; a state that was
# met before is not tried again.
meet() {
	if [ -e "material/met.$1" ]; then
		lost=$(cat "material/met.$1")
		return
	fi
	seen=$((seen + 1)) lost=0
	IFS=':;' read -r s_leaf s_pool a_leaf a_pool b_leaf b_pool <<-END
		$1
	END
	for_server "material/leaf.node.$s_leaf" node.crt
	for_server "material/pool.$s_pool" pool.crt
	reload_postgres "$server"
	for user in ann bob; do
		leaf=$a_leaf pool=$a_pool
		[ $user = ann ] || leaf=$b_leaf pool=$b_pool
		ran log_in $user "$leaf" "$pool"
		if trusted "$pool" "$s_leaf" && trusted "$s_pool" "$leaf"; then
			[ "$status" -eq 0 ] || {
				failed "$1: $user is refused"
				said
			}
		else
			[ "$status" -ne 0 ] || failed "$1: $user is let in"
			lost=$((lost + 1))
		fi
	done
	refusals=$((refusals + lost))
	still_open "$1"
	echo "$lost" >"material/met.$1"
}

# permutations WORD...: each order of them, on a line
permutations() {
	echo "$*" | awk '
	function go(done, left,    i, n, word, rest, j) {
		n = split(left, word, " ")
		if (n == 0) {
			print substr(done, 2)
			return
		}
		for (i = 1; i <= n; i++) {
			rest = ""
			for (j = 1; j <= n; j++)
				if (j != i)
					rest = rest " " word[j]
			go(done " " word[i], rest)
		}
	}
	{ go("", $0) }'
}

# walk STEP...: takes the hosts through the steps, in each order of hosts; sets
# $broken to whether some connection was lost. take() does one step on one host.
walk() {
	broken=0
	# shellcheck disable=SC2086 # words
	permutations $hosts >orders
	while read -r order; do
		start
		for step in "$@"; do
			for host in $order; do
				take "$step" "$host"
				meet "$s;$a;$b"
				[ "$lost" -eq 0 ] || broken=1
			done
		done
	done <orders
}

# all_orders STEP...: in the plan's order nothing is lost. Others are counted.
all_orders() {
	plan="$*" orders_lost=0 orders=0
	permutations "$@" >steps
	while read -r line; do
		orders=$((orders + 1))
		# shellcheck disable=SC2086 # words
		walk $line
		orders_lost=$((orders_lost + broken))
		[ "$line" != "$plan" ] || is 'lost in the order of the plan' 0 "$broken"
	done <steps
}

# --- rotate-ca: its bundles, and how it refuses to run ahead

# out_of_order PLAN: the next step is refused while a host lacks this one.
out_of_order() {
	refused 4 'do(es)? not have it' with_pin coldca "$1" next --yes
	ok coldca "$1" delivered --all
}

cp node/node.crt material/leaf.node.old
cp ann/client.ann.crt material/leaf.ann.old
cp bob/client.bob.crt material/leaf.bob.old
cp ann/ca.crt material/pool.old
echo old >material/trust.old
ok with_pin coldca rotate-ca begin '--ca-key=pkcs11:token=ca;object=second'
cp outbox/rotate-1/client-ann/ca.crt material/pool.both
printf 'old\nnew\n' >material/trust.both
out_of_order rotate-ca
ok with_pin coldca rotate-ca next --yes
cp outbox/rotate-2/node-localhost/node.crt material/leaf.node.new
cp outbox/rotate-2/client-ann/client.ann.crt material/leaf.ann.new
cp outbox/rotate-2/client-bob/client.bob.crt material/leaf.bob.new
out_of_order rotate-ca
ok with_pin coldca rotate-ca next --yes
cp outbox/rotate-3/client-ann/ca.crt material/pool.new
echo new >material/trust.new
out_of_order rotate-ca
ok with_pin coldca rotate-ca next --yes

hosts='server ann bob'
start() {
	s=old:old a=old:old b=old:old
}

# A host is LEAF:POOL; a step changes one of the two.
changed() {
	case $2 in
	trust) echo "${1%:*}:both" ;;
	reissue) echo "new:${1#*:}" ;;
	drop) echo "${1%:*}:new" ;;
	esac
}

take() {
	case $2 in
	server) s=$(changed "$s" "$1") ;;
	ann) a=$(changed "$a" "$1") ;;
	bob) b=$(changed "$b" "$1") ;;
	esac
}
all_orders trust reissue drop
is 'orders of the steps of rotate-ca, those that lose connections' '6 5' \
    "$orders $orders_lost"
echo "rotate-ca: $orders orders of steps, each with 6 orders of hosts, $seen states, $refusals connections refused, all foreseen"

# --- split-ca: after the rotation every host has what is new

refusals_before=$refusals seen_before=$seen
for bundle in node-localhost:node client-ann:ann client-bob:bob; do
	for step in 1 2 3; do
		ok coldca install "outbox/rotate-$step/${bundle%:*}" \
		    "--certs-dir=${bundle#*:}" --overwrite
	done
done
ok with_pin coldca split-ca begin '--ca-key=pkcs11:token=ca;object=clients'
out_of_order split-ca
ok with_pin coldca split-ca next --yes
cp outbox/split-2/node-localhost/ca-client.crt material/pool.bridge
printf 'new\nclient\n' >material/trust.bridge
out_of_order split-ca
ok with_pin coldca split-ca next --yes
cp outbox/split-3/client-ann/client.ann.crt material/leaf.ann.client
cp outbox/split-3/client-bob/client.bob.crt material/leaf.bob.client
out_of_order split-ca
ok with_pin coldca split-ca next --yes
cp outbox/split-4/node-localhost/ca-client.crt material/pool.client
echo client >material/trust.client
out_of_order split-ca
ok with_pin coldca split-ca next --yes

start() {
	s=new:new a=new:new b=new:new
}

# The server alone gets CA files, and the users alone certificates. To widen
# its ca.crt changes nothing for users: that is for other nodes.
take() {
	case $1:$2 in
	bridge:server) s=new:bridge ;;
	narrow:server) s=new:client ;;
	users:ann) a=client:new ;;
	users:bob) b=client:new ;;
	esac
}
all_orders bridge users narrow
is 'orders of the steps of split-ca, those that lose connections' '6 5' \
    "$orders $orders_lost"
echo "split-ca: $orders orders of steps, each with 6 orders of hosts, $((seen - seen_before)) states, $((refusals - refusals_before)) connections refused, all foreseen"
echo "two connections stayed open through $((asked - 1)) reloads"

ok coldca ledger verify
finish
