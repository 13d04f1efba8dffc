#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every step that CockroachDB's documents take with Vault (vault.rows), taken with
# coldca, as the table that docs/compatibility.md has. Each step is left out
# first, which its checks must notice.

. "$(dirname "$0")/lib.sh"
need openssl jq curl python3 go
row_step='' # the part of a row that only these have

GOCACHE=$work/go-cache GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local
export GOCACHE GOFLAGS GOPROXY GOTOOLCHAIN
mkdir "$work/bin" "$work/row"
(cd "$COLDCA_SOURCE/tests/handshake" && go build -o "$work/bin/handshake" .)
ln -s "$COLDCA" "$work/bin/coldca"
PATH=$work/bin:$PATH
cd "$work/row"
HOME=$work/row
mkdir tokens
SOFTHSM2_CONF=$work/softhsm2.conf
export SOFTHSM2_CONF
printf 'directories.tokendir = %s\nobjectstore.backend = file\n' \
    "$work/row/tokens" >"$SOFTHSM2_CONF"
(umask 077 && echo 12345678 >pin && echo 87654321 >so-pin)

KEY=secret ID=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
"$here/cloud.py" "$KEY" "$work/port" &
cloud_pid=$!
at_exit="kill $cloud_pid"
until [ -s "$work/port" ]; do
	kill -0 "$cloud_pid"
	sleep 0.05
done
CLOUD=http://127.0.0.1:$(cat "$work/port")

# cloud FILTER: of what the API tells
cloud() {
	curl --silent --header "Authorization: Bearer $KEY" \
	    "$CLOUD/api/v1/clusters/$ID/client-ca-cert" | jq -rj "$1"
}

# Names that the rows use.
# shellcheck disable=SC2034
MODULE=$module
for name in CLUSTER CLIENT NEXT; do
	declare "${name}_CA=pkcs11:token=vault;object=cockroach_${name,,}_ca?pin-source=file:$PWD/pin"
done

# checked COMMAND: whether the step that is set is so after COMMAND, which is run
# here: what it exports stays.
# shellcheck disable=SC2031 # where it is a subshell, its own are meant
checked() {
	before=$failures
	ran eval "$1"
	is "status of: $1" "$row_ends" "$status"
	[ "$status" = "$row_ends" ] || said
	while IFS= read -r line <&4; do
		eval "$line" || failed "is not so: $line"
	done 4<<<"$row_check"
	[ "$failures" -eq "$before" ]
}

# one_step: the step without its command, in a copy, and with it
one_step() {
	eval "$row_before" >"$work/log" 2>&1 || failed "$(cat "$work/log")"
	case $row_control in
	'none: '*) ;;
	*)
		cp -a "$work/row" "$work/kept"
		(checked "${row_control:-:}") >"$work/log" 2>&1 &&
		    failed "is so without it, too: $row_step"
		rm -rf "$work/row"
		mv "$work/kept" "$work/row"
		cd "$work/row"
		;;
	esac
	checked "$row_run" || said
	case $row_here in
	refused | *'; refused') row_here="$row_here: $(reasons)" ;;
	esac
	fields "$row_step" "\`$row_run\`" "$row_here"
}

read_rows "$here/vault.rows" 3>"$work/rows"
in_tables "| in the documents | run here | coldca |" <"$work/rows" >"$work/table"
compare vault "$work/table"
finish
