# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of the set-ups share: a token in a fresh directory, a key on
# it, and a look for processes that stayed. The caller sets `here`.
#
# From outside: VPIV, and COLDCA where the program is built.
#
# shellcheck disable=SC2154,SC2034 # variables from DIR/env, and for the tests

. "$here/lib.sh"
need openssl pkcs11-tool

work=$(mktemp -d "${TMPDIR:-/tmp}/coldca-token.XXXXXX")
dir=$work/token
at_exit() {
	status=$?
	"$here/stop.sh" "$dir" || status=1
	cd /
	rm -rf "$work"
	exit "$status"
}
trap at_exit EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit
openssl rand -out hash 32

# start ARGUMENT...: start.sh, and what it left
start() {
	"$here/start.sh" "$@" || exit
	# shellcheck source=/dev/null
	. "$dir/env"
}

# survivors: processes of this token, whoever is their parent
survivors() {
	grep -lz "^COLDCA_TOKEN_DIR=$dir\$" /proc/[0-9]*/environ 2>/dev/null |
	    cut -d/ -f3
}

no_survivors() {
	left=$(survivors)
	[ -z "$left" ] || {
		# shellcheck disable=SC2086 # numbers
		ps -o pid,stat,args -p "$(echo $left | tr ' ' ,)" >&2 || :
		die "$*: processes are left"
	}
}

# tool ARGUMENT...: pkcs11-tool on the token
tool() {
	# shellcheck disable=SC2086 # a command or nothing
	timeout --foreground 30 $TOKEN_RUN pkcs11-tool \
	    --module "$TOKEN_MODULE" --token-label "$TOKEN_LABEL" "$@"
}

# make_key [ID]: a P-256 key where the token can, else RSA-2048; a card has its
# own. Its public key in public.pem.
make_key() {
	key=EC:prime256v1 id=${1:-01}
	case $TOKEN_KIND in
	opencryptoki) key=rsa:2048 ;;
	piv) key='' ;;
	nss)
		make_nss_key
		return
		;;
	esac
	[ -z "$key" ] || tool --login --pin "$TOKEN_PIN" --keypairgen \
	    --key-type "$key" --id "$id" --label key --usage-sign
	tool --read-object --type pubkey --id "$id" --output-file public.der
	openssl pkey -pubin -inform DER -in public.der -out public.pem
}

# pkcs11-tool has no way to give NSS its arguments; OpenSSL's engine has.
make_nss_key() {
	certutil -S -x -d "sql:$dir/db" -f "$dir/pin" -n key -s CN=key \
	    -t u,u,u -k ec -q nistp256 -z hash
	id=$(certutil -K -d "sql:$dir/db" -f "$dir/pin" |
	    sed -n 's/^< 0> *ec *\([0-9a-f]*\) .*/\1/p' | sed 's/../%&/g')
	certutil -L -d "sql:$dir/db" -n key -a |
	    openssl x509 -noout -pubkey -out public.pem
	cat >engine.cnf <<-END
	openssl_conf = library
	[library]
	engines = engines
	[engines]
	pkcs11 = engine
	[engine]
	engine_id = pkcs11
	INIT_ARGS = "$TOKEN_INIT_ARGS"
	init = 0
	END
}

nss_sign() {
	uri="pkcs11:token=$TOKEN_LABEL;id=$id;type=private"
	OPENSSL_CONF=engine.cnf PKCS11_MODULE_PATH=$TOKEN_MODULE \
	    timeout --foreground 30 openssl pkeyutl -sign -engine pkcs11 \
	    -keyform engine -inkey "$uri?pin-value=$TOKEN_PIN" -in hash \
	    -out signature
}

# sign_and_verify: with the key of make_key
sign_and_verify() {
	rm -f signature
	if [ "$TOKEN_KIND" = nss ]; then
		nss_sign
	else
		mechanism=ECDSA format=openssl
		! openssl rsa -pubin -in public.pem -noout 2>/dev/null ||
		    mechanism=RSA-PKCS format=rs
		tool --login --pin "$TOKEN_PIN" --sign --id "$id" \
		    --mechanism "$mechanism" --signature-format "$format" \
		    --input-file hash --output-file signature
	fi
	openssl pkeyutl -verify -pubin -inkey public.pem -sigfile signature \
	    -in hash
}
