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
count=${LOSS_COUNT:-200}
seconds=5
begin "$1"
shift
lost=$*

# batch LEAST: signs what has no bundle, as a process of its own in $batch, and
# returns when LEAST more bundles are there
batch() {
	unsigned
	goal=$(($(bundles) + $1))
	# shellcheck disable=SC2086 # a command in front; names without blanks
	(exec $TOKEN_RUN "$COLDCA" sign client --names-from-request --yes \
	    --out=outbox --pin-fd=3 \
	    "--token-timeout=${LOSS_TIMEOUT:-$seconds}" $left) \
	    3<pin >said 2>&1 &
	batch=$!
	until [ "$(bundles)" -ge "$goal" ]; do
		kill -0 "$batch" 2>/dev/null || fail 'it ends before the loss'
		sleep 0.01
	done
}

bundles() {
	set -- outbox/client-*
	[ -e "$1" ] || set --
	echo $#
}

# ended WHEN: it does, with the token's failure; some calls, each as long as it
# may take, and the machine's own delays
ended() {
	tenths=0
	while kill -0 "$batch" 2>/dev/null &&
	    [ "$(ps -o stat= -p "$batch" | cut -c1)" != Z ]; do
		tenths=$((tenths + 1))
		[ "$tenths" -lt $((seconds * 5 * 10)) ] || {
			kill -s KILL "$batch"
			fail "it hangs after the loss $1"
		}
		sleep 0.1
	done
	status=0
	wait "$batch" || status=$?
	case $kind:$status in
	*:5) says '^coldca: error: ' "the loss $1" ;;
	opencryptoki:0) ;;
	*:0) [ "$(bundles)" -eq "$count" ] || fail "status 0 after the loss $1" ;;
	*) fail "after the loss $1: status $status" ;;
	esac
	agrees
	[ "$there" -ge "$before" ] || fail "$there issued, $before seen before"
	echo "$kind, $lost lost $1: $before of $count before, $there after;" \
	    "status $status after $tenths tenths of a second"
	sed -n 's/^coldca: error: /    /p' said
}

again() {
	"$tokens/start.sh" --again "$dir/token" >again.log 2>&1 || {
		cat again.log
		fail 'the token does not come back'
	}
	surroundings
}

found_ca
requests "$count"
mkdir outbox

# Held, so that the loss is between two signatures.
batch 1
kill -s STOP "$batch"
"$tokens/lose.sh" "$dir/token" "$@"
before=$(bundles)
[ "$before" -lt "$count" ] || fail 'everything was signed before the loss'
kill -s CONT "$batch"
ended 'between two signatures'
again

# The next group of 64 is being signed when the first is there.
unsigned
if [ -n "$left" ]; then
	batch 64
	"$tokens/lose.sh" "$dir/token" "$@"
	before=$(bundles)
	ended 'while it signs'
	again
fi

unsigned
if [ -n "$left" ]; then
	# shellcheck disable=SC2086 # names without blanks
	sign $left
	expect 0 'the next run'
fi
agrees "$count"
nothing_pending
