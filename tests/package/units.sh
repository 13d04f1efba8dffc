#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: units.sh SOURCE_DIR: what systemd makes of the group, the directories and
# the mount units

. "$(dirname "$0")/lib.sh"
need systemd-sysusers systemd-tmpfiles systemd-analyze
mkdir -p "$work/root/etc" "$work/units"
echo 'root:x:0:' >"$work/root/etc/group"
echo 'root:x:0:0:root:/:/bin/sh' >"$work/root/etc/passwd"
holds 'the group' systemd-sysusers --root="$work/root" "$source/packaging/coldca.sysusers"
holds 'the group is coldca' grep -q '^coldca:' "$work/root/etc/group"
if [ "$(id -u)" -eq 0 ]; then
	holds 'the directories' systemd-tmpfiles --root="$work/root" --create \
	    "$source/packaging/coldca.tmpfiles"
	[ "$(stat -c %a "$work/root/media/coldca/in")" = 750 ] ||
		failed 'the mode of /media/coldca/in'
fi
cp "$source"/packaging/systemd/*.mount "$work/units"
sed -i '/^Documentation=/d' "$work/units"/*.mount # man is not asked
for unit in "$work/units"/*.mount; do
	holds "${unit##*/}" systemd-analyze verify "$unit"
	holds "${unit##*/}: nothing runs from it" \
	    grep -q '^Options=.*noexec,nosuid,nodev' "$unit"
done
holds 'requests are only read' grep -q '^Options=ro,' "$work/units/media-coldca-in.mount"
finish
