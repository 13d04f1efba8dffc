#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The report of a CA and the minutes of a session: what they say is what the
# ledger says, what came from outside is text, and neither needs a token.

. "$(dirname "$0")/lib.sh"
need openssl jq faketime sqlite3 tidy
make_token ca
ca_dir="$work/ca <b>&amp;"
make_ca "$ca_dir"
COLDCA_DIR=$ca_dir
export COLDCA_DIR

ok coldca request node n1.example.com --certs-dir=n1
ok with_pin coldca sign node n1/node.csr --host n1.example.com --yes --lifetime=2400h
ok coldca request client max --certs-dir=c1
ok with_pin coldca sign client c1/client.max.csr --user max --yes --lifetime=1200h
ok coldca revoke --user max --reason=keyCompromise --yes
ok with_pin coldca create-crl
# shellcheck disable=SC2016 # nothing is to be expanded
evil='<img src=x onerror=alert(1)> | `x` [a](javascript:1).csr'
cp n1/node.csr "$evil"
refused 4 'user' with_pin coldca sign client "./$evil" --user root --yes

# From here on nobody needs a token, or writes the ledger.
before=$(sha256sum <"$ca_dir/ledger.db")
mv tokens gone
ok coldca report --output=report.html --verify
ok coldca report --json
is 'valid ones' 2 "$(jq .counts.valid out)"
is 'as the ledger lists them' "$(coldca ledger list --state=issued --json 2>/dev/null | jq length)" \
    "$(jq .counts.valid out)"
is 'revoked ones' 1 "$(jq .counts.revoked out)"
is 'why' 1 "$(jq .counts.reasons.keyCompromise out)"
is 'all' "$(serials "$ca_dir")" "$(jq .counts.all out)"
is 'the words of the head' "$(coldca ledger head --json 2>/dev/null | jq -r .words)" \
    "$(jq -r .ledger.words out)"
is 'the policy' "$(sha256sum <"$ca_dir/policy.yaml" | cut -d' ' -f1)" \
    "$(jq -r .policy.sha256 out)"
is 'the same as in the ledger' "$(jq .policy.sha256 out)" \
    "$(jq .policy.ledger_sha256 out)"
is 'nobody verified' null "$(jq .ledger.verified out)"
is 'the token' ca "$(jq -r '.cas[0].passport.token' out)"
is 'a CRL' 1 "$(jq '.cas[0].crl_number' out)"
is 'the first visit' 'coldca create-crl --ca=cluster' "$(jq -r '.visits[0].command' out)"
is 'then a renewal' 'coldca renew node-n1.example.com' "$(jq -r '.visits[1].command' out)"

holds 'it is sound HTML' tidy -q -e report.html
holds 'test mode is loud' grep -q 'TEST MODE' report.html
holds 'it says that it verified' grep -q 'class="good">verified: ' report.html
holds 'the directory is text' grep -qF 'ca &lt;b&gt;&amp;amp;,' report.html
lacks 'a script' grep -qi '<script' report.html
lacks 'anything fetched' grep -Eqi '(src|href)="?(https?:|//|file:)|url\(|@import' report.html
holds 'a policy for content' grep -qF "default-src 'none'" report.html
is 'its mode' 644 "$(stat -c %a report.html)"

# A page that is there stays, as it is.
printf 'mine' >mine.html
refused 8 'mine\.html: File exists' coldca report --output=mine.html
is 'untouched' mine "$(cat mine.html)"
ok coldca report --output=mine.html --overwrite
holds 'a page' grep -q '^<!DOCTYPE html>' mine.html
ln -s /dev/full full.html
refused 8 'full\.html' coldca report --output=full.html
refused 8 'No such file' coldca report --output=no/such/report.html
is 'nothing half written' '' "$(find . -maxdepth 1 -name '.coldca-*')"
refused 2 '--json' coldca report --json --output=x.html
status=0
"$COLDCA" report >/dev/full 2>err || status=$?
is 'a full disk' 8 "$status"

# On a copy that nobody can write, as an auditor has it.
mkdir copy
cp "$ca_dir/policy.yaml" "$ca_dir/ledger.db" copy
chmod 400 copy/*
chmod 500 copy
ok coldca report --ca-dir=copy --verify
ok coldca minutes --ca-dir=copy
is 'nothing was put there' 'ledger.db policy.yaml' "$(names copy)"
chmod 700 copy
chmod 600 copy/*

# The minutes.
ok coldca minutes --operator='Ada <i>' --witness='Grace | *Hopper*' --output=minutes.md
ok coldca minutes --format=html --operator='Ada <i>' --witness=Grace --output=minutes.html
holds 'it is sound HTML' tidy -q -e minutes.html
holds 'the operator is text' grep -qF 'operator: Ada &lt;i&gt;' minutes.html
holds 'in Markdown, too' grep -qF 'operator: Ada \<i\>' minutes.md
holds 'the witness' grep -qF 'witness: Grace \| \*Hopper\*' minutes.md
lacks 'what was refused is markup' grep -q '<img' minutes.html
holds 'it is text' grep -qF '&lt;img src=x onerror=alert(1)&gt;' minutes.html
# shellcheck disable=SC2016 # the same
holds 'it is text' grep -qF '\<img src=x onerror=alert(1)\> \| \`x\` \[a\]' minutes.md
# Each row has five cells, whatever is in them.
is 'broken rows' '' "$(grep '^|' minutes.md | sed 's/\\.//g' | awk -F'|' 'NF != 7')"
holds 'the program' grep -q "program SHA-256: $(sha256sum <"$COLDCA" | cut -d' ' -f1)" minutes.md
holds 'the module' grep -q 'module SHA-256, now: the same' minutes.md
holds 'the head' grep -qF "in words: $(coldca ledger head --json 2>/dev/null | jq -r .words)" minutes.md
holds 'a decision' grep -Eq '^\| [0-9]+ \| [^|]* \| revoked \| .*client-max.*keyCompromise' minutes.md
holds 'a refusal' grep -Eq '^\| [0-9]+ \| [^|]* \| refused \|' minutes.md
lacks 'what was settled twice' grep -q '| pending |' minutes.md
last=$(coldca ledger head --json 2>/dev/null | jq .entry)
ok coldca minutes --since="$last"
is 'one entry' 1 "$(grep -c '^| [0-9]' out)"
says '^- before: entry '
ok coldca minutes --since=2020-01-01
says '^- before: none'
refused 3 'nothing was recorded since' coldca minutes --since=$((last + 1))
refused 3 'nothing was recorded since' coldca minutes --since=2999-01-01
refused 2 'neither an entry nor a time' coldca minutes --since=yesterday
refused 2 'begin with 1' coldca minutes --since=0
is 'only read' "$before" "$(sha256sum <"$ca_dir/ledger.db")"

# A year later: what was, is over.
ok faketime -f +300d "$COLDCA" report --json
is 'nothing is valid but the CA' 1 "$(jq .counts.valid out)"
is 'overdue' true "$(jq '.visits[0].by < .made_at' out)"
ok faketime -f +300d "$COLDCA" report --output=late.html
holds 'it says now' grep -q '>now</p>' late.html

# A ledger that somebody changed.
sqlite3 copy/ledger.db 'DROP TRIGGER entry_update; UPDATE entry SET detail = "<b>x" WHERE id = 2'
refused 7 'entry 2' coldca report --ca-dir=copy --verify --output=bad.html
holds 'the page says so' grep -q 'THE LEDGER DOES NOT VERIFY: .*entry 2' bad.html
ok coldca report --ca-dir=copy --output=unlooked.html
holds 'or that nobody looked' grep -q 'not looked at for this page' unlooked.html
finish
