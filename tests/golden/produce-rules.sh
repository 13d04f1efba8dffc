# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by produce.sh: what is said by each rule that refuses or notices
# something about a request, and what requests say that are made to deceive.

vectors=$here/../vectors/requests

# by_rule: the findings of --json on standard input: each text once, under its
# rule, with its hint and the requests it is said of.
by_rule() {
	jq -r '
	    [.[] | . as $view |
	        ([.findings[] | .refused] | index(true)) as $first |
	        .findings | to_entries[] | .key as $at | .value | {
	        rule: "\(.rule), \(if .refused then "refused" else "notice" end)",
	        text: (.text | tojson[1:-1]),
	        hint: (if $at == $first and $view.hint then $view.hint else "" end),
	        file: ($view.request | sub(".*/"; ""))
	    }] | group_by(.rule)[] | (.[0].rule,
	        (group_by([.text, .hint])[] | "  \(.[0].text)",
	            (.[0].hint | select(. != "") | "    hint: \(.)"),
	            "    of: \([.[].file] | unique | join(" "))"))'
}

# ruled COMMAND...: the command, and its findings by rule, or its errors
ruled() {
	said_command "$@" --json
	coldca "$@" --json >by-rule.json 2>by-rule.err 3<"$work/pin" || :
	if [ -s by-rule.json ]; then
		by_rule <by-rule.json
	else
		cat by-rule.err
	fi
	echo
}

# Every request of tests/vectors, under the policies of its README.md.
mkdir -p narrow
cat >narrow/policy.yaml <<'POLICY'
version: 1
mode: test
profiles:
  node:
    dns: [".example.com"]
    ip: ["10.0.0.0/8"]
    keys: [p256, p384, rsa]
    rsa-min-bits: 3072
    names-from-request: true
POLICY
coldca inspect --permissive --json "$vectors"/*.der "$vectors"/*.pem 2>/dev/null |
    by_rule | shows vectors-permissive
coldca inspect --ca-dir=narrow --profile=node --json "$vectors"/*.der "$vectors"/*.pem \
    2>/dev/null | by_rule | shows vectors-strict

# What no request by itself brings about.
coldca init --mode=test "--module=$module" --ca-dir=ruled >/dev/null 2>&1
coldca create-ca --ca-dir=ruled --certs-dir=ruled.certs \
    '--ca-key=pkcs11:token=ca;object=ruled-ca' --pin-fd=3 3<pin >/dev/null 2>&1
printf %s "$(cat pin)" >bare-pin
PKCS11_MODULE_PATH=$module openssl req -new -engine pkcs11 -keyform engine \
    -key "pkcs11:token=ca;object=ruled-ca;type=private?pin-source=file:$work/bare-pin" \
    -config /dev/null -subj /CN=erin -out of-ca.csr 2>/dev/null
for name in alice bob carol dora; do
	openssl ecparam -name prime256v1 -genkey -noout -out $name.pem
	openssl req -new -key $name.pem -config /dev/null -subj /CN=$name -out $name.csr
done
openssl req -new -key alice.pem -config /dev/null -subj /CN=bob -out alices.csr
openssl req -new -key carol.pem -config /dev/null -subj /CN=max -out carols.csr
cp "$vectors/key-rsa-shared-1.der" "$vectors/key-rsa-shared-2.der" .
blocked=ruled/blocked-keys.txt
cat >shared.yaml <<'ORDERS'
version: 1
orders:
- {request: key-rsa-shared-1.der, profile: node, hosts: [s1.example.com]}
- {request: key-rsa-shared-2.der, profile: node, hosts: [s2.example.com]}
ORDERS
long=$(printf 'a%.0s' $(seq 60)).example.com
# in_ruled COMMAND...: in that CA directory
in_ruled() {
	ruled "$@" --ca-dir=ruled --yes --pin-fd=3 --out=ruled.outbox
}
{
	in_ruled sign client alice.csr bob.csr --names-from-request
	in_ruled sign client alice.csr --user=alice
	in_ruled sign client alices.csr --user=bob --overwrite
	in_ruled sign client carol.csr carols.csr --names-from-request
	in_ruled sign client carol.csr carol.csr --names-from-request
	in_ruled sign client of-ca.csr --user=erin
	in_ruled sign --orders=shared.yaml key-rsa-shared-1.der key-rsa-shared-2.der --drop-extra
	coldca revoke --ca-dir=ruled --user=bob --reason=keyCompromise --yes >/dev/null 2>&1
	in_ruled sign client bob.csr --user=bob --overwrite
	{
		openssl pkey -in dora.pem -pubout -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1
	} >$blocked
	in_ruled sign client dora.csr --user=dora
	said inspect dora.csr --ca-dir=ruled --user=dora
	echo 00 >>$blocked
	said inspect dora.csr --ca-dir=ruled --user=dora
	rm $blocked

	ruled inspect bare.csr --profile=node
	ruled inspect bare.csr --profile=client
	for host in root a_b.example.com; do
		ruled inspect bare.csr --profile=node --host=$host
	done
	ruled inspect bare.csr --profile=node --user=max
	ruled inspect bare.csr --profile=client --host=a.example.com
	ruled inspect bare.csr --profile=tenant-client --host=a.example.com
	ruled inspect bare.csr --profile=ui "--host=$long"
	ruled inspect bare.csr --profile=client --user=app --tenant-scope=0
	for profile in node client tenant-client; do
		ruled inspect greedy.csr --profile=$profile
	done
	ruled inspect odd.csr --profile=node
	for host in ops app '*.example.com' vault.example.com 11.0.0.1 10.9.0.1; do
		ruled inspect --ca-dir=strict bare.csr --profile=node "--host=$host"
	done
	for user in xyz ops admin; do
		ruled inspect --ca-dir=strict bare.csr --profile=client --user=$user
	done
	ruled inspect --ca-dir=strict bare.csr --profile=tenant-client --tenant=6 --host=a.example.com
	ruled inspect --ca-dir=strict n1/node.csr --profile=node
	ruled inspect --ca-dir=strict rsa.csr --profile=ui --host=ui.example.com
	for lifetime in 870000h 1s; do
		in_ruled sign node bare.csr --host=a.example.com --lifetime=$lifetime
	done
	in_ruled sign node bare.csr --host=a.example.com --ca=client
	in_ruled sign --orders=orders.yaml n1/node.csr root.csr broken.csr rsa.csr node.csr bare.csr
	printf 'version: 1\norders:\n- {request: bob.csr, profile: client, user: bob}\n' >twice.yaml
	mkdir copy
	cp bob.csr copy
	in_ruled sign --orders=twice.yaml bob.csr copy/bob.csr
	in_ruled sign client none.csr --user=maxroach
} | shows rules

# Every field holds ESC [ 2 J, U+202E and NUL.
evil=$(printf 'a\033[2Jb\342\200\256c')
# in_der TAG: a name of that tag, "a:" and what deceives
in_der() {
	printf '%s08613a1b5b324a0062' "$1"
}
# deceiver NAME COMMON-NAME
deceiver() {
	cat >deceiver.cnf <<CNF
[req]
prompt = no
utf8 = yes
string_mask = utf8only
distinguished_name = dn
req_extensions = ext
attributes = attr
[dn]
O = $evil
CN = $2
[attr]
challengePassword = $evil
[ext]
subjectAltName = DER:301e$(in_der 82)$(in_der 81)$(in_der 86)
nsComment = ASN1:UTF8String:$evil
CNF
	openssl req -new -key key.pem -config deceiver.cnf -out "$1"
}
deceiver evil.csr "$evil"
deceiver "$(printf 'b\033[2J\342\200\256.csr')" node
{
	said inspect evil.csr --profile=node --host=node1.example.com
	said inspect "$(printf 'b\033[2J\342\200\256.csr')" --profile=node
	said inspect evil.csr --profile=client --user=app --json
	said inspect "$vectors/name-nul.der" "$vectors/name-escape.der" \
	    "$vectors/name-common-nul.der" "$vectors/san-dns-bidi.der" --profile=node
	said sign node evil.csr --host=node1.example.com --drop-extra --ca-dir=ruled --yes --pin-fd=3 --out=evil
	said sign node evil.csr "$(printf 'b\033[2J\342\200\256.csr')" \
	    --names-from-request --ca-dir=ruled --yes --pin-fd=3 --out=evil
	said sign client "$vectors/name-common-escape.der" --user=app --drop-extra --ca-dir=ruled --yes --pin-fd=3 --out=evil
	said sign node evil.csr "--host=$evil" --ca-dir=ruled --yes --pin-fd=3 --out=evil
	said sign client evil.csr "--user=$evil" --ca-dir=ruled --yes --pin-fd=3 --out=evil
	said ledger list --name="$evil"
} | shows deceivers
