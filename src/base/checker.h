/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_CHECKER_H
#define COLDCA_BASE_CHECKER_H

/*
 * Whether this is a build with AddressSanitizer, for tests: LeakSanitizer traces
 * its own process at the end.
 */
#if defined(__SANITIZE_ADDRESS__)
#define CA_CHECKER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CA_CHECKER 1
#endif
#endif
#ifndef CA_CHECKER
#define CA_CHECKER 0
#endif

#endif
