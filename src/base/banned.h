/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_BANNED_H
#define COLDCA_BASE_BANNED_H

/*
 * Forced into every file: functions whose result can not be checked, or whose
 * bounds can not be given, do not compile. The headers that declare them come
 * first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison strtok atoi atol atoll
#pragma GCC poison gmtime localtime ctime asctime
#pragma GCC poison tmpnam tempnam mktemp system popen

#endif
