/* SPDX-License-Identifier: Apache-2.0 */
/* placeholder */
typedef int placeholder_core_general_name_c;
