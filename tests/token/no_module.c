/* SPDX-License-Identifier: Apache-2.0 */
/* A library without C_GetFunctionList. */
int coldca_no_module(void);

int
coldca_no_module(void)
{
	return 0;
}
