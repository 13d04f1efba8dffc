#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: clean-root.sh SOURCE_DIR PACKAGES ROOT_TAR
#
# A Debian 12 with nothing in it that is not needed to boot apt gets the package
# and its dependencies from Debian, an ordinary user of the group coldca has a CA's
# first day without a network, with an older version that is upgraded then, and the
# package is removed: the CA directory is not.
# ROOT_TAR is made where it is not there, which takes a network and some minutes.

. "$(dirname "$0")/lib.sh"
tar=$3
need mmdebstrap unshare chroot
[ "$(id -u)" -eq 0 ] || {
	echo 'skipped: who is not root has no root directory of his own'
	exit 77
}

[ -s "$tar" ] || {
	depends=$(for name in coldca coldca-host; do
		dpkg-deb -f "$(deb $name)" Depends | tr , '\n' |
		    sed 's/[ (|].*//; s/^ *//' | awk NF
	done | sed 's/ .*//' | sort -u | tr '\n' ' ')
	mmdebstrap --format=tar --variant=minbase --skip=cleanup/apt \
	    --customize-hook="chroot \"\$1\" apt-get install -q -y -d \
		--no-install-recommends softhsm2 $depends" \
	    bookworm "$tar.new" >"$work/log" 2>&1 || {
		tail -n 5 "$work/log"
		echo 'skipped: no Debian mirror is within reach'
		exit 77
	}
	mv "$tar.new" "$tar"
}

root=$work/root
mkdir "$root"
tar -C "$root" -xf "$tar" --exclude='./dev/*'
mkdir -p "$root/dev"
cp "$packages"/*.deb "$root/srv"

# inside COMMAND...: in the root directory; offline COMMAND...: without a network
inside() {
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare -m --propagation private sh -c 'root=$1; shift
		mount --bind /dev "$root/dev" && mount -t proc proc "$root/proc" &&
		exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		    DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"' - "$root" "$@"
}
apt() {
	inside apt-get -q -y --no-install-recommends "$@"
}
as_ann() {
	inside unshare -n setpriv --reuid=ann --regid=ann \
	    --init-groups env HOME=/home/ann sh -c "cd && $1"
}
fingerprint() {
	(cd "$root/home/ann/day/ca" && stat -c '%n %a %U %Y' . ./* &&
	    sha256sum ./*)
}

version=$(dpkg-deb -f "$(deb coldca)" Version)
arch=$(dpkg-deb -f "$(deb coldca)" Architecture)

# An older version: it has a rule that this one has no more, and others have changed.
rules=usr/lib/udev/rules.d
dpkg-deb -R "$(deb coldca)" "$work/older"
sed -i 's/^Version: .*/Version: 0.0.9-1/' "$work/older/DEBIAN/control"
echo '# older' >"$work/older/$rules/60-coldca-older.rules"
echo '# older' >"$work/older/$rules/70-coldca-token.rules"
dpkg-deb -b "$work/older" "$root/srv/coldca_older.deb" >"$work/log"
holds 'coldca and softhsm2 are installed' apt install softhsm2 /srv/coldca_older.deb
[ "$failures" -eq 0 ] || finish
lacks 'a compiler came with it' inside sh -c 'command -v cc'
holds 'there is the group' inside getent group coldca
holds 'an operator, ann' inside useradd -m -G coldca -s /bin/sh ann
holds 'the first day' as_ann \
    '/usr/share/doc/coldca/examples/first-day.sh day && test -s day/node1/node.crt'
holds 'in the group coldca' as_ann 'id -Gn | grep -qw coldca'
holds 'the pages' inside sh -c 'test -e /usr/share/man/man1/coldca-sign.1.gz'

# Where sticks are mounted, as systemd makes it at boot: for the group alone.
if command -v systemd-tmpfiles >/dev/null; then
	holds 'the directories' systemd-tmpfiles --root="$root" --create coldca.conf
	holds 'ann reads a stick' as_ann 'ls /media/coldca/in'
	lacks 'others do' inside setpriv --reuid=nobody --regid=nogroup \
	    --clear-groups ls /media/coldca/in
fi
fingerprint >"$work/before"
[ -s "$work/before" ] || failed 'there is no CA directory'

holds 'it is upgraded' apt install "/srv/coldca_${version}_$arch.deb"
holds 'to this version' inside sh -c \
    "dpkg-query -W -f '\${db:Status-Abbrev}\${Version}' coldca | grep -qx 'ii $version'"
lacks 'a rule that is no more' test -e "$root/$rules/60-coldca-older.rules"
lacks 'a rule of before' grep -q '^# older' "$root/$rules/70-coldca-token.rules"
holds 'ann is still in the group' as_ann 'id -Gn | grep -qw coldca'
fingerprint >"$work/after"
holds 'the CA directory is what it was' diff "$work/before" "$work/after"
holds 'this version reads its ledger' as_ann 'COLDCA_DIR=day/ca coldca ledger verify'

# The other package takes the place of this one, and gives it back.
holds 'coldca-host in place of it' apt install "/srv/coldca-host_${version}_$arch.deb"
lacks 'both are there' inside sh -c 'dpkg -s coldca | grep "ok installed"'
holds 'a host asks' as_ann 'coldca request node n3.example.com --certs-dir=n3'
lacks 'a host signs' as_ann 'COLDCA_DIR=day/ca coldca sign node n3/node.csr --yes'
holds 'coldca in place of that' apt install "/srv/coldca_${version}_$arch.deb"
holds 'the ledger is what it was' as_ann 'COLDCA_DIR=day/ca coldca ledger verify'

holds 'it is removed' apt remove coldca
lacks 'the program is still there' test -e "$root/usr/bin/coldca"
holds 'it is purged' apt purge coldca
lacks 'rules are still there' test -e "$root/usr/lib/udev/rules.d/70-coldca-token.rules"
lacks 'the directories of sticks are' test -e "$root/media/coldca"
fingerprint >"$work/after"
holds 'the CA directory is left alone' diff "$work/before" "$work/after"
finish
