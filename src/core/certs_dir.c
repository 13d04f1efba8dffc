/* SPDX-License-Identifier: Apache-2.0 */
/* placeholder */
typedef int placeholder_core_certs_dir_c;
