#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The CA certificates in every form that somebody asks for, and the gate that
# nothing else passes.

. "$(dirname "$0")/lib.sh"
need openssl jq bash awk
make_token ca
make_ca
ok with_pin coldca create-client-ca --certs-dir=client-certs \
    '--ca-key=pkcs11:token=ca;object=client-ca'
client_crt=$work/client-certs/ca-client.crt
id=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
sha256() {
	openssl x509 -in "$1" -noout -fingerprint -sha256 |
	    sed 's/.*=//; s/://g' | tr A-F a-f
}

# Each CA by its name.
ok coldca export-ca
holds 'the cluster CA by default' cmp -s out "$ca_crt"
ok coldca export-ca --ca=client
holds 'the client CA' cmp -s out "$client_crt"
refused 7 'there is no ui CA' coldca export-ca --ca=ui
warns 'coldca create-ui-ca'
refused 2 'ca' coldca export-ca --ca=root

# What openssl shows, to the letter.
ok coldca export-ca --format=text
openssl x509 -in "$ca_crt" -text >wanted
holds 'text' cmp -s out wanted

# The documentation's own lines.
ok coldca export-ca --format=vault-json --output=cockroach_cluster_ca.json
ok coldca export-ca --format=vault-json --ca=client --output=cockroach_client_ca.json
for ca in cluster:ca.crt client:ca-client.crt; do
	# shellcheck disable=SC2016 # bash expands it
	bash -c 'echo -e $(cat "$1" | jq .data.certificate | tr -d "\"")' bash \
	    "cockroach_${ca%:*}_ca.json" >"${ca#*:}"
done
holds 'jq makes ca.crt of it' cmp -s ca.crt "$ca_crt"
holds 'jq makes ca-client.crt of it' cmp -s ca-client.crt "$client_crt"
ok jq -e '.lease_id == "" and .renewable == false and .lease_duration == 0 and
    .wrap_info == null and .warnings == null and .auth == null' cockroach_cluster_ca.json
is 'the fields of data' '["certificate","expiration","issuing_ca","serial_number"]' \
    "$(jq -c '.data | keys' cockroach_cluster_ca.json)"
is 'no private key' 0 "$(grep -c private_key cockroach_cluster_ca.json)"
is 'serial number' "$(openssl x509 -in "$ca_crt" -noout -serial | sed 's/.*=//' | tr A-F a-f)" \
    "$(jq -r .data.serial_number cockroach_cluster_ca.json | tr -d :)"
is 'expiration' "$(date -ud "$(openssl x509 -in "$ca_crt" -noout -enddate | sed 's/.*=//')" +%s)" \
    "$(jq .data.expiration cockroach_cluster_ca.json)"

# CockroachDB Cloud: the client CA, the exact body, method and path beside it.
ok coldca export-ca --format=cloud-api --output=set.json
is 'the body has one field' '["x509_pem_cert"]' "$(jq -c keys set.json)"
jq -rj .x509_pem_cert set.json >got
holds 'the body' cmp -s got "$client_crt"
is 'to set it' 'POST /api/v1/clusters/{cluster_id}/client-ca-cert' "$(cat set.json.request)"
ok coldca export-ca --format=cloud-api --output=update.json --update "--cluster-id=$id"
is 'to update it' "PATCH /api/v1/clusters/$id/client-ca-cert" "$(cat update.json.request)"
is 'one line' 1 "$(wc -l <update.json.request)"
holds 'the same body' cmp -s set.json update.json
ok coldca export-ca --format=cloud-api --ca=cluster
warns 'POST /api/v1'
jq -rj .x509_pem_cert out >got
holds 'the cluster CA when asked' cmp -s got "$ca_crt"
refused 8 'set\.json' coldca export-ca --format=cloud-api --output=set.json
rm set.json
refused 8 'set\.json\.request' coldca export-ca --format=cloud-api --output=set.json
lacks 'half an export' [ -e set.json ]
ok coldca export-ca --format=cloud-api --output=set.json --overwrite
refused 2 'cluster-id' coldca export-ca --format=cloud-api --cluster-id='x"y'
refused 2 'cluster-id' coldca export-ca "--cluster-id=$id"
refused 2 'update' coldca export-ca --format=terraform --update

# Terraform.
ok coldca export-ca --format=terraform --output=client-ca.tf "--cluster-id=$id"
awk '/<<EOT$/ { on = 1; next } /^EOT$/ { on = 0 } on' client-ca.tf >got
holds 'the heredoc holds the file' cmp -s got "$client_crt"
holds 'the resource' grep -qx 'resource "cockroach_client_ca_cert" "client_ca" {' client-ca.tf
holds 'the id' grep -qx "  id            = \"$id\"" client-ca.tf
ok coldca export-ca --format=terraform --output=variable.tf
holds 'a variable' grep -qx '  id            = var.cockroach_cluster_id' variable.tf
if command -v terraform >/dev/null; then
	for file in client-ca.tf variable.tf; do
		holds "terraform reads $file as it is" \
		    sh -c "terraform fmt -check - <$file"
	done
fi

# Fingerprints.
ok coldca export-ca --format=fingerprint --output=ca.txt
holds 'hex' grep -qx "sha256   $(sha256 "$ca_crt")" ca.txt
is 'words' 32 "$(sed -n 's/^  [0-9a-f]* *//p' ca.txt | wc -w)"
is 'hex beside the words' "$(sha256 "$ca_crt")" \
    "$(sed -n 's/^  \([0-9a-f]*\) .*/\1/p' ca.txt | tr -d '\n')"

# A second certificate: the newest first, a blank line between for the cloud.
softhsm2-util --init-token --free --label standby --pin 12345678 \
    --so-pin 87654321 >/dev/null
ok with_pin coldca create-ca --standby --certs-dir=.coldca.certs --overwrite \
    '--ca-key=pkcs11:token=standby;object=standby'
ok coldca export-ca --format=cloud-api --ca=cluster
is 'a blank line between' 1 "$(jq -rj .x509_pem_cert out | grep -c '^$')"
ok coldca export-ca --format=der
warns 'newest of 2'
for format in pem text json vault-json cloud-api terraform fingerprint; do
	ok coldca export-ca "--format=$format" "--output=two.$format"
done
is 'both in vault-json' 2 "$(jq -r .data.certificate two.vault-json | grep -c BEGIN)"

# The gate, over all that was exported and signed.
mkdir exit
cp two.* update.json update.json.request client-ca.tf exit
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout node.key -subj /O=Cockroach/CN=node -out node.csr 2>/dev/null
ok with_pin coldca sign node node.csr --host=n1.example.com --yes --out=exit/outbox
ok coldca exit-gate exit
says 'exit: 15 files may leave'
ok coldca exit-gate exit exit/outbox --json
is 'in JSON' '[15,4]' "$(jq -c 'map(.files)' out)"

# planted WHAT REGEX: it is refused by its name; it is taken away again.
planted() {
	refused 4 "$2" coldca exit-gate exit
	rm -rf "$1"
	ok coldca exit-gate exit
}
place=exit/outbox/node-n1.example.com
cp node.key $place/node.key
planted $place/node.key 'node-n1.example.com/node.key: holds a PEM block of type PRIVATE KEY'
openssl pkcs8 -topk8 -nocrypt -in node.key -outform DER -out $place/.hidden
planted $place/.hidden '\.hidden: holds a private key \(PKCS#8, raw\)'
openssl ec -in node.key -outform DER -out $place/ca.der 2>/dev/null
planted $place/ca.der 'ca\.der: holds a private key \(SEC 1, raw\)'
cat "$ca_crt" node.key >$place/both.crt
planted $place/both.crt 'both\.crt: holds a PEM block'
jq -n --rawfile k node.key '{x509_pem_cert: $k}' >exit/body.json
planted exit/body.json 'body\.json: holds a PEM block'
ln -s ca.crt $place/link.crt
planted $place/link.crt 'link\.crt: is a symbolic link'
ln "$ca_crt" $place/hard.crt
planted $place/hard.crt 'hard\.crt: has another name'
echo hello >exit/README
planted exit/README 'README: is neither certificate'
: >exit/empty.crt
planted exit/empty.crt 'empty\.crt: is empty'
mkfifo exit/fifo
planted exit/fifo 'fifo: not a regular file'
cp -R .coldca exit/ca-dir
planted exit/ca-dir 'ca-dir/(ledger\.db|policy\.yaml): '

# Anybody else's fingerprint has no place here.
sed 's/^subject .*/subject  CN=somebody else/' ca.txt >exit/other.txt
planted exit/other.txt 'other\.txt: is neither'
refused 8 'no-such' coldca exit-gate no-such
refused 2 '' coldca exit-gate
finish
