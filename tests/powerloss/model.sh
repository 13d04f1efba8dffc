#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The recorder, and what the model says that a cut of the power leaves of it:
# each `leaves` says what was done, and then each state that the disk may be in.
# A dot is an octet that was never written; an empty disk is `nothing`.

. "$(dirname "$0")/lib.sh"

# did WORD...: the writer does that, in an empty directory that is recorded
did() {
	rm -rf disk log
	mkdir disk
	(cd disk && LD_PRELOAD=$POWERLOSS/libpowerloss_recorder.so \
	    POWERLOSS_LOG=$work/log POWERLOSS_ROOT=$work/disk \
	    "$POWERLOSS/powerloss_writer" "$@") || failed "writer: $*"
}

# leaves WORDS STATE...
leaves() {
	words=$1
	shift
	# shellcheck disable=SC2086 # words
	did $words
	for state in "$@"; do
		echo "$state"
	done | sort >wanted
	"$POWERLOSS/powerloss_replay" log --states "--same=$work/disk" |
	    sed 's/^: *//; s/^$/nothing/' | sort -u >got
	cmp -s wanted got ||
	    failed "$words leaves: $(diff wanted got | grep '^[<>]' | paste -sd' ' -)"
}

# A file: its name is in the directory, its octets are its own.
leaves 'create,a' nothing a=
leaves 'create,a write,a,xy' nothing a= a=.. a=xy
leaves 'create,a write,a,xy fsync,a' nothing a=xy
leaves 'create,a write,a,xy fdatasync,a' nothing a=xy
leaves 'create,a write,a,xy fsync,.' a= a=.. a=xy
leaves 'create,a write,a,xy fsync,a fsync,.' a=xy
leaves 'create,a write,a,xy syncfs,.' a=xy
leaves 'create,a write,a,xy syncfs,. write,a,z' a=xy a=xyz a=xy.
leaves 'create,a write,a,xy range,a fsync,.' a= a=.. a=xy
leaves 'create,a write,a,xy syncfs,. truncate,a,1' a=xy a=x
leaves 'create,a write,a,xy syncfs,. empty,a' a=xy a=

# Order is nobody's promise: the second may be there without the first.
leaves 'create,a create,b' nothing a= b= 'a= b='
leaves 'create,a write,a,x fsync,. write,a,y' a= a=. a=.. a=.y a=x a=x. a=xy

# A rename is there or not, and never half; what it brings is another thing.
leaves 'create,a write,a,1 create,b write,b,2 syncfs,. rename,b,a' \
    'a=1 b=2' a=2
leaves 'create,a write,a,1 syncfs,. create,b write,b,2 fsync,b rename,b,a' \
    a=1 'a=1 b=2' a=2
leaves 'create,a write,a,1 syncfs,. create,b write,b,2 rename,b,a fsync,.' \
    a= a=. a=2
leaves 'create,a write,a,1 create,b write,b,2 syncfs,. exchange,a,b' \
    'a=1 b=2' 'a=2 b=1'
leaves 'create,a syncfs,. link,a,b unlink,a' a= b= 'a= b=' nothing

# A directory is a name above it, and the names in it.
leaves 'mkdir,d create,d/a fsync,d' nothing 'd/ d/a='
leaves 'mkdir,d create,d/a fsync,.' d/ 'd/ d/a='
leaves 'mkdir,d create,d/a syncfs,. rename,d/a,a fsync,d' 'd/ d/a=' 'a= d/'
leaves 'mkdir,d create,d/a syncfs,. rename,d/a,a fsync,.' 'a= d/'

# Every call that the recorder stands before.
leaves 'tmpfile,t,text writev,t,uu pwrite,t,x mkdir,d rmdir,d link,t,u syncfs,.' \
    't=(xu)(uu) u=(xu)(uu)'
leaves 'create,a allocate,a,4 chmod,a rename,a,b syncfs,.' b=.....

# What can not be replayed is not overlooked.
did create,a write,a,x map,a
refused 2 'mmap has changed a' "$POWERLOSS/powerloss_replay" log --states
did symlink,x,y
refused 2 'symlinkat has changed' "$POWERLOSS/powerloss_replay" log --states
did create,a
echo x >disk/a
ran "$POWERLOSS/powerloss_replay" log "--same=$work/disk"
is 'the status where something was missed' 1 "$status"
says 'disk/a: has other octets'
finish
