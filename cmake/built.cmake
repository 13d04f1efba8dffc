# SPDX-License-Identifier: Apache-2.0
#
# COLDCA_BUILT: seconds since 1970-01-01 UTC, before which no clock is believed.
# SOURCE_DATE_EPOCH where it is set (reproducible-builds.org), as by Debian's
# tools; else the day of COLDCA_RELEASED, so that two builds are the same.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(COLDCA_BUILT $ENV{SOURCE_DATE_EPOCH})
else()
  set(COLDCA_BUILT ${COLDCA_RELEASED})
endif()
if(NOT COLDCA_BUILT MATCHES "^[0-9]+$")
  message(FATAL_ERROR "SOURCE_DATE_EPOCH is not a number: ${COLDCA_BUILT}")
endif()
