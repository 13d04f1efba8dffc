// SPDX-License-Identifier: Apache-2.0

module handshake

go 1.19
