#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Nobody signs alone: policy wants two approvals for a node, and gets them from
# three people, over the very octets that are signed. Whatever is not that is
# refused for its own reason.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime
make_token ca
make_ca

# approver NAME [LINE]...: a key pair, and the policy's section about it
approver() {
	name=$1
	shift
	openssl genpkey -algorithm ed25519 -out "$name.key" 2>/dev/null
	printf '  - name: %s\n' "$name"
	for line in "$@"; do
		printf '    %s\n' "$line"
	done
	printf '    key: |\n'
	openssl pkey -in "$name.key" -pubout | sed 's/^/      /'
}

policy=$HOME/.coldca/policy.yaml
{
	sed 's/^    approvals: 0$/    approvals: 2/' "$policy"
	echo 'approvers:'
	approver anna
	approver bob
	approver carl 'profiles: [client]'
	approver olga "user: $(id -un)"
} >new-policy
cp new-policy "$policy"
ok coldca policy check
grep -q 'warning: .*anna has no .user.' err ||
    failed 'policy check does not say whom the rule about operators does not hold'
if grep -q 'olga has no .user.' err; then
	failed 'olga has a user'
fi
openssl genpkey -algorithm ed25519 -out stranger.key 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out p256.key 2>/dev/null

for host in one two; do
	ok coldca request node "$host.example.com" "--certs-dir=$host"
done

# sign COMMAND...: signs node one with what is in the directory drafts
sign() {
	with_pin coldca sign node one/node.csr --host=one.example.com --yes "$@"
}

# approve NAME [OPTION...]
approve() {
	name=$1
	shift
	"$@" "$COLDCA" approve drafts/*.draft "--approver=$name" \
	    "--key=$work/${key:-$name}.key" --yes --quiet
}

# rule RULE: the refusal that is first, or any after it, has that rule.
rule() {
	ran with_pin coldca sign node one/node.csr --host=one.example.com --yes \
	    --json --approved=drafts
	[ "$status" -eq 4 ] || failed "status $status, not 4, for $1"
	jq -e --arg rule "$1" \
	    'any(.. | .rule? // empty; . == $rule)' out >/dev/null || {
		failed "no rule $1"
		said
	}
	[ ! -e outbox ] || failed "signed in spite of $1"
}

# Without approvals nothing is signed, and it is said which way to go.
refused 4 'policy wants approvals' sign
refused 4 'can get none' with_pin coldca create-node two.example.com \
    --certs-dir=made

# The first step signs nothing, reserves nothing, and wants no PIN.
ok coldca sign node one/node.csr --host=one.example.com --prepare=drafts
[ "$(find drafts -name '*.draft' | wc -l)" -eq 1 ] || failed 'not one draft'
[ "$(coldca ledger list --json 2>/dev/null | jq 'map(select(.profile == "node")) | length')" -eq 0 ] ||
    failed 'a serial was reserved'
refused 2 'one of the two' coldca sign node one/node.csr \
    --host=one.example.com --prepare=drafts --approved=drafts
rule policy-approvals

# Approvals that do not count.
ok approve anna env
rule policy-approvals
ok approve anna faketime -f '-10s'
rule approval-twice
rm drafts/*.approval
ok approve anna env
case=0
# not RULE COMMAND...: that does not count as the second one
not() {
	want=$1
	shift
	case=$((case + 1))
	cp drafts/*.approval kept.approval
	ok "$@"
	rule "$want"
	rm drafts/*.approval
	mv kept.approval drafts/anna.approval
}
not approval-expired approve bob faketime -f '-8d'
not approval-future approve bob faketime -f '+1h'
not approval-profile approve carl env
not approval-operator approve olga env

key=stranger
not approval-unknown approve dora env
not approval-key approve bob env
key=''

# A text that was changed: the name, the time, the hash.
ok approve bob env
bob=$(grep -l '^approver bob$' drafts/*.approval)
for edit in 's/^expires 20\(.\)./expires 20\19/' 's/^tbs ../tbs 00/' \
    's/^approved 20\(..\)-\(..\)-../approved 20\1-\2-01/'; do
	cp "$bob" kept
	sed "$edit" kept >"$bob"
	cmp -s kept "$bob" || rule approval-signature
	cp kept "$bob"
done
# Lines that do not belong there are no approval at all.
cp "$bob" kept
echo 'note hello' >>"$bob"
refused 3 'there is more than may be' sign --approved=drafts
cp kept "$bob"

# Another ledger's approval, and one of another draft.
cp "$bob" kept
rm "$bob"
ok coldca sign node two/node.csr --host=two.example.com --prepare=others
ok coldca approve others/*.draft --approver=bob --key=bob.key --yes --quiet
cp others/*.approval drafts/
rule approval-draft
rm drafts/*.approval
ok approve anna env
cp kept "$bob"

# A draft that was changed, and one that does not fit the order of today.
draft=$(echo drafts/*.draft)
cp "$draft" kept.draft
sed 's/^tbs-sha256 ../tbs-sha256 00/' kept.draft >"$draft"
refused 3 'its draft was changed' sign --approved=drafts
cp kept.draft "$draft"
sed 's/^ledger ..../ledger 0000/' kept.draft >"$draft"
refused 4 "is a draft of another CA's ledger" sign --approved=drafts
refused 3 "is of another CA's ledger than the first draft" coldca approve \
    kept.draft "$draft" --approver=anna --key=anna.key --yes
awk 'FNR == NR { if ($1 == "request") wanted = wanted $0 "\n"; next }
    $1 != "request" { print; next }
    { printf "%s", wanted; wanted = "" }' others/*.draft kept.draft >"$draft"
refused 3 'its request is not for the key of its draft' sign --approved=drafts
cp kept.draft "$draft"
ok coldca sign node one/node.csr --host=one.example.com --prepare=more
cp more/*.draft drafts/second.draft
refused 4 'two drafts were prepared for it' sign --approved=drafts
rm drafts/second.draft
refused 4 'drafted otherwise|no draft was prepared' with_pin coldca sign node \
    one/node.csr --host=one.example.com --host=other.example.com --yes \
    --approved=drafts
refused 4 'longer than what is ordered' sign --approved=drafts --lifetime=30d

# Enough: the certificate is the draft, octet by octet.
ok sign --approved=drafts
[ -e outbox/node-one.example.com/node.crt ] || failed 'no certificate'
ok coldca ledger verify
ok coldca ledger show node-one.example.com
said | grep -q 'approved.*anna' || failed 'ledger show does not say who approved'
coldca ledger show node-one.example.com --json 2>/dev/null |
    jq -e '[.approvals[].approver] | sort == ["anna", "bob"]' >/dev/null ||
    failed 'ledger show --json does not say who approved'
refused 4 'used before' sign --approved=drafts --overwrite

# A run that is killed while the token signs: what was counted still counts, as
# long as policy lets these people approve.
if strace -qq -o trace -e trace=none true 2>/dev/null; then
	ok coldca sign node two/node.csr --host=two.example.com --prepare=later
	for name in anna bob; do
		ok coldca approve later/*.draft "--approver=$name" \
		    "--key=$name.key" --yes --quiet
	done
	cp -R .coldca before
	cp -R tokens tokens.before
	number=1
	open=0
	while [ "$open" -eq 0 ] && [ "$number" -lt 40 ]; do
		rm -rf .coldca tokens
		cp -R before .coldca
		cp -R tokens.before tokens
		ran with_pin env "ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0" \
		    strace -f -qq -o /dev/null -e trace=fsync,fdatasync \
		    -e "inject=fsync,fdatasync:signal=KILL:when=$number" \
		    "$COLDCA" sign node two/node.csr --host=two.example.com --yes \
		    --quiet --sessions=1 --approved=later --out=late
		open=$(coldca ledger list --json --state=pending 2>/dev/null |
		    jq length)
		number=$((number + 1))
	done
	[ "$open" -eq 1 ] || failed 'nothing was left open'
	ok coldca ledger verify
	cp -R .coldca left
	sed -i 's/^  - name: bob$/  - name: bert/' "$policy"
	refused 4 'more approvals than were counted' with_pin coldca sign \
	    --resume --yes --out=late
	# Nor does one who approved it take it up again.
	rm -rf .coldca
	cp -R left .coldca
	sed -i "/^  - name: bob\$/a\\    user: $(id -un)" "$policy"
	refused 4 'more approvals than were counted' with_pin coldca sign \
	    --resume --yes --out=late
	rm -rf .coldca
	cp -R left .coldca
	ok with_pin coldca sign --resume --yes --out=late
	[ -e late/node-two.example.com/node.crt ] || failed 'not resumed'
	ok coldca ledger verify
	rm -rf .coldca tokens
	cp -R before .coldca
	cp -R tokens.before tokens
fi

# What is renewed is approved as well.
refused 4 'policy wants approvals' with_pin coldca renew node-one.example.com \
    --yes --out=renewed
ok coldca renew node-one.example.com --prepare=again --out=renewed
for name in anna bob; do
	refused 4 'too few|policy wants 2 approvals' with_pin coldca renew \
	    node-one.example.com --approved=again --yes --out=renewed
	ok coldca approve again/*.draft "--approver=$name" "--key=$name.key" \
	    --yes --quiet
done
ok with_pin coldca renew node-one.example.com --approved=again --yes \
    --out=renewed
[ -e renewed/node-one.example.com/node.crt ] || failed 'not renewed'
ok coldca ledger verify

# An encrypted key, a wrong passphrase, and a key of the wrong kind.
openssl pkey -in bob.key -aes256 -passout pass:secret -out locked.key
printf 'wrong\n' >wrong
printf 'secret\n' >right
refused 6 'passphrase is wrong' sh -c "'$COLDCA' approve others/*.draft \
    --approver=bob --key=locked.key --yes --passphrase-fd=4 4<wrong"
rm others/*.approval
ok sh -c "'$COLDCA' approve others/*.draft --approver=bob --key=locked.key \
    --yes --passphrase-fd=4 4<right"
openssl genrsa -out rsa.key 2048 2>/dev/null
refused 4 'ed25519, p256 or p384' coldca approve others/*.draft \
    --approver=bob --key=rsa.key --yes

openssl pkey -in p256.key -ec_conv_form compressed -out compressed.key
refused 4 'not in the uncompressed form' coldca approve others/*.draft \
    --approver=bob --key=compressed.key --yes

# Who signs may approve where policy says so.
echo 'operator-may-approve: true' >>"$policy"
ok coldca approve others/*.draft --approver=olga --key=olga.key --yes
ok with_pin coldca sign node two/node.csr --host=two.example.com --yes \
    --approved=others
ok coldca ledger verify

# Where policy wants no approvals nobody has vouched for what is in the
# directory: the certificate is drafted here.
sed -i 's/^    approvals: 2$/    approvals: 0/' "$policy"
ok coldca sign node one/node.csr --host=one.example.com --prepare=free \
    --out=freed
sed -n 's/^ *serial *//p' err >serial
[ -s serial ] || failed 'no serial is shown'
ok with_pin coldca sign node one/node.csr --host=one.example.com --yes \
    --approved=free --out=freed
[ -e freed/node-one.example.com/node.crt ] || failed 'not signed'
if grep -q "$(cat serial)" err; then
	failed 'an unapproved draft was signed as it came'
fi

# A draft is of use while it is valid.
sed -i 's/^    approvals: 0$/    approvals: 2/' "$policy"
ok faketime -f '+3d' "$COLDCA" sign node two/node.csr --host=two.example.com \
    --prepare=ahead --out=freed
refused 4 'begins in the future' with_pin coldca sign node two/node.csr \
    --host=two.example.com --yes --approved=ahead --out=freed
ok coldca sign node two/node.csr --host=two.example.com --lifetime=2h \
    --prepare=behind --out=freed
refused 4 'its draft has expired' with_pin faketime -f '+3h' "$COLDCA" sign \
    node two/node.csr --host=two.example.com --lifetime=2h --yes \
    --approved=behind --out=freed
finish
