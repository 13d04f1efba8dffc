#!/bin/sh -eu
# SPDX-License-Identifier: Apache-2.0
#
# usage: user.sh KIND TABLE
#
# matrix.sh as an ordinary user without privileges, who may not be allowed to
# write where TABLE is.

here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../tokens/as_user.sh" "$here/matrix.sh" "$1" - 5>"$2"
