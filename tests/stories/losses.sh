#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: losses.sh KIND PROCESS...
#
# These processes of a token are killed in the middle of a batch. coldca ends
# by itself within the bound of --token-timeout, says that the token failed
# (openCryptoki signs on without its daemon), what was issued stays so, and the
# next run makes the rest.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
[ $# -ge 2 ] || fail 'usage: losses.sh KIND PROCESS...'
count=${LOSS_COUNT:-150}
seconds=5
begin "$1"
shift

found_ca
requests "$count"
mkdir outbox

# The batch, as a process of its own that can be held. Its status is in $!.
# shellcheck disable=SC2086 # a command in front, or nothing
# shellcheck disable=SC2046 # file names without blanks
(exec $TOKEN_RUN "$COLDCA" sign client --names-from-request --yes --out=outbox \
    --pin-fd=3 "--token-timeout=${LOSS_TIMEOUT:-$seconds}" client.*.csr) \
    3<pin >said 2>&1 &
batch=$!
until [ -n "$(ls outbox)" ]; do
	kill -0 "$batch" 2>/dev/null || fail 'it ends before the loss'
	sleep 0.01
done
kill -s STOP "$batch"
"$tokens/lose.sh" "$dir/token" "$@"
before=$(find outbox -mindepth 1 -maxdepth 1 | wc -l)
[ "$before" -lt "$count" ] || fail 'everything was signed before the loss'
kill -s CONT "$batch"

# Some calls, each as long as it may take, and the machine's own delays
tries=0
while [ "$(ps -o stat= -p "$batch" | cut -c1)" != Z ] &&
    kill -0 "$batch" 2>/dev/null; do
	tries=$((tries + 1))
	[ "$tries" -lt $((seconds * 5 * 10)) ] || {
		kill -s KILL "$batch"
		fail "it hangs after the loss of $*"
	}
	sleep 0.1
done
status=0
wait "$batch" || status=$?
case $kind:$status in
*:5) says '^coldca: error: ' 'the loss' ;;
opencryptoki:0) ;;
*) fail "after the loss of $*: status $status" ;;
esac
lost=$status
cp said said.lost
agrees
after=$there
[ "$after" -ge "$before" ] || fail "$after issued, of $before seen before"

"$tokens/start.sh" --again "$dir/token" >again.log 2>&1 || {
	cat again.log
	fail 'the token does not come back'
}
surroundings
unsigned
if [ -n "$left" ]; then
	# shellcheck disable=SC2086 # names without blanks
	sign $left
	expect 0 'the next run'
fi
agrees "$count"
nothing_pending
echo "$kind, $* killed after $before of $count: status $lost after 0.$tries s x 10, $after issued, then all"
sed -n 's/^coldca: error: /    /p' said.lost
