/* SPDX-License-Identifier: Apache-2.0 */
/* placeholder */
typedef int placeholder_libp11_signer_c;
