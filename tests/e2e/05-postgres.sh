#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A SQL server that runs with a bundle, and clients that log in with theirs.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/lib-postgres.sh"
need_postgres
need faketime jq
make_token ca
past='faketime -f -3h'
make_ca
past=''

# From the right CA, but over since an hour.
ok coldca request client maxroach --certs-dir=expired
ok with_pin faketime -f -2h "$COLDCA" sign client expired/client.maxroach.csr \
    --user=maxroach --yes --out=expired.outbox --lifetime=1h
cp expired.outbox/client-maxroach/client.maxroach.crt expired

# issue USER CA-DIR DIR [OPTION...]: client.USER with its key in DIR
issue() {
	user=$1 ca=$2 dir=$3
	shift 3
	ok coldca request client "$user" "--certs-dir=$dir"
	ok with_pin coldca sign client "$dir/client.$user.csr" "--user=$user" \
	    --yes "--ca-dir=$ca" "--out=$dir.outbox" "$@"
	ok coldca install "$dir.outbox/client-$user" "--certs-dir=$dir"
}

ok coldca request node localhost 127.0.0.1 --certs-dir=node
ok with_pin coldca sign node node/node.csr --host localhost --host 127.0.0.1 --yes
ok coldca install outbox/node-localhost --certs-dir=node
issue maxroach .coldca maxroach
issue other .coldca other

# A pair as `cockroach cert` makes it, key and certificate on the jumpbox.
ok with_pin coldca cert create-client paired --certs-dir=paired --key-size=2048

# From another CA, with the same names in it.
issuing_ca=$ca_crt
make_ca another-ca another-ca
issue maxroach another-ca foreign
ca_crt=$issuing_ca

server=$work/server
make_postgres "$server"
cp node/node.crt node/node.key node/ca.crt "$server"
to_server "$server"
set_tls "$server" "ca_file=$server/ca.crt" "cert_file=$server/node.crt" \
    "key_file=$server/node.key"
start_postgres "$server"
ok as_admin "$server" -c 'CREATE ROLE maxroach LOGIN' \
    -c 'CREATE ROLE other LOGIN' -c 'CREATE ROLE paired LOGIN'

# log_in USER DIR CERT-USER [WORD]: with the files of DIR
log_in() {
	as_user "$server" "$work/node/ca.crt" "$work/$2/client.$3" "$1" ${4:+"$4"}
}

ok log_in maxroach maxroach maxroach
is 'who logged in' maxroach "$(cat out)"
ok log_in other other other
is 'who logged in' other "$(cat out)"
ok log_in paired paired paired
is 'who logged in' paired "$(cat out)"

refused 2 'certificate authentication failed for user "other"' log_in other maxroach maxroach
refused 2 'certificate authentication failed for user "postgres"' log_in postgres maxroach maxroach
refused 2 'unknown ca' log_in maxroach foreign maxroach
refused 2 'certificate (has )?expired' log_in maxroach expired maxroach
refused 2 'does not match host name|certificate verify failed|server certificate' log_in maxroach maxroach maxroach host=example.com
refused 2 'certificate|SSL|ssl' log_in maxroach maxroach maxroach \
    "sslcert=$work/none sslkey=$work/none"
finish
