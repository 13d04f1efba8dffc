#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The responses lie on a static web server, and clients that ask for OCSP get
# their answers from it.

. "$(dirname "$0")/lib.sh"
need openssl nginx jq curl faketime go
[ -d /usr/share/gocode/src/golang.org/x/crypto/ocsp ] || need golang-golang-x-crypto-dev
make_token ca
past='faketime -f -3h'
make_ca
past=''

# What has expired gets no response.
ok coldca request client short --certs-dir=short
ok with_pin faketime -f -2h "$COLDCA" sign client short/client.short.csr --user=short --yes --lifetime=1h

# issue USER: client.USER with its key in USER/
issue() {
	ok coldca request client "$1" "--certs-dir=$1"
	ok with_pin coldca sign client "$1/client.$1.csr" "--user=$1" --yes
	ok coldca install "outbox/client-$1" "--certs-dir=$1"
}

serial() {
	openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f
}

# The port is needed for the policy, which is written before the first
# certificate.
port=$(shuf -i 20000-60000 -n 1)
sed -i "s|^ocsp-lifetime: .*|ocsp-lifetime: 48h\nocsp-url: \"http://127.0.0.1:$port/cluster\"|" .coldca/policy.yaml
ok coldca request node localhost --certs-dir=node
ok with_pin coldca sign node node/node.csr --host localhost --yes
ok coldca install outbox/node-localhost --certs-dir=node
issue maxroach
issue other
maxroach=$(serial maxroach/client.maxroach.crt)
other=$(serial other/client.other.crt)
is 'the URL in a certificate' "http://127.0.0.1:$port/cluster/$maxroach" \
    "$(openssl x509 -in maxroach/client.maxroach.crt -noout -ocsp_uri)"
is 'the URL in the CA certificate' '' "$(openssl x509 -in "$ca_crt" -noout -ocsp_uri)"

ok coldca revoke "$maxroach" --reason=keyCompromise --yes
ok with_pin coldca create-ocsp --json
is 'how many responses' 3 "$(jq .responses out)"
is 'how many of them say revoked' 1 "$(jq .revoked out)"
is 'the files' "$(printf '%s\n' "$maxroach" "$other" "$(serial node/node.crt)" | sort | paste -sd' ' -)" \
    "$(names outbox/ocsp)"
ok coldca exit-gate outbox
refused 8 'ocsp: is there already' with_pin coldca create-ocsp
ok coldca ledger verify

# The web server: the configuration of docs/revocation.md, on a free port.
cp -r outbox/ocsp www
chmod 711 "$work"
stop_nginx() {
	[ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null || :
}
at_exit=stop_nginx
sed -n '/^server {/,/^}/p' "$COLDCA_SOURCE/docs/revocation.md" |
    sed -e "s|listen 80;|listen 127.0.0.1:$port;|" \
	-e "s|/srv/ocsp|$work/www|" >server.conf
holds 'the document has a server' test -s server.conf
cat >nginx.conf <<CONF
pid $work/nginx.pid;
error_log $work/nginx.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
$(cat server.conf)
}
CONF
[ "$(id -u)" -ne 0 ] || sed -i '1i user root;' nginx.conf
ok nginx -e "$work/nginx.log" -c "$work/nginx.conf"

ask() {	# ask CERTIFICATE [OPTION...]
	certificate=$1
	shift
	openssl ocsp -issuer "$ca_crt" -CAfile "$ca_crt" "$@" \
	    -cert "$certificate" -url "$(openssl x509 -in "$certificate" -noout -ocsp_uri)"
}

# openssl ocsp asks by POST, with SHA-1 or as CockroachDB does with SHA-256.
for digest in -sha1 -sha256; do
	ok ask other/client.other.crt "$digest" -no_nonce
	says 'client.other.crt: good'
	ok ask maxroach/client.maxroach.crt "$digest" -no_nonce
	says 'client.maxroach.crt: revoked'
	says 'Reason: keyCompromise'
	holds 'the response verifies' grep -q 'Response verify OK' err
done
# With a nonce, which no static response has, it warns and goes on.
ok ask other/client.other.crt
warns 'no nonce in response'

# GET: RFC 6960 appendix A.1.
openssl ocsp -issuer "$ca_crt" -cert maxroach/client.maxroach.crt -no_nonce -reqout request.der >/dev/null
base64=$(openssl base64 -A -in request.der | sed 's|/|%2F|g; s|+|%2B|g; s|=|%3D|g')
ok curl -sSf -D head -o get.der "http://127.0.0.1:$port/cluster/$maxroach/$base64"
holds 'the type of the answer' grep -qi '^content-type: application/ocsp-response' head
ok openssl ocsp -issuer "$ca_crt" -CAfile "$ca_crt" -cert maxroach/client.maxroach.crt -respin get.der -no_nonce
says 'revoked'
ran curl -sSf -o /dev/null "http://127.0.0.1:$port/cluster/40000000000000000000000000000000"
is 'an unknown one' 22 "$status"

# As CockroachDB asks.
ok env GO111MODULE=off GOPATH=/usr/share/gocode "GOCACHE=$work/go-cache" \
    go build -o ocsp_ask "$COLDCA_SOURCE/tests/e2e/go/ocsp_ask.go"
ok ./ocsp_ask other/client.other.crt "$ca_crt"
is 'what Go reads of a good one' good "$(cat out)"
ok ./ocsp_ask maxroach/client.maxroach.crt "$ca_crt"
is 'what Go reads of a revoked one' 'revoked 1' "$(cat out)"

# The response is nobody else's.
refused '0|1' '' openssl ocsp -issuer "$ca_crt" -CAfile "$ca_crt" -cert other/client.other.crt -respin get.der -no_nonce
lacks 'one response is good for another certificate' grep -q 'other.crt: good' out

# Stapled by a TLS server.
sport=$((port + 1))
openssl s_server -accept "127.0.0.1:$sport" -cert node/node.crt -key node/node.key \
    -status_file "outbox/ocsp/$(serial node/node.crt)" -www >s_server.log 2>&1 &
s_server=$!
stop_all() {
	kill "$s_server" 2>/dev/null || :
	stop_nginx
}
at_exit=stop_all
tries=0
until ran sh -c "openssl s_client -connect 127.0.0.1:$sport -CAfile $ca_crt -status </dev/null"; [ "$status" -eq 0 ]; do
	tries=$((tries + 1))
	[ "$tries" -lt 50 ] || break
	sleep 0.1
done
says 'OCSP Response Status: successful'
says 'Cert Status: good'

# nextUpdate is as the policy says, or the order; never after the CA.
ok openssl ocsp -respin "outbox/ocsp/$other" -noverify -resp_text
this=$(date -d "$(sed -n 's/.*This Update: //p' out | head -n 1)" +%s)
next=$(date -d "$(sed -n 's/.*Next Update: //p' out | head -n 1)" +%s)
is 'the lifetime' $((48 * 3600)) $((next - this))
ok with_pin coldca create-ocsp --overwrite --lifetime=1h
ok openssl ocsp -respin "outbox/ocsp/$other" -noverify -resp_text
next=$(date -d "$(sed -n 's/.*Next Update: //p' out | head -n 1)" +%s)
this=$(date -d "$(sed -n 's/.*This Update: //p' out | head -n 1)" +%s)
is 'the lifetime that was ordered' 3600 $((next - this))
ok with_pin coldca create-ocsp --overwrite --lifetime=200000h
ok openssl ocsp -respin "outbox/ocsp/$other" -noverify -resp_text
next=$(date -d "$(sed -n 's/.*Next Update: //p' out | head -n 1)" +%s)
is 'the end of the CA' "$(date -d "$(openssl x509 -in "$ca_crt" -noout -enddate | sed 's/.*=//')" +%s)" "$next"

# A key of its own answers in the place of the CA's.
make_responder() {
	with_source=';object=ocsp?pin-source=file:'$work/pin
	coldca create-ocsp-responder "--responder=pkcs11:token=ca$with_source" \
	    "--ca-key=pkcs11:token=ca;object=cluster-ca?pin-source=file:$work/pin" "$@"
}
chmod 600 pin
refused 4 'has no certificate of this key' with_pin coldca create-ocsp --overwrite '--responder=pkcs11:token=ca;object=cluster-ca'
refused 2 '^coldca: error: --responder: needed' coldca create-ocsp-responder
ok make_responder --lifetime=240h --json
responder=$(jq -r .serial out)
coldca ledger list --json --name=ocsp 2>/dev/null | jq -r '.[0].certificate' >responder.crt
openssl x509 -in responder.crt -noout -text >responder.txt
holds 'the purpose of a responder' grep -q 'OCSP Signing' responder.txt
holds 'nobody is asked about a responder' grep -q 'OCSP No Check' responder.txt
lacks 'a URL in a certificate about which nobody asks' grep -q 'OCSP - URI' responder.txt
refused 2 'not one of|unknown' coldca sign ocsp other/client.other.csr --yes
ok with_pin coldca create-ocsp --overwrite '--responder=pkcs11:token=ca;object=ocsp' --json
is 'how many responses' 3 "$(jq .responses out)"
cp outbox/ocsp/* www
for digest in -sha1 -sha256; do
	ok ask other/client.other.crt "$digest" -no_nonce
	says 'client.other.crt: good'
	ok ask maxroach/client.maxroach.crt "$digest" -no_nonce
	says 'client.maxroach.crt: revoked'
	holds 'the response verifies' grep -q 'Response verify OK' err
done
ok ./ocsp_ask maxroach/client.maxroach.crt "$ca_crt"
is 'what Go reads of a delegate' 'revoked 1' "$(cat out)"
ok openssl ocsp -respin "outbox/ocsp/$other" -noverify -resp_text
next=$(date -d "$(sed -n 's/.*Next Update: //p' out | head -n 1)" +%s)
ok with_pin coldca create-ocsp --overwrite '--responder=pkcs11:token=ca;object=ocsp' --lifetime=999h
ok openssl ocsp -respin "outbox/ocsp/$other" -noverify -resp_text
next=$(date -d "$(sed -n 's/.*Next Update: //p' out | head -n 1)" +%s)
is 'the end of the delegate' "$(date -d "$(openssl x509 -in responder.crt -noout -enddate | sed 's/.*=//')" +%s)" "$next"
ok coldca revoke "$responder" --reason=superseded --yes
refused 4 'has no certificate of this key' with_pin coldca create-ocsp --overwrite '--responder=pkcs11:token=ca;object=ocsp'
ok make_responder --allow-ca-key-reuse

# The PINs of both tokens by descriptors: two, or one with a line for each.
other_responder() {
	coldca create-ocsp-responder "--responder=pkcs11:token=ca;object=$1" --pin-fd=3 \
	    --responder-pin-fd="$2"
}
refused 6 'no terminal to ask for it on' with_pin setsid "$COLDCA" create-ocsp-responder \
    '--responder=pkcs11:token=ca;object=ocsp-2'
warns 'hint: --responder-pin-fd=N'
ok other_responder ocsp-2 4 3<pin 4<pin
cat pin pin >pins
ok other_responder ocsp-3 3 3<pins
echo 11111111 >wrong
refused 6 'PIN' other_responder ocsp-4 4 3<pin 4<wrong
ok with_pin coldca create-ocsp --overwrite '--responder=pkcs11:token=ca;object=ocsp'

ok coldca ledger verify
finish
