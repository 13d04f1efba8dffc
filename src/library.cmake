# libcoldca.so: reading and judging certificate requests, for other programs. Only
# headers that will not change without a new soname are installed, and only their
# functions are in it (docs/decisions/0027).
set(STABLE_HEADERS bytes csr error findings key name signer)
set_target_properties(coldca_base coldca_core PROPERTIES
  POSITION_INDEPENDENT_CODE ON)

set(map ${CMAKE_CURRENT_SOURCE_DIR}/libcoldca.map)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${map})
file(READ ${map} text)
string(REGEX MATCHALL "\tca_[a-z0-9_]+" wanted "${text}")
list(TRANSFORM wanted REPLACE "\t" "-Wl,--undefined=")

file(CONFIGURE OUTPUT libcoldca.c CONTENT
  "extern const char ca_library[];\nconst char ca_library[] = \"${PROJECT_VERSION}\";\n")
add_library(coldca_library SHARED ${CMAKE_CURRENT_BINARY_DIR}/libcoldca.c)
set_target_properties(coldca_library PROPERTIES OUTPUT_NAME coldca
  SOVERSION 0 VERSION ${PROJECT_VERSION} LINK_DEPENDS ${map})
target_link_libraries(coldca_library PRIVATE coldca_flags coldca_core)
target_link_options(coldca_library PRIVATE ${wanted}
  -Wl,--version-script=${map} -Wl,--as-needed -Wl,-z,defs)

configure_file(coldca.pc.in coldca.pc @ONLY)
install(TARGETS coldca_library
  LIBRARY COMPONENT library NAMELINK_COMPONENT development)
list(TRANSFORM STABLE_HEADERS
  REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/include/coldca/\\1.h")
install(FILES ${STABLE_HEADERS} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/coldca
  COMPONENT development)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/coldca.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
