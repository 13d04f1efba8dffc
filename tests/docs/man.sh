#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: man.sh PAGE...
#
# Runs the EXAMPLES of each manual page as one session, where there is a token, a
# CA that has issued, requests on the hosts n1, c1 and c2, and an operator who
# types the PIN and `yes`.

. "$(dirname "$0")/../e2e/lib.sh"
need bash jq openssl
real=$COLDCA

# The operator: what coldca asks for is given, in the ways that scripts do it.
mkdir bin
"$real" help --dump-commands >table
cat >bin/coldca <<WRAPPER
#!/bin/bash
# The commands that take --yes or --pin-fd, by the table of options.
name=\$1
[[ "\$1 \$2" =~ ^(token|ledger|policy)\  ]] && name="\$1 \$2"
[ "\$1" != help ] || exec "$real" "\$@"
takes() {
	awk -F'\t' -v option="\$1" -v name="\$name" '\$1 == "option" &&
	    \$2 == option && index("," \$8 ",", "," name ",") { found = 1 }
	    END { exit !found }' "$work/table"
}
more=()
takes yes && more+=(--yes)
takes pin-fd && [[ "\$name" != "token list" ]] && more+=(--pin-fd=3)
exec "$real" "\$@" "\${more[@]}" 3<"$work/pin"
WRAPPER
chmod +x bin/coldca
PATH=$work/bin:$PATH

# examples PAGE: the blocks under EXAMPLES as they are shown
examples() {
	awk '
	/^\.Sh/ { within = /^\.Sh EXAMPLES/ }
	/^\.Ed/ { block = 0 }
	block { gsub(/\\e/, "\\"); print }
	/^\.Bd/ { block = within }' "$1"
}

for page in "$@"; do
	rm -rf "$work/page"
	mkdir "$work/page"
	cd "$work/page"
	HOME=$PWD
	rm -rf "$work/tokens"
	make_token ca
	COLDCA=$real
	ok coldca init --mode=test "--module=$module"
	ok with_pin coldca create-ca --certs-dir=certs \
	    '--ca-key=pkcs11:token=ca;object=cluster-ca'
	ok coldca request node node1.example.com 10.0.0.1 --certs-dir=n1
	ok coldca request client maxroach --certs-dir=c1
	ok coldca request client root --certs-dir=c2
	case ${page##*/} in
	coldca-sign.1.in) ;;
	*)
		ok with_pin coldca sign node n1/node.csr --host=node1.example.com \
		    --host=10.0.0.1 --yes
		ok with_pin coldca sign client c1/client.maxroach.csr \
		    --user=maxroach --yes
		;;
	esac
	examples "$page" >"$work/session"
	[ -s "$work/session" ] || failed "${page##*/}: there are no examples"
	bash -eux -o pipefail "$work/session" >"$work/log" 2>&1 </dev/null || {
		failed "${page##*/}: an example does not work"
		tail -n 20 "$work/log"
	}
	cd "$work"
done
finish
