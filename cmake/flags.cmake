# One interface target carries every compiler and linker flag of the project.
add_library(coldca_flags INTERFACE)
target_compile_definitions(coldca_flags INTERFACE
  _GNU_SOURCE
  OPENSSL_API_COMPAT=0x30000000L)
target_compile_options(coldca_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wcast-qual -Wwrite-strings -Wformat=2 -Wvla -Wundef -Wswitch-enum
  -Wimplicit-fallthrough -Wnull-dereference
  -fstack-protector-strong -fno-common
  -include ${PROJECT_SOURCE_DIR}/src/base/banned.h)
target_link_options(coldca_flags INTERFACE
  -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
if(COLDCA_WERROR)
  target_compile_options(coldca_flags INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE MATCHES "^Rel|^MinSize")
  target_compile_definitions(coldca_flags INTERFACE _FORTIFY_SOURCE=2)
  # The same bytes wherever it is built.
  target_compile_options(coldca_flags INTERFACE
    -ffile-prefix-map=${PROJECT_BINARY_DIR}=build
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}=coldca
    -fstack-clash-protection)
  include(CheckCCompilerFlag)
  check_c_compiler_flag(-fcf-protection=full COLDCA_HAS_CET)
  if(COLDCA_HAS_CET)
    target_compile_options(coldca_flags INTERFACE -fcf-protection=full)
  endif()
endif()
if(COLDCA_SANITIZE)
  target_compile_options(coldca_flags INTERFACE
    -fsanitize=${COLDCA_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(coldca_flags INTERFACE -fsanitize=${COLDCA_SANITIZE})
endif()
