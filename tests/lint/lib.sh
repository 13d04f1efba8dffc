# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the lint tests share. Each is called with the source directory.

cd "$1" || exit
export LC_ALL=C

# Every file of the project; what a build made is not one.
project_files() {
	find . \( -name .git -o -path ./build \) -prune -o -type f -print |
	    sed 's,^\./,,' | sort
}

# need TOOL...: without them the test can not judge, and says so.
need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "skipped: no $tool here"
		exit 77
	done
}

# scripts: the files that a shell runs.
scripts() {
	project_files | while IFS= read -r file; do
		case ${file##*/} in
		*.sh) echo "$file" ;;
		*.*) ;;
		*) ! head -n 1 "$file" | grep -q '^#!.*sh\>' || echo "$file" ;;
		esac
	done
}
